/** Reads kubectl's JSONPath templates. */

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly steps: readonly Step[] }
  | { readonly kind: 'range'; readonly steps: readonly Step[]; readonly body: readonly Node[] }

export type Step =
  | { readonly kind: 'field'; readonly names: readonly string[] }
  | { readonly kind: 'all' }
  | { readonly kind: 'descendants' }
  | { readonly kind: 'items'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | null; readonly to: number | null; readonly stride: number }
  | {
      readonly kind: 'filter'
      readonly left: readonly Step[]
      readonly operator: Operator | null
      readonly right: Operand | null
    }

export type Operator = '==' | '!=' | '<' | '>' | '<=' | '>='
export type Operand =
  | { readonly kind: 'path'; readonly steps: readonly Step[] }
  | { readonly kind: 'value'; readonly value: string | number | boolean }

/** What is wrong with a template, and where. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError'
}

/** A path without braces is taken as one, as kubectl does. */
export function parseTemplate(template: string): Node[] {
  const text = template.includes('{') ? template : `{${/^[.[$@]/.test(template) ? '' : '.'}${template}}`
  const parts = split(text)
  const { nodes, rest } = nodesOf(parts, false)
  if (rest.length > 0) throw new JsonPathError('{end} without a {range}')
  return nodes
}

type Part = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'braces'; readonly inner: string }

function split(text: string): Part[] {
  const parts: Part[] = []
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{', at)
    if (open !== at) parts.push({ kind: 'text', text: text.slice(at, open === -1 ? undefined : open) })
    if (open === -1) break
    const close = closing(text, open)
    parts.push({ kind: 'braces', inner: text.slice(open + 1, close).trim() })
    at = close + 1
  }
  return parts
}

/** The } that closes it, quoted ones left aside. */
function closing(text: string, open: number): number {
  let quote = ''
  for (let at = open + 1; at < text.length; at++) {
    const character = text[at] ?? ''
    if (quote !== '') {
      if (character === '\\') at++
      else if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '}') return at
  }
  throw new JsonPathError(`the { at character ${open + 1} is not closed`)
}

function nodesOf(parts: readonly Part[], isInside: boolean): { nodes: Node[]; rest: readonly Part[] } {
  const nodes: Node[] = []
  let rest = parts
  for (let part = rest[0]; part !== undefined; part = rest[0]) {
    rest = rest.slice(1)
    if (part.kind === 'text') nodes.push(part)
    else if (part.inner === 'end') {
      if (isInside) return { nodes, rest }
      throw new JsonPathError('{end} without a {range}')
    } else if (/^range\s/.test(part.inner)) {
      const inner = nodesOf(rest, true)
      nodes.push({ kind: 'range', steps: parsePath(part.inner.slice(6).trim()), body: inner.nodes })
      rest = inner.rest
    } else if (/^["']/.test(part.inner)) nodes.push({ kind: 'text', text: literal(part.inner) })
    else nodes.push({ kind: 'path', steps: parsePath(part.inner) })
  }
  if (isInside) throw new JsonPathError('a {range} without its {end}')
  return { nodes, rest }
}

function literal(text: string): string {
  const quote = text[0] ?? ''
  if (text.length < 2 || !text.endsWith(quote)) throw new JsonPathError(`${text}: the quotes are not closed`)
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
  return text.slice(1, -1).replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter)
}

const stepPattern =
  /^(?:(?<deep>\.\.)|\.?\*|\.?\[(?<inside>(?:[^\]"']|"(?:\\.|[^"])*"|'(?:\\.|[^'])*')*)\]|\.(?<name>(?:\\.|[^.[\]\s(){}*,=<>!])+))/

function parsePath(text: string): Step[] {
  const steps: Step[] = []
  let rest = text.replace(/^[$@]/, '').replace(/^\.$/, '')
  while (rest !== '') {
    const step = stepPattern.exec(rest)
    if (step === null) throw new JsonPathError(`cannot read ${JSON.stringify(rest)} in ${JSON.stringify(text)}`)
    const { deep, inside, name } = step.groups ?? {}
    if (deep !== undefined) steps.push({ kind: 'descendants' })
    else if (inside !== undefined) steps.push(bracket(inside.trim()))
    else if (name !== undefined) steps.push({ kind: 'field', names: [name.replace(/\\(.)/g, '$1')] })
    else steps.push({ kind: 'all' })
    rest = rest.slice(step[0].length)
    // `..name`: the name follows its dots without a dot of its own.
    if (deep !== undefined && /^[^.[*]/.test(rest)) rest = `.${rest}`
  }
  return steps
}

function bracket(inside: string): Step {
  if (inside === '*') return { kind: 'all' }
  const filter = /^\?\((?<condition>.*)\)$/s.exec(inside)?.groups?.['condition']
  if (filter !== undefined) return condition(filter.trim())
  const slice = /^(?<from>-?\d*):(?<to>-?\d*)(?::(?<stride>\d+))?$/.exec(inside)?.groups
  if (slice !== undefined) {
    const number = (digits: string | undefined): number | null =>
      digits === undefined || digits === '' ? null : Number(digits)
    return {
      kind: 'slice',
      from: number(slice['from']),
      to: number(slice['to']),
      stride: Math.max(1, number(slice['stride']) ?? 1),
    }
  }
  const items = inside.split(',').map((item) => item.trim())
  if (items.every((item) => /^-?\d+$/.test(item))) return { kind: 'items', indexes: items.map(Number) }
  if (items.every((item) => /^["'].*["']$/s.test(item))) return { kind: 'field', names: items.map(literal) }
  throw new JsonPathError(`cannot read [${inside}]: an index, a slice, 'names', * or ?(@.field=="value") is expected`)
}

function condition(text: string): Step {
  const parts = /^(?<left>@[^=!<>]*?)\s*(?:(?<operator>==|!=|<=|>=|<|>)\s*(?<right>.+))?$/s.exec(text)?.groups
  if (parts?.['left'] === undefined)
    throw new JsonPathError(`cannot read the condition ${text}: write @.field=="value"`)
  const { left, operator, right } = parts
  if (operator === undefined || right === undefined) {
    return { kind: 'filter', left: parsePath(left), operator: null, right: null }
  }
  return { kind: 'filter', left: parsePath(left), operator: operator as Operator, right: operand(right.trim()) }
}

function operand(text: string): Operand {
  if (/^["']/.test(text)) return { kind: 'value', value: literal(text) }
  if (/^-?\d+(\.\d+)?$/.test(text)) return { kind: 'value', value: Number(text) }
  if (text === 'true' || text === 'false') return { kind: 'value', value: text === 'true' }
  if (text.startsWith('@')) return { kind: 'path', steps: parsePath(text) }
  throw new JsonPathError(`${text} is no value: quote it`)
}
