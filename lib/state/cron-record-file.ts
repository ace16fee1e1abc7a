/** What is kept of a CronJob, as it must be to be believed. */

import type { CronRecord } from '../pod/index.js'
import { plainRecordForm } from './plain-record-form.js'
import { isObject, listOf, moment, orNull, shape, text } from './shape.js'

const run = shape({ name: text, scheduledMs: moment, pods: listOf(shape({ metadata: isObject, spec: isObject })) })

const record = shape({
  key: text,
  file: text,
  manifest: shape({ metadata: isObject, spec: isObject }),
  sinceMs: moment,
  lastScheduledMs: orNull(moment),
  runs: listOf(run),
})

export const cronRecordForm = plainRecordForm('CronJob', (value): value is CronRecord => record(value))
