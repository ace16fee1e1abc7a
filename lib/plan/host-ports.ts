/**
 * Ports of the host that another pod has: who comes second waits, and touches nothing meanwhile; the engine need not refuse. A pod that
 * is being removed has its ports as long as anything of it is there.
 */

import {
  hostPorts,
  needsSandbox,
  portsClash,
  portText,
  sandboxHash,
  type PublishedPort,
  type TakenPort,
} from '../pod/index.js'
import { comesFirst, grip, type Contender } from './contender.js'
import { nothing, waitForAnother, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

const none: readonly TakenPort[] = []

/** @param others it may be among them */
export function takenPorts(asker: Contender, others: Iterable<Contender>): readonly TakenPort[] {
  const wanted = portsOf(asker)
  // Where it is done, or going, it wants nothing any more.
  if (wanted.length === 0 || gripOfPorts(asker) === 0) return none
  const taken: TakenPort[] = []
  for (const other of others) {
    if (other.key === asker.key) continue
    const ports = portsOf(other)
    const clashing = wanted.filter((port) => ports.some((one) => portsClash(port, one)))
    if (clashing.length > 0 && comesFirst(other, asker, gripOfPorts))
      taken.push(...clashing.map((port) => ({ port, holder: other.key })))
  }
  return taken
}

function portsOf({ pod }: Contender): readonly PublishedPort[] {
  return pod === null ? [] : hostPorts(pod)
}

/** What has no sandbox has its ports by its containers, also between two of their lives. */
function gripOfPorts(contender: Contender): number {
  const { pod, containers } = contender
  const firmness = grip(contender)
  if (pod === null || needsSandbox(pod) || firmness === 0) return firmness
  const hash = sandboxHash(pod)
  return containers.some((one) => !one.remembered && one.podHash === hash) ? 3 : firmness
}

export function planHostPorts(view: PodView, context: PlanContext): Plan {
  const { takenPorts } = context
  if (takenPorts.length === 0 || hasHadPorts(view)) return nothing
  const message = takenPorts
    .map(({ port, holder }) => `port ${portText(port)} of the host is taken by pod ${holder}`)
    .join('; ')
  return waitForAnother('HostPortConflict', message, context)
}

/** It runs with them, or has, and is not stopped for another. */
function hasHadPorts(view: PodView): boolean {
  return [...view.sandboxes, ...view.members].some(
    (one) => one.podHash === view.sandboxHash && one.startedAtMs !== null && !one.diedWithEngine,
  )
}
