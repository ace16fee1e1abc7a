/** The workers' pods as those who may want what only one pod can have; who has it plan/contender.ts says. */

import type { Contender, Desire, PodView, Wait, WaitReason } from '../plan/index.js'
import type { DesiredPod, ObservedContainer, PodKey } from '../pod/index.js'
import { podPhase } from '../status/index.js'
import type { UnderWay } from './under-way.js'

export interface Contending {
  readonly memory: {
    readonly key: PodKey
    readonly observed: { readonly containers: readonly ObservedContainer[] }
  }
  readonly desire: Desire | null
  readonly pod: DesiredPod | null
  readonly underWay: Iterable<UnderWay>
  readonly view: PodView | null
  readonly waits: readonly Wait[]
}

/** Waits for what another has, or for nothing that is to come. */
const ofOthers: readonly WaitReason[] = [
  'HostPortConflict',
  'FailedMount',
  'NodeAffinity',
  'ActiveDeadline',
  'DiskMeasured',
]

export function contenderOf(worker: Contending): Contender {
  const { memory, desire, pod } = worker
  return {
    key: memory.key,
    desire,
    pod,
    containers: memory.observed.containers,
    making: [...worker.underWay].flatMap(({ action }) =>
      action.kind === 'CreateSandbox' || action.kind === 'CreateContainer' ? [action.spec] : [],
    ),
    isReadyToMove:
      [...worker.underWay].length === 0 &&
      worker.waits.length > 0 &&
      worker.waits.every(({ reason }) => ofOthers.includes(reason)),
    // Looked at of few, and dear.
    get isDone() {
      const phase = worker.view === null ? 'Pending' : podPhase(worker.view)
      return phase === 'Succeeded' || phase === 'Failed'
    },
  }
}

/** One after the other, as they are asked for: most pods want nothing that another may have. */
export function* contendersOf(workers: Iterable<Contending>): Iterable<Contender> {
  for (const worker of workers) yield contenderOf(worker)
}
