/** How what is kept of a CronJob is written in a file. What a newer podkeep wrote is not guessed at. */

import type { CronRecord, PodKey } from '../pod/index.js'
import { isObject, parsed, recordFileName } from './record-file.js'
import type { RecordForm } from './record-files.js'

const format = 1

export const cronRecordForm: RecordForm<PodKey, CronRecord> = {
  noun: 'CronJob',
  fileName: recordFileName,
  encode: (record) => `${JSON.stringify({ format, record })}\n`,
  decode: (text, fileName) => {
    const content = parsed(text)
    if (!isObject(content) || content['format'] !== format) return { damage: `it is not of format ${format}` }
    const { record } = content
    if (!isCronRecord(record)) return { damage: 'it is not the record of a CronJob' }
    return recordFileName(record.key) === fileName ? { record } : { damage: `it is the record of ${record.key}` }
  },
}

function isCronRecord(value: unknown): value is CronRecord {
  if (!isObject(value)) return false
  const { key, file, manifest, sinceMs, lastScheduledMs, runs } = value
  const isNamed = typeof key === 'string' && typeof file === 'string' && isObject(manifest)
  const isTimed = typeof sinceMs === 'number' && (lastScheduledMs === null || typeof lastScheduledMs === 'number')
  return isNamed && isTimed && Array.isArray(runs) && runs.every(isRun)
}

function isRun(run: unknown): boolean {
  if (!isObject(run) || typeof run['name'] !== 'string' || typeof run['scheduledMs'] !== 'number') return false
  return Array.isArray(run['pods']) && run['pods'].every((pod) => isObject(pod) && isObject(pod['metadata']))
}
