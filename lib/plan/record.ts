/**
 * Keeps the state folder's record of the pod true. How a container ended is written down at once, for nothing else may be
 * left to tell. Anything else waits until the pod's containers are made and started: the labels tell the same meanwhile, and a
 * flush to the disk beside the engine's own slows every start down.
 */

import type { ContainerFacts, ObservedContainer, PodRecord } from '../pod/index.js'
import { attempt } from './attempt.js'
import { nothing, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { policyOf } from './restart-policy.js'

export function planRecord(view: PodView, isBusy: boolean, context: PlanContext): Plan {
  const record: PodRecord = {
    key: view.pod.key,
    uid: view.uid,
    file: view.pod.file,
    manifest: view.pod.manifest,
    ended: endedInstances(view),
    ...knownVerdicts(view, context),
  }
  if (isBusy && record.ended.length === 0) return nothing
  if (context.record !== null && JSON.stringify(context.record) === JSON.stringify(record)) return nothing
  return attempt({ kind: 'SaveRecord', record, reason: 'Changed' }, null, context)
}

/** Only of containers that have probes, so that the record of any other pod is what it was. */
function knownVerdicts(view: PodView, { verdicts }: PlanContext): Pick<PodRecord, 'verdicts'> {
  const known = view.members.flatMap(({ id, state }) => {
    const verdict = verdicts.get(id)
    if (state !== 'running' || verdict === undefined) return []
    return [[id, { startup: verdict.startup, readiness: verdict.readiness }] as const]
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
    'podStartedTickMs',
    'remembered',
  ]
  // No last words are not worth another flush to the disk.
  const isKept = ([field, value]: [string, unknown]): boolean =>
    !own.includes(field) && !(field === 'message' && value === '')
  return Object.fromEntries(Object.entries(container).filter(isKept)) as unknown as ContainerFacts
}
