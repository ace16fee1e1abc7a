/**
 * The files that fileKeyRef reads (KEP-3721). Source: kubelet pkg/util/env ParseEnv, as of Kubernetes 1.35: `KEY='value'`, the value
 * literally between single quotes and over several lines if need be; blank lines and `#` comments between, a comment after the closing
 * quote; the first line of a key counts, and nothing after it is looked at.
 */

export type Read = { readonly value: string } | { readonly fault: string }

/** The value is empty when the key is not there, which to Kubernetes is the same. */
export function valueInEnvFile(text: string, key: string): Read {
  const lines = linesOf(text)
  for (let index = 0; index < lines.length; index++) {
    const line = withoutLeadingBlanks(lines[index] ?? '')
    if (line === '' || line.startsWith('#')) continue
    const start = index
    const equals = line.indexOf('=')
    const name = line.slice(0, Math.max(0, equals))
    if (equals === -1) return fault(start, 'missing "="')
    if (/^[ \t]*$/.test(name)) return fault(start, 'empty name')
    if (/[ \t]$/.test(name)) return fault(start, 'blank before "="')
    const written = line.slice(equals + 1)
    // As in a shell: the name is given nothing, and what follows the blank is none of its value.
    if (/^[ \t]/.test(written)) {
      if (name === key) return { value: '' }
      continue
    }
    if (!written.startsWith("'")) return fault(start, 'the value must be in single quotes')
    let value = written.slice(1)
    while (!value.includes("'")) {
      index += 1
      if (index >= lines.length) return fault(start, 'the single quote is never closed')
      value += `\n${lines[index] ?? ''}`
    }
    const end = value.indexOf("'")
    if (!/^[ \t]*(#|$)/.test(value.slice(end + 1))) return fault(index, 'something follows the closing quote')
    if (name === key) return { value: value.slice(0, end) }
  }
  return { value: '' }
}

/** A carriage return before a newline belongs to the newline; a newline at the end begins no line. */
function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function withoutLeadingBlanks(line: string): string {
  return line.replace(/^[ \t]+/, '')
}

function fault(index: number, what: string): Read {
  return { fault: `line ${index + 1}: ${what}` }
}
