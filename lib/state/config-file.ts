/**
 * How a ConfigMap is written in a file: what its manifest last said well, for the time when that is broken. Secrets are never
 * written.
 */

import { configKey, configValue, invariant, type ConfigKey, type ConfigObject } from '../pod/index.js'
import { parsed, recordFileName } from './record-file.js'
import { isObject } from './shape.js'
import type { RecordForm } from './record-files.js'

const format = 1

export const configForm: RecordForm<ConfigKey, ConfigObject> = {
  noun: 'ConfigMap',
  fileName: (key) => recordFileName(key.slice(key.indexOf(' ') + 1)),
  encode,
  decode,
}

function encode({ kind, namespace, name, file, isImmutable, entries }: ConfigObject): string {
  invariant(kind === 'ConfigMap', 'only ConfigMaps are written to the state folder')
  const data = Object.fromEntries(
    [...entries].map(([key, value]) => [key, [base64(value.reveal()), value.isBinary ? 'binary' : 'text']]),
  )
  return `${JSON.stringify({ format, kind, namespace, name, file, isImmutable, data })}\n`
}

function decode(text: string, fileName: string): ReturnType<typeof configForm.decode> {
  const content = parsed(text)
  if (!isObject(content) || content['format'] !== format) return { damage: `it is not of format ${format}` }
  const { namespace, name, file, isImmutable, data } = content
  if (typeof namespace !== 'string' || typeof name !== 'string' || typeof file !== 'string' || !isObject(data))
    return { damage: 'it is not the record of a ConfigMap' }
  const key = configKey('ConfigMap', namespace, name)
  if (configForm.fileName(key) !== fileName) return { damage: `it is the record of ${key}` }
  const entries = Object.entries(data).map(([entry, value]) => {
    const [bytes, form] = Array.isArray(value) ? (value as unknown[]) : []
    return [entry, configValue(new Uint8Array(Buffer.from(String(bytes), 'base64')), form === 'binary')] as const
  })
  const isLocked = isImmutable === true
  return {
    record: {
      kind: 'ConfigMap',
      key,
      namespace,
      name,
      file,
      isImmutable: isLocked,
      type: '',
      entries: new Map(entries),
    },
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
