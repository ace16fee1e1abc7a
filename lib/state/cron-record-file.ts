/** What is kept of a CronJob, as it must be to be believed. */

import type { CronRecord } from '../pod/index.js'
import { plainRecordForm } from './plain-record-form.js'
import { isObject } from './record-shape.js'

export const cronRecordForm = plainRecordForm('CronJob', isCronRecord)

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
