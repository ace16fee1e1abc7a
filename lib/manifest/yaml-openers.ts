/**
 * Where a quoted text, a {...} or a [...] opens that the parser did not find the end of. The parser knows only where it gave up, which may be
 * the end of the file.
 *
 * O1  The parser is the judge: what stands before the outermost one is YAML, what stands behind it is not, whatever is put there.
 * O2  Which is the innermost is found by reading on from there, where only quotes, brackets and comments count.
 */

/** @param isYaml what the parser says of a text  @param end where it gave up */
export function unclosedAt(text: string, end: number, isYaml: (text: string) => boolean): number | null {
  const outermost = outermostOpener(text, end, isYaml)
  return outermost === null ? null : innermostOpener(text, outermost, end)
}

/** So much is read again at most, all tries together: a file's size times its quotes would be too much. */
const mostCharacters = 2_000_000
const openers = /(?<=^|[\s[{,:])["'[{]/g

function outermostOpener(text: string, end: number, isYaml: (text: string) => boolean): number | null {
  const candidates = [...text.slice(0, end).matchAll(openers)].map(({ index }) => index).reverse()
  let characters = 0
  for (const at of candidates) {
    characters += 2 * at
    if (characters > mostCharacters) break
    const before = text.slice(0, at)
    // As a value, and as a field's name.
    if (isYaml(`${before}0`) || isYaml(`${before}0: 0`)) return at
  }
  // A large file of JSON: nothing is before what opens first.
  const first = candidates.at(-1)
  return first !== undefined && text.slice(0, first).trim() === '' ? first : null
}

const closer: Readonly<Record<string, string>> = { '"': '"', "'": "'", '[': ']', '{': '}' }

function innermostOpener(text: string, start: number, end: number): number | null {
  const open: number[] = []
  for (let at = start; at < end; at++) {
    const character = text[at] ?? ''
    const isTokenStart = at === start || /[\s[{,:]/.test(text[at - 1] ?? '')
    if ((character === '"' || character === "'") && isTokenStart) {
      const close = closingQuote(text, at)
      if (close === null || close >= end) return isClosedAt(text, at, end) ? null : at
      at = close
    } else if (character === '#' && isTokenStart) {
      const lineEnd = text.indexOf('\n', at)
      at = lineEnd < 0 ? end : lineEnd
    } else if (character === '[' || character === '{') open.push(at)
    else if (character === ']' || character === '}') open.pop()
  }
  const innermost = open.at(-1)
  return innermost === undefined || isClosedAt(text, innermost, end) ? null : innermost
}

function closingQuote(text: string, opener: number): number | null {
  const ofKind = text[opener] === '"' ? /\\[^]|"/g : /''|'/g
  ofKind.lastIndex = opener + 1
  for (let found = ofKind.exec(text); found !== null; found = ofKind.exec(text)) {
    if (found[0].length === 1) return found.index
  }
  return null
}

/** Then it is closed, and only its line is not where it may stand. */
function isClosedAt(text: string, opener: number, end: number): boolean {
  return text[end] === closer[text[opener] ?? '']
}
