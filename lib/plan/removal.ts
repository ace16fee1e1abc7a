/** The end of a pod: stop signal, grace, SIGKILL, then the sandbox, then what it left behind. */

import type { DesiredPod, ObservedContainer, PodUid } from '../pod/index.js'
import { attempt } from './attempt.js'
import { planEnd, planRemove, specOf } from './kill.js'
import { isCreating } from './making.js'
import { isNothing, merge, nothing, waitFor, type ObservedPod, type Plan, type PlanContext } from './plan.js'
import { planRemovePodCgroups } from './pod-cgroup.js'
import { planRememberStops } from './record.js'
import { policyOf, restarts, wasStopped } from './restart-policy.js'

/** @param pod as last known; null: each container's own label tells the grace. */
export function planRemoval(observed: ObservedPod, pod: DesiredPod | null, context: PlanContext): Plan {
  const present = observed.containers.filter((one) => !one.remembered)
  const containers = planRemoveContainers(present, pod, context)
  if (present.length > 0) return containers
  if (isCreating(context.inFlight, null)) return creationUnderWay
  const ungrouping = planRemovePodCgroups([...context.podCgroups.keys()], context)
  if (!isNothing(ungrouping)) return ungrouping
  if (context.volumeUids.size > 0) return planRemoveVolumes([...context.volumeUids], context)
  return planRemoveRecord(context)
}

/** An earlier pod of the same name goes entirely, its results too, before anything of the new one is made. */
export function planStrangers(strangers: readonly ObservedContainer[], context: PlanContext): Plan {
  if (strangers.length > 0) return planRemoveContainers(strangers, null, context)
  const doomed = [...context.doomedUids]
  if (doomed.some((uid) => isCreating(context.inFlight, uid))) return creationUnderWay
  const ungrouping = planRemovePodCgroups(doomed, context)
  if (!isNothing(ungrouping)) return ungrouping
  const withVolumes = doomed.filter((uid) => context.volumeUids.has(uid))
  if (withVolumes.length > 0) return planRemoveVolumes(withVolumes, context)
  return planRemoveRecord(context)
}

function planRemoveRecord(context: PlanContext): Plan {
  if (context.record === null) return nothing
  if (context.inFlight.has(`SaveRecord ${context.record.key}`)) return savingUnderWay
  return attempt({ kind: 'RemoveRecord', key: context.record.key, reason: 'PodRemoved' }, null, context)
}

/** It would come after the removal, and the record with it. */
const savingUnderWay = waitFor({ reason: 'InFlight', container: null, message: 'SaveRecord', untilTickMs: null })

/** What is being made would come into a pod whose files are gone, and bring its uid back. */
const creationUnderWay = waitFor({ reason: 'InFlight', container: null, message: 'CreateContainer', untilTickMs: null })

function planRemoveContainers(
  present: readonly ObservedContainer[],
  pod: DesiredPod | null,
  context: PlanContext,
): Plan {
  const members = present.filter((one) => one.kind !== 'sandbox')
  const ending = planEnd(members, { pod, reason: 'PodRemoved' }, context)
  if (!isNothing(ending)) return merge(ending, planRememberStops(members, context))
  return merge(...present.map((one) => planRemove(one, 'PodRemoved', context)))
}

export function planRemoveVolumes(uids: readonly PodUid[], context: PlanContext): Plan {
  return merge(...uids.map((uid) => attempt({ kind: 'RemoveVolumes', uid, reason: 'PodRemoved' }, null, context)))
}

/**
 * Every container is stopped, and the pod stays what it is: its files, its results, its place in the back-off. Removed is what
 * would make the next start take it for something else: the sandbox; a stopped container of a pod without one, which would look
 * crashed; a stopped job of restartPolicy OnFailure, or a Job's of Never, which would look done if it ended with 0. What never restarts
 * has had its run.
 */
export function planStop(observed: ObservedPod, pod: DesiredPod | null, context: PlanContext): Plan {
  const present = observed.containers.filter((one) => !one.remembered)
  const members = present.filter((one) => one.kind !== 'sandbox')
  const ending = planEnd(members, { pod, reason: 'PodStopped' }, context)
  if (!isNothing(ending)) return merge(ending, planRememberStops(members, context))
  const spent = members.filter((one) => {
    return wasStopped(one) && isSpent(pod, one)
  })
  const sandboxes = present.filter((one) => one.kind === 'sandbox')
  return merge(...[...spent, ...sandboxes].map((one) => planRemove(one, 'PodStopped', context)))
}

function isSpent(pod: DesiredPod | null, stopped: ObservedContainer): boolean {
  const container = specOf(pod, stopped)
  if (pod === null || container === undefined) return false
  switch (policyOf(pod, container)) {
    case 'OnFailure':
      return true
    case 'Always':
      return stopped.sandboxId === null
    case 'Never':
      return restarts(pod, container, stopped)
  }
}
