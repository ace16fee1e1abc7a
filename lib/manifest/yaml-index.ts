/**
 * Where everything stands: one pass over the parser's events gives, for each JSON pointer, the offsets of its key and its value.
 * The same pass counts what the document becomes once its aliases are followed, before anybody follows them.
 *
 * I1  An alias's own pointer leads to the `*name`; what is behind it has no pointer of its own here.
 * I2  An empty value stands where its key stands, an empty key where its value stands.
 */

import { EVENT_ID, getScalarValue, SCALAR_STYLE, type Event } from 'js-yaml'

import { escapeSegment } from './finding.js'
import { plainKeyName } from './yaml-scalars.js'

export interface Mark {
  /** Of the name; for a list's item and for the document, of the value. */
  readonly key: number
  readonly value: number
  /** End of a scalar as it is written; otherwise as `value`. */
  readonly end: number
}

export interface DocumentIndex {
  readonly events: Event[]
  readonly marks: ReadonlyMap<string, Mark>
  /** With aliases followed, long text counted as several; Infinity when an anchor contains itself. */
  readonly nodes: number
  readonly duplicates: readonly DuplicateKey[]
  /** Offset of an alias inside the anchor it names. */
  readonly selfReference: number | null
  /** Offset of the first key that is an object or a list itself. */
  readonly complexKey: number | null
}

export interface DuplicateKey {
  readonly pointer: string
  readonly first: number
}

interface Frame {
  readonly kind: 'document' | 'list' | 'map'
  readonly pointer: string
  readonly anchor: string | null
  nodes: number
  items: number
  /** Of a map: the key read last, whose value comes next. null: a key comes next. */
  key: { readonly pointer: string; readonly offset: number } | null
}

interface Draft {
  readonly source: string
  readonly marks: Map<string, Mark>
  readonly duplicates: DuplicateKey[]
  readonly anchors: Map<string, number>
  readonly stack: Frame[]
  selfReference: number | null
  complexKey: number | null
}

export function indexDocuments(source: string, events: readonly Event[]): DocumentIndex[] {
  const documents: DocumentIndex[] = []
  let first = 0
  let depth = 0
  events.forEach((event, at) => {
    if (event.type === EVENT_ID.DOCUMENT) first = at
    if (event.type === EVENT_ID.POP) depth--
    else if (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.ALIAS) depth++
    if (depth === 0) documents.push(indexDocument(source, events.slice(first, at + 1)))
  })
  return documents
}

function indexDocument(source: string, events: Event[]): DocumentIndex {
  const draft: Draft = {
    source,
    marks: new Map(),
    duplicates: [],
    anchors: new Map(),
    stack: [],
    selfReference: null,
    complexKey: null,
  }
  const root = newFrame('document', '', null)
  draft.stack.push(root)
  for (const event of events) take(draft, event)
  const { marks, duplicates, selfReference, complexKey } = draft
  return { events, marks, nodes: root.nodes, duplicates, selfReference, complexKey }
}

function take(draft: Draft, event: Event): void {
  switch (event.type) {
    case EVENT_ID.DOCUMENT:
      return
    case EVENT_ID.POP:
      close(draft)
      return
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      open(draft, event.type === EVENT_ID.MAPPING ? 'map' : 'list', event.start, anchorOf(draft, event))
      return
    case EVENT_ID.SCALAR: {
      const anchor = anchorOf(draft, event)
      const nodes = 1 + ((event.valueEnd - event.valueStart) >> 6)
      if (anchor !== null) draft.anchors.set(anchor, nodes)
      const isPlain = event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0
      const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED
      leaf(draft, isQuoted ? event.valueStart - 1 : event.valueStart, event.valueEnd, nodes, () => {
        const text = getScalarValue(draft.source, event)
        return isPlain ? plainKeyName(text) : text
      })
      return
    }
    case EVENT_ID.ALIAS: {
      const nodes = draft.anchors.get(anchorOf(draft, event) ?? '') ?? 1
      if (nodes === Infinity) draft.selfReference ??= event.anchorStart - 1
      leaf(draft, event.anchorStart - 1, event.anchorEnd, nodes, () => null)
      return
    }
  }
}

function open(draft: Draft, kind: 'list' | 'map', offset: number, anchor: string | null): void {
  const parent = top(draft)
  const isKey = takesKey(parent)
  if (isKey) draft.complexKey ??= offset
  const pointer = isKey ? complexKey(parent, offset) : place(draft, parent, offset, offset)
  if (anchor !== null) draft.anchors.set(anchor, Infinity)
  draft.stack.push(newFrame(kind, pointer, anchor))
}

function close(draft: Draft): void {
  const frame = draft.stack.length > 1 ? draft.stack.pop() : undefined
  if (frame === undefined) return
  if (frame.anchor !== null) draft.anchors.set(frame.anchor, frame.nodes)
  top(draft).nodes += frame.nodes
}

function leaf(draft: Draft, start: number, end: number, nodes: number, keyName: () => string | null): void {
  const parent = top(draft)
  parent.nodes += nodes
  if (!takesKey(parent)) {
    place(draft, parent, start, end)
    return
  }
  const name = keyName()
  if (name === null) {
    complexKey(parent, start)
    return
  }
  const pointer = `${parent.pointer}/${escapeSegment(name)}`
  const before = draft.marks.get(pointer)
  if (before !== undefined && name !== '<<') draft.duplicates.push({ pointer, first: before.key })
  parent.key = { pointer, offset: start }
}

/** Notes where the value stands, and returns its pointer. */
function place(draft: Draft, parent: Frame, start: number, end: number): string {
  if (parent.kind === 'map' && parent.key !== null) {
    const { pointer, offset } = parent.key
    parent.key = null
    const key = offset >= 0 ? offset : Math.max(0, start)
    draft.marks.set(pointer, { key, value: start < 0 ? key : start, end: start < 0 ? key : end })
    return pointer
  }
  const pointer = parent.kind === 'list' ? `${parent.pointer}/${parent.items++}` : ''
  const known = draft.marks.get(parent.pointer)?.value ?? 0
  const value = start < 0 ? known : start
  draft.marks.set(pointer, { key: value, value, end: start < 0 ? value : end })
  return pointer
}

/** A key that is no scalar has no name; nothing below it can be pointed at, except as a part of the map. */
function complexKey(parent: Frame, offset: number): string {
  parent.key = { pointer: `${parent.pointer}/?`, offset }
  return `${parent.pointer}/?`
}

function takesKey(frame: Frame): boolean {
  return frame.kind === 'map' && frame.key === null
}

function anchorOf(draft: Draft, event: { readonly anchorStart: number; readonly anchorEnd: number }): string | null {
  return event.anchorStart < 0 ? null : draft.source.slice(event.anchorStart, event.anchorEnd)
}

function newFrame(kind: Frame['kind'], pointer: string, anchor: string | null): Frame {
  return { kind, pointer, anchor, nodes: kind === 'document' ? 0 : 1, items: 0, key: null }
}

function top(draft: Draft): Frame {
  return draft.stack[draft.stack.length - 1] ?? newFrame('document', '', null)
}

/** The nearest place that can be pointed at: the field itself, or the nearest thing that contains or would contain it. */
export function markOf(marks: ReadonlyMap<string, Mark>, pointer: string): { mark: Mark; isExact: boolean } {
  const exact = marks.get(pointer)
  if (exact !== undefined) return { mark: exact, isExact: true }
  for (let end = pointer.lastIndexOf('/'); end >= 0; end = pointer.lastIndexOf('/', end - 1)) {
    const mark = marks.get(pointer.slice(0, end))
    if (mark !== undefined) return { mark, isExact: false }
    if (end === 0) break
  }
  return { mark: { key: 0, value: 0, end: 0 }, isExact: false }
}
