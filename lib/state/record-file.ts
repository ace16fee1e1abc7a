/**
 * How a pod's record is written in a file, and what its name is.
 *
 * R1  Another pod, another name: a name that is too long for the file system ends in a hash of the whole key.
 * R2  The format's version is inside. What a newer podkeep wrote is not guessed at.
 */

import { createHash } from 'node:crypto'

import type { PodKey, PodRecord } from '../pod/index.js'
import type { RecordForm } from './record-files.js'
import { podRecordIn } from './record-shape.js'
import { isObject } from './shape.js'

const format = 1
const longestName = 180

/** `kube-system_web.json`: no underscore is legal in a namespace or a name. */
export function recordFileName(key: string): string {
  const name = key.replace('/', '_')
  if (name.length <= longestName && /^[a-z0-9][a-z0-9.-]*_[a-z0-9.-]+$/.test(name)) return `${name}.json`
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 32)
  return `${name.replace(/[^a-z0-9._-]/g, '-').slice(0, longestName)}_${hash}.json`
}

function encodeRecord(record: PodRecord): string {
  return `${JSON.stringify({ format, record })}\n`
}

export type Decoded = { readonly record: PodRecord } | { readonly damage: string }

function decodeRecord(text: string, fileName: string): Decoded {
  const content = parsed(text)
  if (!isObject(content)) return { damage: 'it is not a JSON object' }
  if (content['format'] !== format) {
    return { damage: `its format is ${JSON.stringify(content['format'])}, and this podkeep reads format ${format}` }
  }
  const record = podRecordIn(content['record'])
  if (record === null) return { damage: 'it is not the record of a pod' }
  return recordFileName(record.key) === fileName ? { record } : { damage: `it is the record of ${record.key}` }
}

export const podRecordForm: RecordForm<PodKey, PodRecord> = {
  noun: 'pod',
  fileName: recordFileName,
  encode: encodeRecord,
  decode: decodeRecord,
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
