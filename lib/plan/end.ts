/**
 * Pods that are given up, and what becomes of those that are over: the backoffLimit and ttlSecondsAfterFinished of Jobs, as
 * annotations of any pod. Source: pkg/controller/job; there a retry of restartPolicy Never is another pod, here another round of
 * the same.
 *
 * E1  What was asked to end though it was well, and what ended with the engine, has not failed.
 * E2  An edit counts anew.
 * E3  A finished pod's containers go only once the state folder tells how they ended.
 */

import { isSidecar, type DesiredContainer, type ObservedContainer } from '../pod/index.js'
import { isOverdue } from './deadline.js'
import { planEnd, planRemove } from './kill.js'
import { isNothing, merge, nothing, waitFor, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { progressOf, sameSpec } from './progress.js'
import { wasStopped } from './restart-policy.js'
import { usableSandbox } from './sandbox.js'

export const exhaustedMessage = 'Job has reached the specified backoff limit'

/** It failed more often than it may be tried again. */
export function isExhausted(view: PodView): boolean {
  return view.pod.backoffLimit !== null && failuresOf(view) > view.pod.backoffLimit
}

/** What the next instance of a container is told of failures before it; 0 for a pod that does not count them. */
export function failuresBefore(view: PodView, container: DesiredContainer): number {
  if (view.pod.backoffLimit === null) return 0
  return view.pod.restartPolicy === 'Never' ? failuresOf(view) : failuresOfContainer(view, container)
}

/** Of the whole pod under Never, where one failure begins everything again; else of each container. */
function failuresOf(view: PodView): number {
  const { pod } = view
  const counted = [...pod.initContainers, ...pod.containers].filter((one) => !isSidecar(pod, one))
  const failures = counted.map((container) => failuresOfContainer(view, container))
  return pod.restartPolicy === 'Never' ? Math.max(0, ...failures) : failures.reduce((sum, count) => sum + count, 0)
}

function failuresOfContainer(view: PodView, container: DesiredContainer): number {
  const latest = sameSpec(view, container)
  return latest === undefined ? 0 : (latest.failures ?? 0) + (hasFailed(latest) ? 1 : 0)
}

function hasFailed(one: ObservedContainer): boolean {
  if (one.state !== 'exited' || one.diedWithEngine) return false
  return wasStopped(one) ? one.stoppedAsCrash : one.exitCode !== 0
}

/** Stopped with its grace, then its sandbox goes; the dead stay to tell. */
export function planExhausted(view: PodView, context: PlanContext): Plan {
  const reason = 'BackoffLimitExceeded'
  const failed = waitFor({ reason, container: null, message: exhaustedMessage, untilTickMs: null })
  const ending = planEnd(view.members, { pod: view.pod, reason }, context)
  if (!isNothing(ending)) return merge(ending, failed)
  return merge(failed, ...view.sandboxes.map((sandbox) => planRemove(sandbox, reason, context)))
}

export function planExpiry(view: PodView, context: PlanContext): Plan {
  const { ttlAfterFinishedMs } = view.pod
  if (ttlAfterFinishedMs === null || !isOver(view)) return nothing
  const ends = [...view.pod.initContainers, ...view.pod.containers].flatMap(
    (container) => view.instances(container)[0]?.finishedTickMs ?? [],
  )
  const untilTickMs = Math.max(0, ...ends) + ttlAfterFinishedMs
  if (untilTickMs > context.nowTickMs)
    return waitFor({ reason: 'TtlAfterFinished', container: null, message: '', untilTickMs })
  const kept = new Set((context.record?.ended ?? []).map(({ id }) => id))
  const dead = view.members.filter((one) => one.state === 'exited' && kept.has(one.id))
  return merge(...dead.map((one) => planRemove(one, 'PodFinished', context)))
}

function isOver(view: PodView): boolean {
  return isExhausted(view) || isOverdue(view) || progressOf(view, usableSandbox(view)).finished
}
