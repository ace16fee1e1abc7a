/**
 * Keeps the state folder's record of the pod true. How a container ended is written down at once, for nothing else may be
 * left to tell; and a postStart hook that is due, for nothing else tells that of a container that runs. Anything else waits until the pod's containers are made and started: the labels tell the same meanwhile, and a
 * flush to the disk beside the engine's own slows every start down.
 */

import {
  evictionReturns,
  type ContainerFacts,
  type Eviction,
  type ObservedContainer,
  type PodRecord,
} from '../pod/index.js'
import { attempt } from './attempt.js'
import { evictionMemoryMs } from './back-off.js'
import { nothing, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { postStartsUnderWay } from './post-start.js'
import { policyOf } from './restart-policy.js'
import { whatWasTold } from './signals.js'
import { stopsUnderWay } from './stopping.js'

export function planRecord(view: PodView, isBusy: boolean, context: PlanContext): Plan {
  const record: PodRecord = {
    ...identityOf(view, context),
    ...startOf(view),
    ended: endedInstances(view),
    ...knownVerdicts(view, context),
    ...rememberedEviction(view, context),
    ...whatWasTold(view, context),
    ...stopsUnderWay(view.members, context),
    ...postStartsUnderWay([...view.pod.initContainers, ...view.pod.containers], (one) => view.instances(one)[0]),
  }
  const isUrgent = record.ended.length > 0 || record.postStart !== undefined
  return isBusy && !isUrgent ? nothing : planSave(record, context)
}

/** Of a pod that was put out: nothing that ran before counts any more. */
export function evictedRecord(view: PodView, { message, atMs, count }: Eviction, context: PlanContext): PodRecord {
  return { ...identityOf(view, context), ended: [], evicted: { message, atMs, count } }
}

/** Of a pod that waits before anything of it is made: without a record a restart of podkeep would make it young again. */
export function planFirstRecord(view: PodView, isBusy: boolean, context: PlanContext): Plan {
  return context.record === null ? planRecord(view, isBusy, context) : nothing
}

type Identity = Pick<PodRecord, 'key' | 'uid' | 'file' | 'manifest' | 'seenAtMs'>

/** What was recorded once stays, lest it cost another write. */
function identityOf({ pod, uid, sandboxes, members, startedAtMs }: PodView, { record }: PlanContext): Identity {
  const isNew = record === null && sandboxes.length + members.length === 0
  const seenAtMs = isNew ? startedAtMs : record?.seenAtMs
  return { key: pod.key, uid, file: pod.file, manifest: pod.manifest, ...(seenAtMs !== undefined && { seenAtMs }) }
}

function startOf({ pod, startedAtMs, startedTickMs }: PodView): Pick<PodRecord, 'startedAtMs'> {
  return pod.activeDeadlineMs === null || startedTickMs === null ? {} : { startedAtMs }
}

/** As long as another one would count as the next in a row. */
function rememberedEviction({ pod }: PodView, { eviction, nowTickMs }: PlanContext): Pick<PodRecord, 'evicted'> {
  if (eviction === null || !evictionReturns(pod, eviction.count)) return {}
  if (nowTickMs - eviction.atTickMs > evictionMemoryMs(eviction.count, pod.backOff)) return {}
  const { message, atMs, count } = eviction
  return { evicted: { message, atMs, count } }
}

/** Of a pod on its way out: what else is recorded of it stays as it is. */
export function planRememberStops(containers: readonly ObservedContainer[], context: PlanContext): Plan {
  const { record } = context
  if (record === null) return nothing
  return planSave({ ...record, ...stopsUnderWay(containers, context) }, context)
}

/** Nothing when it is so already. */
export function planSave(record: PodRecord, context: PlanContext): Plan {
  if (context.record !== null && JSON.stringify(context.record) === JSON.stringify(record)) return nothing
  return attempt({ kind: 'SaveRecord', record, reason: 'Changed' }, null, context)
}

/** Only of containers that have probes, so that the record of any other pod is what it was. */
function knownVerdicts(view: PodView, { verdicts }: PlanContext): Pick<PodRecord, 'verdicts'> {
  const known = view.members.flatMap(({ id, state }) => {
    const verdict = verdicts.get(id)
    if (state !== 'running' || verdict === undefined) return []
    const { startup, readiness, liveness } = verdict
    return [[id, { startup, readiness, ...(liveness === 'failure' && { liveness }) }] as const]
  })
  return known.length === 0 ? {} : { verdicts: Object.fromEntries(known) }
}

/** A pod that restarts for ever, without a deadline, has nothing to remember: running again is what it should do. */
function endedInstances(view: PodView): ContainerFacts[] {
  const { pod } = view
  const mayEnd = [...pod.initContainers, ...pod.containers].some((one) => policyOf(pod, one) !== 'Always')
  if (!mayEnd && pod.activeDeadlineMs === null) return []
  return [...view.pod.initContainers, ...view.pod.containers].flatMap((container) => {
    const newest = view.instances(container)[0]
    return newest?.state === 'exited' ? [withoutOwnMemory(newest)] : []
  })
}

function withoutOwnMemory(container: ObservedContainer): ContainerFacts {
  const own = [
    'finishedTickMs',
    'stopRequestedTickMs',
    'killRequestedTickMs',
    'stoppedAsCrash',
    'madeHere',
    'startedHere',
    'postStart',
    'preStop',
    'told',
    'podStartedTickMs',
    'remembered',
  ]
  // No last words are not worth another flush to the disk.
  const isKept = ([field, value]: [string, unknown]): boolean =>
    !own.includes(field) && !(field === 'message' && value === '')
  return Object.fromEntries(Object.entries(container).filter(isKept)) as unknown as ContainerFacts
}
