/** Lifecycle hooks. Source: kubelet pkg/kubelet/lifecycle. Differs: a slow hook keeps no other container waiting. */

import type { HookHandler, HookName, ObservedContainer } from '../pod/index.js'
import type { Reason } from './action.js'
import { attempt } from './attempt.js'
import type { Plan, PlanContext } from './plan.js'

/** @param graceMs how long it may take at most; null: however long it takes */
export function planHook(
  { id, name }: ObservedContainer,
  { hook, handler, graceMs, reason }: { hook: HookName; handler: HookHandler; graceMs: number | null; reason: Reason },
  context: PlanContext,
): Plan {
  const { address } = context
  return attempt(
    { kind: 'RunHook', id, container: name, hook, handler, address, timeoutMs: graceMs, reason },
    name,
    context,
  )
}
