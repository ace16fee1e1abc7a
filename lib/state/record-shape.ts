/**
 * What of a pod's record is what it should be. Another podkeep, a hand or a bad disk may have written it, and nothing that is asked of it
 * later asks again. What is not needed to know the pod is left out where it is something else.
 */

import type { ContainerFacts, PodRecord } from '../pod/index.js'
import { amount, isObject, mapOf, moment, oneOf, orNull, shape, text, truth, type Check } from './shape.js'

const hookRun = shape({ begunTickMs: amount, endedTickMs: orNull(amount), failure: orNull(text) })

const stop = shape({
  startedAtMs: orNull(moment),
  preStop: orNull(hookRun),
  stopRequestedTickMs: orNull(amount),
  asCrash: truth,
})

const verdict = oneOf('success', 'failure', 'unknown')

/** Who ended: enough that it does not run a second time. */
const ended = shape({ id: text, name: text, podUid: text, hash: text, state: oneOf('exited') })

/** How it ended. */
const told = {
  attempt: amount,
  crashes: amount,
  round: amount,
  createdAtMs: moment,
  podStartedAtMs: moment,
  startedAtMs: orNull(moment),
  finishedAtMs: orNull(moment),
  exitCode: orNull(amount),
} satisfies Partial<Record<keyof ContainerFacts, Check>>

const dispensable = {
  seenAtMs: moment,
  startedAtMs: moment,
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
    ended: record.ended.filter(ended).map(completed),
  }
}

/** What an older podkeep wrote nothing of. Any of its times is nearer to one that is missing than none. */
function completed(container: ContainerFacts): ContainerFacts {
  const { startedAtMs, finishedAtMs, createdAtMs, podStartedAtMs } = container
  const known = [startedAtMs, finishedAtMs, createdAtMs, podStartedAtMs].find(moment) ?? 0
  const otherwise = {
    ...{ attempt: 0, crashes: 0, round: 0, exitCode: null },
    ...{ createdAtMs: known, podStartedAtMs: known, startedAtMs: known, finishedAtMs: known },
  } satisfies Record<keyof typeof told, unknown>
  const names = Object.keys(told) as (keyof typeof told)[]
  const missing = names.filter((name) => !told[name](container[name]))
  return { ...container, ...Object.fromEntries(missing.map((name) => [name, otherwise[name]])) }
}
