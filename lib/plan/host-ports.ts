/** Ports of the host that another pod has: who comes second waits, and touches nothing meanwhile; the engine need not refuse. */

import { portText } from '../pod/index.js'
import { nothing, waitFor, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

/** Nothing tells when another pod gives up its ports. */
const lookAgainMs = 1000

export function planHostPorts(view: PodView, { takenPorts, nowTickMs }: PlanContext): Plan {
  if (takenPorts.length === 0 || hasHadPorts(view)) return nothing
  const message = takenPorts
    .map(({ port, holder }) => `port ${portText(port)} of the host is taken by pod ${holder}`)
    .join('; ')
  return waitFor({ reason: 'HostPortConflict', container: null, message, untilTickMs: nowTickMs + lookAgainMs })
}

/** It runs with them, or has, and is not stopped for another. */
function hasHadPorts(view: PodView): boolean {
  return [...view.sandboxes, ...view.members].some(
    (one) => one.podHash === view.sandboxHash && one.startedAtMs !== null && !one.diedWithEngine,
  )
}
