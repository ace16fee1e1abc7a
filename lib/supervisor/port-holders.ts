/**
 * Which pod has a port of the host that two want: as with claims, the one that is there, and keeps it until it is gone or done; while
 * neither is there, the first by name. A pod that is being removed has its ports as long as anything of it is there.
 */

import { hostPorts, needsSandbox, portsClash, sandboxHash, type PublishedPort, type TakenPort } from '../pod/index.js'
import { grip, type Claimant } from './claim-holders.js'

const nothing: readonly TakenPort[] = []

export function takenPorts(asker: Claimant, workers: Iterable<Claimant>): readonly TakenPort[] {
  const wanted = portsOf(asker)
  if (wanted.length === 0) return nothing
  const own = gripOfPorts(asker)
  // It is done, or going: it wants nothing any more.
  if (own === 0) return nothing
  const taken: TakenPort[] = []
  for (const other of workers) {
    const ports = other === asker ? [] : portsOf(other)
    const clashing = wanted.filter((port) => ports.some((one) => portsClash(port, one)))
    if (clashing.length === 0) continue
    const its = gripOfPorts(other)
    const isFirst = its > own || (its === own && other.memory.key < asker.memory.key)
    if (isFirst) taken.push(...clashing.map((port) => ({ port, holder: other.memory.key })))
  }
  return taken
}

function portsOf({ pod }: Claimant): readonly PublishedPort[] {
  return pod === null ? [] : hostPorts(pod)
}

/** What has no sandbox has its ports by its containers, also between two of their lives. */
function gripOfPorts(worker: Claimant): number {
  const { pod, memory } = worker
  const firmness = grip(worker)
  if (pod === null || needsSandbox(pod) || firmness === 0) return firmness
  const hash = sandboxHash(pod)
  return memory.observed.containers.some((one) => !one.remembered && one.podHash === hash) ? 3 : firmness
}
