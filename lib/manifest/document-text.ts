/**
 * A manifest file as the texts of its documents: put together again they are the file, byte for byte. For changing one document
 * and none of the others.
 */

import { child } from './finding.js'
import { isObject, type Json } from './normal-form.js'
import { objectOf, textOf } from './shape.js'
import { parseDocuments } from './yaml-documents.js'
import { yamlText } from './yaml-text.js'

export interface ObjectName {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

export interface DocumentText {
  readonly text: string
  /** Those that can be recognised: a broken document has none. Several: it is a List. */
  readonly objects: readonly ObjectName[]
}

/** Where documents begin, and the end. */
export function documentCuts(text: string): number[] {
  const starts = [...text.matchAll(/^---(?=\s|$)/gm)].map((match) => match.index)
  return [...new Set([0, ...starts, text.length])]
}

/** A line of three dashes begins a document wherever it stands: YAML allows it inside of nothing. */
export function splitDocuments(text: string): DocumentText[] {
  const cuts = documentCuts(text)
  return cuts.slice(0, -1).map((start, at) => {
    const part = text.slice(start, cuts[at + 1])
    return { text: part, objects: objectsIn(part).map(nameOf) }
  })
}

/** Each object as a document of its own; a document that is one already is kept as it is written, comments and all. */
export function singleDocuments(text: string): DocumentText[] {
  return splitDocuments(text).flatMap((document) => {
    if (document.objects.length < 2) return [document]
    return objectsIn(document.text).map((object) => ({ text: yamlText(object), objects: [nameOf(object)] }))
  })
}

function objectsIn(text: string): Json[] {
  const { documents } = parseDocuments(text)
  return documents.flatMap(({ value }) => {
    if (!isObject(value)) return []
    const items: unknown = value['items']
    const isList = /^(\w*)List$/.test(textOf(value, 'kind') ?? '') && Array.isArray(items)
    const all = isList ? (items as unknown[]).filter(isObject) : [value]
    return all.filter((object) => textOf(objectOf(object, 'metadata'), 'name') !== undefined)
  })
}

function nameOf(object: Json): ObjectName {
  const metadata = objectOf(object, 'metadata')
  const namespace = textOf(metadata, 'namespace') ?? ''
  return {
    kind: textOf(object, 'kind') ?? 'Pod',
    namespace: namespace === '' ? 'default' : namespace,
    name: textOf(metadata, 'name') ?? '',
  }
}

/**
 * The document with an annotation set, everything else as it was written. null where that cannot be done by putting a few
 * characters in: its metadata come from an alias.
 * @param path of what gets it: the object itself, or its template
 */
export function withAnnotation(text: string, key: string, value: string, path: readonly string[] = []): string | null {
  const { error, documents } = parseDocuments(text)
  const document = documents.find((one) => isObject(one.value))
  if (error !== null || document === undefined || !isObject(document.value)) return null
  const { marks } = document
  const owner = path.reduce((inner, name) => objectOf(inner, name), document.value)
  const at = path.reduce(child, '')
  const isPlain = text[(marks.get(`${at}/metadata`) ?? marks.get(at))?.value ?? 0] !== '{' && /^[\w./-]+$/.test(key)
  const line = `${isPlain ? key : JSON.stringify(key)}: ${JSON.stringify(value)}`
  const old = marks.get(child(`${at}/metadata/annotations`, key))
  if (old !== undefined) {
    const end = scalarEnd(text, old.value, old.end)
    return `${text.slice(0, old.value)}${JSON.stringify(value)}${text.slice(end)}`
  }
  const annotations = marks.get(`${at}/metadata/annotations`)
  const filled = objectOf(objectOf(owner, 'metadata'), 'annotations')
  if (annotations !== undefined && (Object.keys(filled).length > 0 || text[annotations.value] === '{'))
    return inserted(text, annotations.value, line)
  if (annotations !== undefined) return null
  const metadata = marks.get(`${at}/metadata`)
  if (metadata !== undefined) return insertedBelow(text, metadata.value, ['annotations'], line)
  const template = marks.get(at)
  return template === undefined ? null : insertedBelow(text, template.value, ['metadata', 'annotations'], line)
}

/** As the first entry of the map that stands there, inside of maps with these names. */
function insertedBelow(text: string, at: number, names: readonly string[], line: string): string | null {
  if (text[at] === '{')
    return inserted(
      text,
      at,
      names.reduceRight((inner, name) => `"${name}": { ${inner} }`, line),
    )
  const column = columnOf(text, at)
  const lines = [...names.map((name) => `${name}:`), line]
  return inserted(
    text,
    at,
    lines.map((one, depth) => ' '.repeat(depth === 0 ? 0 : column + 2 * depth) + one).join('\n'),
  )
}

/** Before the first entry of the map that stands there. */
function inserted(text: string, at: number, entry: string): string | null {
  if (text[at] === '{') {
    const isEmpty = /^\{\s*\}/.test(text.slice(at))
    return `${text.slice(0, at + 1)}${entry}${isEmpty ? '' : ', '}${text.slice(at + 1)}`
  }
  if (/[*&]/.test(text[at] ?? '')) return null
  return `${text.slice(0, at)}${entry}\n${' '.repeat(columnOf(text, at))}${text.slice(at)}`
}

function columnOf(text: string, at: number): number {
  return at - (text.lastIndexOf('\n', at - 1) + 1)
}

/** The mark of a quoted text ends before its closing quote. */
function scalarEnd(text: string, start: number, end: number): number {
  const quote = text[start]
  return (quote === '"' || quote === "'") && text[end] === quote ? end + 1 : end
}
