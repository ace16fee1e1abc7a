/**
 * The start of a container that was made. The engine starts an ended one again, and a job would run twice: after a start that
 * failed, or whose answer was lost, the container is looked at before anything else is done to it.
 */

import type { ObservedContainer } from '../pod/index.js'
import { actionKey, isUnderWay, type Action, type Reason } from './action.js'
import { attempt, sandboxName } from './attempt.js'
import type { Plan, PlanContext } from './plan.js'

/** @param told of what is in the volumes that it mounts now */
export function planStart(container: ObservedContainer, context: PlanContext, told: string | null = null): Plan {
  const start = attempt(startOf(container, told), ownerOf(container), context)
  return start.actions.length > 0 && isUnseen(container, context) ? planLook(container, 'Prepared', context) : start
}

export function isStarting(container: ObservedContainer, context: PlanContext): boolean {
  return isUnderWay(context.inFlight, 'StartContainer', container.id)
}

/** A start failed, and whether it took effect was not looked at since. */
export function isUnseen(container: ObservedContainer, context: PlanContext): boolean {
  return context.failures.get(actionKey(startOf(container)))?.isUnseen === true
}

export function planLook(container: ObservedContainer, reason: Reason, context: PlanContext): Plan {
  const { id, name } = container
  return attempt({ kind: 'InspectContainer', id, container: name, reason }, ownerOf(container), context)
}

function startOf({ id, name }: ObservedContainer, told: string | null = null): Action {
  return { kind: 'StartContainer', id, container: name, told, reason: 'Prepared' }
}

/** A sandbox is the whole pod's affair. */
function ownerOf({ name }: ObservedContainer): string | null {
  return name === sandboxName ? null : name
}
