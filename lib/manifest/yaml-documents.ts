/**
 * Text to documents: values as Kubernetes reads them, each with the places of its parts.
 *
 * D1  Nothing here follows aliases before it is known how much that is.
 * D2  JSON is YAML here: one parser, one set of positions.
 */

import { constructFromEvents, parseEvents, YAMLException, type Event } from 'js-yaml'

import { report, noFindings, type Findings } from './finding.js'
import { kubernetesYaml } from './yaml-scalars.js'
import { indexDocuments, type DocumentIndex, type DuplicateKey, type Mark } from './yaml-index.js'
import { lineTable, placeOf } from './line-table.js'
import { syntaxMessage, type SyntaxMessage } from './yaml-messages.js'
import { unclosedAt } from './yaml-openers.js'

/** Of one file, aliases followed. A large Pod has some hundred. */
const mostNodes = 200_000
const deepestNesting = 64

export interface YamlDocument {
  readonly marks: ReadonlyMap<string, Mark>
  readonly value: unknown
  /** When there are any, `value` is undefined. */
  readonly findings: Findings
}

export interface SyntaxError {
  readonly offset: number
  readonly message: string
  readonly suggestion: string | null
}

export interface ParsedText {
  /** null when the text as a whole can be read. */
  readonly error: SyntaxError | null
  readonly documents: readonly YamlDocument[]
}

export function parseDocuments(text: string): ParsedText {
  const events = attempt(() => parseEvents(text, { maxDepth: deepestNesting }))
  if ('error' in events) return { error: atOpener(text, events.error), documents: [] }
  const indexes = indexDocuments(text, events.value)
  const error = excess(text, indexes)
  return error === null
    ? { error, documents: indexes.map((index) => construct(text, index)) }
    : { error, documents: [] }
}

/** The parser complains about the first line that cannot belong to what should have been closed. */
function atOpener(text: string, error: ParserError): SyntaxError {
  if (standsInTemplate(text, error.offset))
    return { offset: error.offset, message: unfilled, suggestion: 'render it first, or quote it if {{...}} is meant' }
  const opener = error.mayBeUnclosed ? unclosedAt(text, error.offset, isYaml) : null
  if (opener === null) return error
  const line = error.offset < text.trimEnd().length ? placeOf(lineTable(text), error.offset).line : null
  const suggestion = line === null ? null : `close it, or indent line ${line} further if it goes on there`
  return { offset: opener, message: `this ${text[opener] ?? ''} is never closed`, suggestion }
}

const unfilled = 'this is a template that is not filled in'

function standsInTemplate(text: string, offset: number): boolean {
  const end = text.indexOf('\n', offset)
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, end < 0 ? undefined : end)
  return /(^|[\s:-])(\{\{|\{%|%\{)/.test(line)
}

function isYaml(text: string): boolean {
  return 'value' in attempt(() => parseEvents(text, { maxDepth: deepestNesting }))
}

function excess(text: string, indexes: readonly DocumentIndex[]): SyntaxError | null {
  const nodes = indexes.reduce((sum, index) => sum + index.nodes, 0)
  if (nodes <= mostNodes) return null
  const selfReference = indexes.find((index) => index.selfReference !== null)?.selfReference ?? null
  if (selfReference !== null)
    return { offset: selfReference, message: 'this alias stands inside the anchor it names', suggestion: null }
  const aliases = text.includes('*') ? ' once its aliases are followed' : ''
  const message = `too large: ${nodes} values${aliases}, where ${mostNodes} are allowed in a file`
  return { offset: 0, message, suggestion: null }
}

function construct(source: string, index: DocumentIndex): YamlDocument {
  const findings = noFindings()
  const { marks } = index
  if (index.duplicates.length > 0) {
    reportDuplicates(findings, source, index.duplicates)
    return { marks, value: undefined, findings }
  }
  if (index.complexKey !== null) {
    const isTemplate = source.startsWith('{{', index.complexKey - 1)
    return refused(
      findings,
      index,
      isTemplate ? index.complexKey - 1 : index.complexKey,
      isTemplate ? unfilled : 'a field name must be a text, not an object or a list',
      isTemplate ? 'render it first, or quote it if {{...}} is meant' : null,
    )
  }
  const documents = attempt(() => constructFromEvents(index.events, { source, schema: kubernetesYaml }))
  if ('value' in documents) return { marks, value: documents.value[0], findings }
  const { message, suggestion } = documents.error
  const isAlias = source[documents.error.offset - 1] === '*'
  return refused(findings, index, documents.error.offset - (isAlias ? 1 : 0), message, suggestion)
}

/** Nothing is read of a document in which something stands where nothing can. */
function refused(
  findings: Findings,
  { marks }: DocumentIndex,
  offset: number,
  message: string,
  suggestion: string | null,
): YamlDocument {
  // A key without a name is told of at what contains it.
  const pointer = pointerAt(marks, offset).replace(/(?:\/\?)+$/, '')
  report(findings, pointer, message, suggestion)
  const exact: Mark = { key: offset, value: offset, end: offset }
  return { marks: new Map([...marks, [pointer, exact]]), value: undefined, findings }
}

/** Where the second one stands is what the index knows: of two equal pointers the later is noted last. */
function reportDuplicates(findings: Findings, source: string, duplicates: readonly DuplicateKey[]): void {
  const lines = lineTable(source)
  for (const { pointer, first } of duplicates) {
    const message = `stands twice in the same object, first in line ${placeOf(lines, first).line}`
    report(findings, pointer, message, 'remove one of the two', 'key')
  }
}

/** What stands there, for a parser's error that knows only an offset. */
function pointerAt(marks: ReadonlyMap<string, Mark>, offset: number): string {
  let best = ''
  let bestOffset = -1
  for (const [pointer, mark] of marks) {
    const start = offset >= mark.value ? mark.value : mark.key
    if (start <= offset && start >= bestOffset) {
      best = pointer
      bestOffset = start
    }
  }
  return best
}

type ParserError = SyntaxError & SyntaxMessage
type Attempt<Value> = { readonly value: Value } | { readonly error: ParserError }

function attempt(read: () => Event[]): Attempt<Event[]>
function attempt(read: () => unknown[]): Attempt<unknown[]>
function attempt(read: () => unknown[]): Attempt<unknown[]> {
  try {
    return { value: read() }
  } catch (error) {
    // The parser's only way to say no; anything else it throws would be its own fault on the same text.
    const reason = error instanceof YAMLException ? error.reason : String(error)
    const offset = error instanceof YAMLException ? (error.mark?.position ?? 0) : 0
    return { error: { offset, ...syntaxMessage(reason) } }
  }
}
