/** The end of one container: its stop signal, its grace, SIGKILL. Source: kubelet killContainer; the API's grace period of 0. */

import type { ObservedContainer } from '../pod/index.js'
import type { Reason } from './action.js'
import { attempt } from './attempt.js'
import { merge, nothing, waitFor, type Plan, type PlanContext } from './plan.js'
import { isStarting, isUnseen, planLook } from './start.js'

/** A process that survives SIGKILL waits for its disk; asking again now and then costs nothing. */
const killAgainMs = 10_000

export function planKill(
  container: ObservedContainer,
  { graceMs, reason }: { graceMs: number; reason: Reason },
  context: PlanContext,
): Plan {
  if (container.state !== 'running') return nothing
  const send = (signal: string, why: Reason): Plan =>
    attempt(
      { kind: 'KillContainer', id: container.id, container: container.name, signal, reason: why },
      container.name,
      context,
    )

  if (container.killRequestedTickMs !== null) {
    const untilTickMs = container.killRequestedTickMs + killAgainMs
    if (untilTickMs <= context.nowTickMs) return send('SIGKILL', reason)
    return waitFor({ reason: 'GracePeriod', container: container.name, message: '', untilTickMs })
  }
  if (graceMs === 0) return send('SIGKILL', reason)
  if (container.stopRequestedTickMs === null) return send(container.stopSignal, reason)
  const deadlineTickMs = container.stopRequestedTickMs + graceMs
  if (deadlineTickMs <= context.nowTickMs) return send('SIGKILL', 'GraceExpired')
  return waitFor({
    reason: 'GracePeriod',
    container: container.name,
    message: `asked to stop, killed after ${graceMs / 1000} s`,
    untilTickMs: deadlineTickMs,
  })
}

/**
 * Ends everything that runs or could be about to, all at once: a slow one delays no other. An empty plan says that none of
 * them can run any more, so what they stand on may go.
 */
export function planEnd(
  containers: readonly ObservedContainer[],
  { graceMs, reason }: { graceMs: number | null; reason: Reason },
  context: PlanContext,
): Plan {
  return merge(
    ...containers.map((container) => {
      if (container.state === 'created') return planDiscard(container, reason, context)
      return planKill(container, { graceMs: graceMs ?? container.graceMs, reason }, context)
    }),
  )
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
