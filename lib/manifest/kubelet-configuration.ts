/**
 * A KubeletConfiguration file: what it sets that podkeep honours, what it sets that changes nothing here, and what is wrong with it.
 *
 * K1  A field that no kubelet knows is a problem with its line, as in the kubelet's strict decoder; a wrong value is the setting's affair.
 * K2  null counts as not written.
 */

import type { Problem } from '../pod/index.js'
import { nearest } from './field-names.js'
import { child, fieldText, report, type Findings } from './finding.js'
import { fieldsWithoutSetting } from './kubelet-fields.js'
import { lineTable, placeOf, type Place } from './line-table.js'
import { isObject, type Json } from './normal-form.js'
import { decodeUtf8 } from './text.js'
import { parseDocuments, type YamlDocument } from './yaml-documents.js'
import { markOf } from './yaml-index.js'

export interface WrittenSetting extends Place {
  /** Plain JSON. */
  readonly value: unknown
}

export interface KubeletConfiguration {
  /** By field, of those that were asked for: `logging.format`. */
  readonly settings: ReadonlyMap<string, WrittenSetting>
  readonly ignored: readonly (Place & { readonly field: string; readonly reason: string })[]
  /** When there are any, the rest is empty. */
  readonly problems: readonly Problem[]
}

const apiVersion = 'kubelet.config.k8s.io/v1beta1'
const kind = 'KubeletConfiguration'

/** @param honoured the fields that podkeep has a setting for */
export function decodeKubeletConfiguration(
  file: string,
  bytes: Uint8Array,
  honoured: readonly string[],
): KubeletConfiguration {
  const wrong = (message: string, suggestion: string | null, place: Place | null = null): KubeletConfiguration =>
    refused([
      { file, line: place?.line ?? null, column: place?.column ?? null, field: '', message, suggestion, pod: null },
    ])
  const decoded = decodeUtf8(bytes)
  if (decoded.kind === 'invalid') return wrong('the file is not UTF-8', 'save the file as UTF-8')
  const lines = lineTable(decoded.text)
  const { error, documents } = parseDocuments(decoded.text)
  if (error !== null) return wrong(error.message, error.suggestion, placeOf(lines, error.offset))
  const written = documents.filter((one) => one.findings.found.length > 0 || (one.value ?? null) !== null)
  const [document] = written
  if (document === undefined) return wrong('the file says nothing', `write apiVersion: ${apiVersion} and kind: ${kind}`)
  if (written.length > 1) return wrong('there is more than one document in the file', 'keep one')

  const reading: Reading = { honoured, settings: new Map(), ignored: [], findings: document.findings }
  if (document.findings.found.length === 0) readDocument(reading, document.value)
  const place = (pointer: string, at: 'key' | 'value'): Place => placeOf(lines, offsetOf(document, pointer, at))
  if (reading.findings.found.length > 0) {
    return refused(
      reading.findings.found.map(({ pointer, at, message, suggestion }) => ({
        ...{ file, ...place(pointer, at), field: fieldText(pointer), message, suggestion, pod: null },
      })),
    )
  }
  return {
    settings: new Map(
      [...reading.settings].map(([field, { pointer, value }]) => [field, { value, ...place(pointer, 'value') }]),
    ),
    ignored: reading.ignored.map(({ pointer, field, reason }) => ({ field, reason, ...place(pointer, 'key') })),
    problems: [],
  }
}

interface Reading {
  readonly honoured: readonly string[]
  readonly settings: Map<string, { readonly pointer: string; readonly value: unknown }>
  readonly ignored: { readonly pointer: string; readonly field: string; readonly reason: string }[]
  readonly findings: Findings
}

function refused(problems: readonly Problem[]): KubeletConfiguration {
  return { settings: new Map(), ignored: [], problems }
}

function offsetOf(document: YamlDocument, pointer: string, at: 'key' | 'value'): number {
  const { mark, isExact } = markOf(document.marks, pointer)
  return isExact && at === 'value' ? mark.value : mark.key
}

function readDocument(reading: Reading, value: unknown): void {
  if (!isObject(value)) {
    report(reading.findings, '', `a ${kind} is an object`, `write apiVersion: ${apiVersion} and kind: ${kind}`)
    return
  }
  for (const [field, wanted] of Object.entries({ apiVersion, kind })) {
    if (value[field] === wanted) continue
    report(reading.findings, `/${field}`, `must be ${wanted}`, `write ${field}: ${wanted}`)
  }
  const fields = Object.entries(value).filter(([field]) => field !== 'apiVersion' && field !== 'kind')
  readFields(reading, Object.fromEntries(fields), '', '')
}

function readFields(reading: Reading, fields: Json, pointer: string, above: string): void {
  for (const [name, value] of Object.entries(fields)) {
    const at = child(pointer, name)
    const field = above === '' ? name : `${above}.${name}`
    if (value === null) continue
    if (reading.honoured.includes(field)) reading.settings.set(field, { pointer: at, value })
    else readOther(reading, { field, value, at, name })
  }
}

/** What podkeep has no setting for, or only for something inside. */
function readOther(
  reading: Reading,
  { field, value, at, name }: { field: string; value: unknown; at: string; name: string },
): void {
  const inside = [...reading.honoured, ...fieldsWithoutSetting.keys()].filter((one) => one.startsWith(`${field}.`))
  if (inside.length > 0 && isObject(value)) readFields(reading, value, at, field)
  else if (fieldsWithoutSetting.has(field))
    reading.ignored.push({ pointer: at, field, reason: fieldsWithoutSetting.get(field) ?? '' })
  else report(reading.findings, at, 'no kubelet has this field', guess(reading.honoured, field, name), 'key')
}

function guess(honoured: readonly string[], field: string, name: string): string | null {
  const above = field.slice(0, field.length - name.length)
  const siblings = [...honoured, ...fieldsWithoutSetting.keys()]
    .filter((one) => one.startsWith(above))
    .map((one) => one.slice(above.length))
    .filter((one) => !one.includes('.'))
  const near = nearest(name, siblings)
  return near === null ? null : `did you mean "${near.word}"?`
}
