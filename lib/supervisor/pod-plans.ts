/** What a worker waits for and what it does, as it stands, for people: computed when someone asks. */

import type { Clock, PlannedAction, PlannedWait, PodPlan } from '../ports/index.js'
import { actionFields } from './action-log.js'
import type { PodWorker } from './pod-worker.js'
import type { UnderWay } from './under-way.js'

export function podPlan(worker: PodWorker, clock: Clock): PodPlan[] {
  const { desire, memory, waits, underWay } = worker
  if (desire === null) return []
  return [
    {
      key: memory.key,
      desire: desire.kind,
      why: desire.kind === 'hold' ? desire.why : null,
      // What is under way is listed as that; that it is held is said already.
      waits: waits
        .filter(({ reason }) => reason !== 'InFlight' && reason !== 'Held')
        .map((wait): PlannedWait => {
          const { reason, container, message, untilTickMs } = wait
          return { reason, container, message, untilMs: untilTickMs === null ? null : wallMs(untilTickMs, clock) }
        }),
      underWay: [...underWay].map((one) => plannedAction(one, clock)),
    },
  ]
}

function plannedAction({ action, startedTickMs }: UnderWay, clock: Clock): PlannedAction {
  const { container, reason, ...details } = actionFields(action)
  return {
    action: action.kind,
    container: typeof container === 'string' ? container : null,
    reason: typeof reason === 'string' ? reason : action.reason,
    details,
    sinceMs: wallMs(startedTickMs, clock),
  }
}

function wallMs(tickMs: number, clock: Clock): number {
  return Math.round(clock.wallMs() + tickMs - clock.tickMs())
}
