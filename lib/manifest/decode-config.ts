/**
 * One ConfigMap or Secret, already a value: checked by every rule, or made complete. Source: ValidateConfigMap, ValidateSecret,
 * and the registry strategy that lays stringData over data.
 *
 * D1  No message about a Secret repeats a value of it.
 */

import { configKey, configValue, type ConfigKind, type ConfigObject, type ConfigValue } from '../pod/index.js'
import { decodeBase64 } from './base64.js'
import { nearest } from './field-names.js'
import { child, report, type Findings } from './finding.js'
import { checkObjectMetadata } from './metadata-rules.js'
import { configKeyProblem } from './names.js'
import { isObject, type Json } from './normal-form.js'
import { checkMetadataSchema, typeName, type WrittenAt } from './schema-rules.js'
import { checkSecretType } from './secret-types.js'
import { objectOf, textOf, textOrNull } from './shape.js'

const mostBytes = 1024 * 1024
const common = ['apiVersion', 'kind', 'metadata', 'data', 'immutable']
const fieldsOf: Readonly<Record<ConfigKind, readonly string[]>> = {
  ConfigMap: [...common, 'binaryData'],
  Secret: [...common, 'stringData', 'type'],
}

interface Draft {
  readonly findings: Findings
  readonly value: Json
  readonly pointer: string
  /** As written, for a message; never of a Secret. */
  readonly writtenAt: WrittenAt
}

/** The object, or null when `findings` says why not. `pointer` is where it stands in its document. */
export function decodeConfigObject(
  findings: Findings,
  value: Json,
  pointer: string,
  { kind, file, writtenAt }: { kind: ConfigKind; file: string; writtenAt: WrittenAt },
): ConfigObject | null {
  const draft: Draft = { findings, value, pointer, writtenAt: kind === 'Secret' ? () => null : writtenAt }
  checkFields(draft, kind)
  checkMetadataSchema(findings, value['metadata'], pointer, writtenAt)
  checkObjectMetadata(findings, objectOf(value, 'metadata'), `${pointer}/metadata`)
  checkGenerateName(draft, kind)
  const entries = kind === 'ConfigMap' ? configMapEntries(draft) : secretEntries(draft)
  const type = typeOf(draft, kind)
  if (kind === 'Secret') checkSecretType(findings, value, { type, entries, pointer })
  if (findings.found.length > 0) return null
  const metadata = objectOf(value, 'metadata')
  const namespace = textOrNull(metadata, 'namespace') ?? 'default'
  const name = textOf(metadata, 'name') ?? ''
  return {
    kind,
    key: configKey(kind, namespace, name),
    namespace,
    name,
    file,
    isImmutable: value['immutable'] === true,
    type,
    entries: new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function checkFields({ findings, value, pointer }: Draft, kind: ConfigKind): void {
  const known = fieldsOf[kind]
  for (const field of Object.keys(value)) {
    if (known.includes(field)) continue
    report(findings, child(pointer, field), 'unknown field', guess(field, kind), 'key')
    // Where a field is misspelt it is not missing.
    const near = nearest(field, known)?.word
    if (near !== undefined && !(near in value)) findings.settled.add(`${pointer}/${near}`)
  }
  const immutable = value['immutable'] ?? null
  if (immutable !== null && typeof immutable !== 'boolean')
    report(findings, `${pointer}/immutable`, `must be true or false, not ${typeName(immutable)}`)
}

function guess(field: string, kind: ConfigKind): string | null {
  const other = kind === 'Secret' ? 'ConfigMap' : 'Secret'
  if (fieldsOf[other].includes(field)) {
    const instead =
      kind === 'Secret' ? 'the values of data are base64 as they are' : 'the values of data are text as they are'
    return field === 'type' ? 'only a Secret has a type' : `only a ${other} has it; ${instead}`
  }
  const near = nearest(field, fieldsOf[kind])?.word
  return near === undefined ? 'values belong below data' : `did you mean "${near}"?`
}

function checkGenerateName({ findings, value, pointer }: Draft, kind: ConfigKind): void {
  if ((textOf(objectOf(value, 'metadata'), 'generateName') ?? '') === '') return
  const message = `not supported: a ${kind} that is a file needs a name that stays`
  report(findings, `${pointer}/metadata/generateName`, message, 'set metadata.name', 'key')
}

type Entries = Map<string, ConfigValue>

function configMapEntries(draft: Draft): Entries {
  const entries: Entries = new Map()
  texts(draft, 'data', (text, key) => entries.set(key, configValue(new TextEncoder().encode(text))))
  texts(draft, 'binaryData', (text, key, place) => {
    if (entries.has(key)) report(draft.findings, place, 'stands in data too', 'remove one of the two', 'key')
    const bytes = decodedOf(draft, text, place, 'plain text belongs into data')
    if (bytes !== null) entries.set(key, configValue(bytes, true))
  })
  checkSize(draft, entries)
  return entries
}

function secretEntries(draft: Draft): Entries {
  const entries: Entries = new Map()
  texts(draft, 'data', (text, key, place) => {
    const bytes = decodedOf(draft, text, place, 'plain text belongs into stringData')
    if (bytes !== null) entries.set(key, configValue(bytes))
  })
  texts(draft, 'stringData', (text, key) => entries.set(key, configValue(new TextEncoder().encode(text))))
  checkSize(draft, entries)
  return entries
}

function decodedOf({ findings }: Draft, text: string, place: string, hint: string): Uint8Array | null {
  const bytes = decodeBase64(text)
  if (bytes === null) report(findings, place, 'must be base64', hint)
  return bytes
}

/** Every text of a map, with its key and its place; what is wrong with either is reported. */
function texts(draft: Draft, field: string, take: (text: string, key: string, place: string) => void): void {
  const { findings, value, pointer, writtenAt } = draft
  const map = value[field] ?? null
  if (map === null) return
  if (!isObject(map)) {
    report(findings, `${pointer}/${field}`, `must be an object with keys and texts, not ${typeName(map)}`)
    return
  }
  for (const [key, item] of Object.entries(map)) {
    const place = child(`${pointer}/${field}`, key)
    const problem = configKeyProblem(key)
    if (problem !== null) report(findings, place, `the key ${problem}: it becomes the name of a file`, null, 'key')
    const text = item ?? ''
    if (typeof text === 'string') take(text, key, place)
    else reportNoText(findings, text, place, writtenAt(place))
  }
}

function reportNoText(findings: Findings, item: unknown, place: string, written: string | null): void {
  const suggestion = typeof item === 'object' ? 'a whole file is a text behind "|"' : 'quote it'
  const shown = written === null || typeof item === 'object' ? suggestion : `quote it: ${JSON.stringify(written)}`
  const is = typeof item === 'number' ? 'a number' : typeName(item)
  report(findings, place, `must be a string, not ${is}`, shown)
}

function checkSize({ findings, pointer }: Draft, entries: Entries): void {
  const bytes = [...entries.values()].reduce((sum, value) => sum + value.sizeBytes, 0)
  if (bytes <= mostBytes) return
  const message = `must be no more than ${mostBytes} bytes in all, and are ${bytes}`
  report(findings, `${pointer}/data`, message, 'put large files into a hostPath volume', 'key')
}

function typeOf({ findings, value, pointer }: Draft, kind: ConfigKind): string {
  if (kind === 'ConfigMap') return ''
  const type = value['type'] ?? ''
  if (typeof type !== 'string') report(findings, `${pointer}/type`, `must be a string, not ${typeName(type)}`)
  return typeof type === 'string' && type !== '' ? type : 'Opaque'
}
