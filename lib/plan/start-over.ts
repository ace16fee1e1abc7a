/**
 * The whole pod begins again in its sandbox, because a container ended in a way that one of its restart rules answers with
 * RestartAllContainers (KEP-5532): what still runs is killed without grace, the back-off is that of the one that ended, and then
 * everything that was made before counts as not there (PodView.isVoid).
 */

import { backOffWait } from './container.js'
import { planEnd } from './kill.js'
import { isNothing, nothing, waitFor, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { restartsAll } from './restart-policy.js'

export function planStartOver(view: PodView, context: PlanContext): Plan {
  const left = view.members.filter((one) => view.isVoid(one) && one.state !== 'exited')
  const ending = planEnd(left, { pod: view.pod, graceMs: 0, reason: 'RestartAllContainers' }, context)
  if (!isNothing(ending)) return ending
  for (const container of [...view.pod.initContainers, ...view.pod.containers]) {
    const latest = view.instances(container)[0]
    if (latest === undefined || !restartsAll(container, latest)) continue
    const wait = backOffWait(view, latest, context)
    if (wait !== null) return waitFor(wait)
  }
  return nothing
}
