/**
 * What is remembered of a stop while it is under way, so that a restart of podkeep goes on with it.
 *
 * K1  The grace period goes on from where it began, and the stop signal is not sent again.
 * K2  A preStop hook that has ended does not run again. One that podkeep's end may have cut short does, within what is left of the
 *     grace: a hook runs at least once, as Kubernetes has it.
 * K3  A podkeep that was killed between the deed and the record of it does it once more, with a grace period of its own.
 * K4  What ended after it was told to has been stopped, and neither crashed nor succeeded.
 */

import type { ObservedContainer, PodRecord, StopUnderWay } from '../pod/index.js'
import type { PlanContext } from './plan.js'

/** For the record: nothing when none of them is being stopped. */
export function stopsUnderWay(
  containers: readonly ObservedContainer[],
  { bootId }: PlanContext,
): Pick<PodRecord, 'stopping'> {
  const stops = containers.flatMap((one) => {
    const isStopping = one.preStop !== null || one.stopRequestedTickMs !== null
    return isStopping && isNewest(one, containers) ? [[one.id, stopOf(one)] as const] : []
  })
  if (bootId === null || stops.length === 0) return {}
  return { stopping: { bootId, stops: Object.fromEntries(stops.sort(([a], [b]) => (a < b ? -1 : 1))) } }
}

function stopOf({ startedAtMs, preStop, stopRequestedTickMs, stoppedAsCrash }: ObservedContainer): StopUnderWay {
  return { startedAtMs, preStop, stopRequestedTickMs, asCrash: stoppedAsCrash }
}

/** What ended and has a successor matters to nobody. */
function isNewest(one: ObservedContainer, containers: readonly ObservedContainer[]): boolean {
  return one.state === 'running' || !containers.some(({ name, attempt }) => name === one.name && attempt > one.attempt)
}
