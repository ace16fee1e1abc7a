/**
 * postStart hooks: right after the start of an instance, and at least once for each, as Kubernetes has it.
 *
 * H1  One that podkeep's end kept from running, or may have cut short, runs with the next podkeep; one that failed is not forgotten.
 * H2  What was begun by a podkeep that wrote down nothing of it has had its hook: an upgrade runs none in what runs.
 */

import type { DesiredContainer, ObservedContainer, PodRecord } from '../pod/index.js'
import { planHook } from './hooks.js'
import { nothing, type Plan, type PlanContext } from './plan.js'

export function planPostStart(container: DesiredContainer, latest: ObservedContainer, context: PlanContext): Plan {
  const { postStart: handler } = container
  if (handler === null || !isDue(latest, context)) return nothing
  return planHook(latest, { hook: 'postStart', handler, graceMs: null, reason: 'Prepared' }, context)
}

/** It has one that has not ended yet, where it runs. */
export function awaitsPostStart(container: DesiredContainer, one: ObservedContainer): boolean {
  if (container.postStart === null) return false
  return one.postStart === null ? one.startedHere : one.postStart.endedTickMs === null
}

/** For the record, from before the start on until it has ended well. */
export function postStartsUnderWay(
  containers: readonly DesiredContainer[],
  newestOf: (container: DesiredContainer) => ObservedContainer | undefined,
): Pick<PodRecord, 'postStart'> {
  const unsettled = containers.flatMap((container) => {
    const latest = newestOf(container)
    if (latest === undefined || latest.state === 'exited') return []
    const failure = latest.postStart?.failure ?? null
    const isToCome = latest.state === 'created' && container.postStart !== null
    if (failure === null && !isToCome && !awaitsPostStart(container, latest)) return []
    return [[latest.id, { startedAtMs: latest.startedAtMs, failure }] as const]
  })
  return unsettled.length === 0 ? {} : { postStart: Object.fromEntries(unsettled) }
}

/** One that was begun, and nobody here waits for, was begun by an earlier podkeep. */
function isDue({ id, startedHere, postStart }: ObservedContainer, { inFlight }: PlanContext): boolean {
  if (postStart === null) return startedHere
  return postStart.endedTickMs === null && !inFlight.has(`RunHook ${id} postStart`)
}
