/** Where a pod answers, for those that look for it by a Service's name. */

import type { Desire, Endpoint, PodView } from '../plan/index.js'
import type { PodKey } from '../pod/index.js'
import { isReady } from '../status/index.js'
import type { Machine } from './around.js'
import type { Neighbours } from './neighbours.js'

export interface Surroundings {
  readonly neighbours: Neighbours
  /** Asked at each plan, for the engine's part of it is known only once the engine is. */
  readonly machine: () => Machine
}

interface Worker {
  readonly memory: { readonly key: PodKey }
  readonly desire: Desire | null
  readonly view: PodView | null
}

/** One that is being stopped is sent nobody any more. */
export function tellNeighbours(worker: Worker, { neighbours, machine }: Surroundings): void {
  if (!neighbours.isAsked) return
  const isStaying = worker.desire?.kind === 'run' || worker.desire?.kind === 'hold'
  const view = isStaying ? worker.view : null
  neighbours.tell(worker.memory.key, view === null ? null : endpointOf(view, machine().hostIP))
}

/** null: nowhere yet. @param hostIP where a pod on the host's network answers */
function endpointOf(view: PodView, hostIP: string): Endpoint | null {
  const { pod } = view
  const sandbox = view.sandboxes.find((one) => one.state === 'running' && one.ip !== null)
  const ip = pod.hostNetwork ? hostIP : (sandbox?.ip ?? null)
  if (ip === null || !view.members.some((one) => one.state === 'running')) return null
  return {
    pod: pod.key,
    namespace: pod.namespace,
    labels: pod.manifest.metadata.labels ?? {},
    ip,
    isReady: isReady(view),
    hostname: pod.names.hostname,
    subdomain: pod.names.subdomain,
  }
}
