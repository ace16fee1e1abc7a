/**
 * The end of containers: preStop hook, stop signal, grace, SIGKILL; of a pod, sidecars after what they serve.
 * Source: kubelet killContainer and kuberuntime_termination_order.go; the API's grace period of 0.
 */

import { isSidecar, type DesiredContainer, type DesiredPod, type ObservedContainer } from '../pod/index.js'
import type { Reason } from './action.js'
import { attempt } from './attempt.js'
import { planHook } from './hooks.js'
import { merge, nothing, waitFor, type Plan, type PlanContext } from './plan.js'
import { isStarting, isUnseen, planLook } from './start.js'

/** A process that survives SIGKILL waits for its disk; asking again now and then costs nothing. */
const killAgainMs = 10_000
/** What is left for the stop signal when a hook, or waiting for others, used the grace up. */
const leastGraceMs = 2_000

export interface Ending {
  /** Of the pod as it is or was wanted; null: nothing is known of it. */
  readonly pod: DesiredPod | null
  readonly reason: Reason
  /** Another than the pod's, or, where that is not known, than the container's label says. */
  readonly graceMs?: number | undefined
  /** It is not well. */
  readonly asCrash?: boolean
}

export function planKill(container: ObservedContainer, ending: Ending, context: PlanContext): Plan {
  return planKillSince(container, ending, null, context)
}

/** @param sinceTickMs when its grace began to count, for one that waited for others to end first */
function planKillSince(
  container: ObservedContainer,
  ending: Ending,
  sinceTickMs: number | null,
  context: PlanContext,
): Plan {
  const { reason, asCrash = false } = ending
  if (container.state !== 'running') return nothing
  const send = (signal: string, why: Reason): Plan =>
    attempt(
      { kind: 'KillContainer', id: container.id, container: container.name, signal, asCrash, reason: why },
      container.name,
      context,
    )
  const wait = (untilTickMs: number, message = ''): Plan =>
    waitFor({ reason: 'GracePeriod', container: container.name, message, untilTickMs })

  if (container.killRequestedTickMs !== null) {
    const untilTickMs = container.killRequestedTickMs + killAgainMs
    return untilTickMs <= context.nowTickMs ? send('SIGKILL', reason) : wait(untilTickMs)
  }
  const graceMs = graceOf(container, ending)
  if (graceMs === 0) return send('SIGKILL', reason)
  const hook = container.preStop
  if (container.stopRequestedTickMs === null) {
    const due = planPreStop(container, ending, context)
    if (due !== null) return due
    const isRunning = hook?.endedTickMs === null && !isCutShort(container, context)
    const hookUntilTickMs = isRunning ? hook.begunTickMs + graceMs : 0
    if (hookUntilTickMs > context.nowTickMs) return wait(hookUntilTickMs, 'its preStop hook runs')
    return send(container.stopSignal, reason)
  }
  const begunTickMs = sinceTickMs ?? hook?.begunTickMs ?? null
  const deadlineTickMs =
    begunTickMs === null
      ? container.stopRequestedTickMs + graceMs
      : Math.max(begunTickMs + graceMs, container.stopRequestedTickMs + Math.min(graceMs, leastGraceMs))
  if (deadlineTickMs <= context.nowTickMs) return send('SIGKILL', 'GraceExpired')
  return wait(deadlineTickMs, `asked to stop, killed after ${graceMs / 1000} s`)
}

/**
 * Ends everything that runs or could be about to, all at once: a slow one delays no other. Only sidecars wait, for what they
 * serve and then for those that began after them, and the waiting is taken off their grace. An empty plan says that none of
 * them can run any more, so what they stand on may go.
 */
export function planEnd(containers: readonly ObservedContainer[], ending: Ending, context: PlanContext): Plan {
  const sidecars = (ending.pod?.initContainers ?? []).filter((one) => ending.pod !== null && isSidecar(ending.pod, one))
  const placeOf = (one: ObservedContainer): number => sidecars.findIndex((sidecar) => sidecar.name === one.name)
  const sinceTickMs = endBegunTickMs(containers)
  return merge(
    ...containers.map((container) => {
      if (container.state === 'created') return planDiscard(container, ending.reason, context)
      const place = placeOf(container)
      const isServed = (one: ObservedContainer): boolean => placeOf(one) < 0 || placeOf(one) > place
      const mustWait = place >= 0 && containers.some((one) => isServed(one) && mayRun(one, context))
      if (place < 0) return planKill(container, ending, context)
      if (!mustWait) return planKillSince(container, ending, sinceTickMs, context)
      return planSidecarWait(container, ending, sinceTickMs ?? context.nowTickMs, context)
    }),
  )
}

/** Or is about to: what becomes of a start that is under way, or was not answered, is not known yet. */
function mayRun(one: ObservedContainer, context: PlanContext): boolean {
  return one.state === 'running' || (one.state === 'created' && (isStarting(one, context) || isUnseen(one, context)))
}

/** Its hook is not ordered, and when the grace is used up nothing is. */
function planSidecarWait(
  container: ObservedContainer,
  ending: Ending,
  sinceTickMs: number,
  context: PlanContext,
): Plan {
  const graceMs = graceOf(container, ending)
  const untilTickMs = sinceTickMs + graceMs
  if (untilTickMs <= context.nowTickMs) return planKillSince(container, ending, sinceTickMs, context)
  const message = 'stops after the containers it serves'
  const wait = waitFor({ reason: 'GracePeriod', container: container.name, message, untilTickMs })
  if (container.state !== 'running' || container.stopRequestedTickMs !== null) return wait
  return merge(planPreStop(container, ending, context) ?? nothing, wait)
}

/** Its hook, in what is left of the grace, where that did not run yet; null: it is not due. */
function planPreStop(container: ObservedContainer, ending: Ending, context: PlanContext): Plan | null {
  const handler = specOf(ending.pod, container)?.preStop ?? null
  if (handler === null || (container.preStop !== null && !isCutShort(container, context))) return null
  const begunTickMs = container.preStop?.begunTickMs ?? context.nowTickMs
  const graceMs = begunTickMs + graceOf(container, ending) - context.nowTickMs
  if (graceMs <= 0) return null
  return planHook(container, { hook: 'preStop', handler, graceMs, reason: ending.reason }, context)
}

/** A preStop hook that was begun, and nobody here waits for: an earlier podkeep ended before it did. */
function isCutShort({ id, preStop }: ObservedContainer, { inFlight }: PlanContext): boolean {
  return preStop?.endedTickMs === null && !inFlight.has(`RunHook ${id} preStop`)
}

/** When the first of them was told to end; null: none was. */
function endBegunTickMs(containers: readonly ObservedContainer[]): number | null {
  const newest = containers.filter(
    (one) => !containers.some((other) => other.name === one.name && other.attempt > one.attempt),
  )
  const begun = newest.flatMap((one) =>
    [one.preStop?.begunTickMs ?? null, one.stopRequestedTickMs, one.killRequestedTickMs].filter(
      (tick) => tick !== null,
    ),
  )
  return begun.length === 0 ? null : Math.min(...begun)
}

function graceOf(container: ObservedContainer, { graceMs, pod }: Ending): number {
  return graceMs ?? pod?.graceMs ?? container.graceMs
}

/** What the manifest says of it; undefined where that is not known. */
export function specOf(pod: DesiredPod | null, container: ObservedContainer): DesiredContainer | undefined {
  return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].find((one) => one.name === container.name)
}

/**
 * Never started, as far as is known: a start under way is waited for, one whose answer was lost may have had its run, and the
 * removal is refused if it runs after all.
 */
export function planDiscard(container: ObservedContainer, reason: Reason, context: PlanContext): Plan {
  if (isUnseen(container, context)) return planLook(container, reason, context)
  if (!isStarting(container, context)) return planRemove(container, reason, context)
  return waitFor({ reason: 'InFlight', container: container.name, message: 'StartContainer', untilTickMs: null })
}

/** A sandbox has nothing to save and is ended by its removal; anything else has ended before. */
export function planRemove(container: ObservedContainer, reason: Reason, context: PlanContext): Plan {
  const { id, name } = container
  const force = container.kind === 'sandbox'
  return attempt({ kind: 'RemoveContainer', id, container: name, force, reason }, name, context)
}
