/**
 * What of a pod's record is what it should be. Another podkeep, a hand or a bad disk may have written it, and nothing that is asked of it
 * later asks again. What is not needed to know the pod is left out where it is something else.
 */

import type { PodRecord } from '../pod/index.js'

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string'
const truth: Check = (value) => typeof value === 'boolean'
const amount: Check = (value) => typeof value === 'number' && Number.isFinite(value)
/** In the years that a date can tell. */
const moment: Check = (value) => typeof value === 'number' && value >= 0 && value <= 8.64e15
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, check]) => check(value[name]))
const mapOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check)

const hookRun = shape({ begunTickMs: amount, endedTickMs: orNull(amount), failure: orNull(text) })

const stop = shape({
  startedAtMs: orNull(moment),
  preStop: orNull(hookRun),
  stopRequestedTickMs: orNull(amount),
  asCrash: truth,
})

const verdict = oneOf('success', 'failure', 'unknown')

const ended = shape({
  id: text,
  name: text,
  podUid: text,
  hash: text,
  state: oneOf('exited'),
  attempt: amount,
  crashes: amount,
  round: amount,
  createdAtMs: moment,
  podStartedAtMs: moment,
  startedAtMs: orNull(moment),
  finishedAtMs: orNull(moment),
  exitCode: orNull(amount),
})

const dispensable = {
  seenAtMs: moment,
  evicted: shape({ message: text, atMs: moment, count: amount }),
  verdicts: mapOf(shape({ startup: verdict, readiness: verdict, liveness: oneOf('failure', undefined) })),
  told: mapOf(text),
  stopping: shape({ bootId: text, stops: mapOf(stop) }),
  postStart: mapOf(shape({ startedAtMs: orNull(moment), failure: orNull(text) })),
} satisfies Partial<Record<keyof PodRecord, Check>>

const needed = shape({
  key: text,
  uid: (value) => typeof value === 'string' && value !== '',
  file: text,
  manifest: shape({ metadata: isObject, spec: isObject }),
  ended: Array.isArray,
})

/** null: it is not the record of a pod. */
export function podRecordIn(value: unknown): PodRecord | null {
  if (!needed(value)) return null
  const record = value as PodRecord
  const isSound = ([name, part]: [string, unknown]): boolean =>
    !Object.hasOwn(dispensable, name) || dispensable[name as keyof typeof dispensable](part)
  return {
    ...(Object.fromEntries(Object.entries(record).filter(isSound)) as unknown as PodRecord),
    ended: record.ended.filter(ended),
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
