/** What pods ask of each other. */

import { isOfSameJob, type DesiredPod, type PodKey, type PodUid } from '../pod/index.js'
import { isReadyOrDone, podPhase } from '../status/index.js'
import type { PodWorker } from './pod-worker.js'

/** Of two that want a new uid at the same time the first by name gets it. */
export function uidHolder(workers: ReadonlyMap<PodKey, PodWorker>, uid: PodUid, key: PodKey): PodKey | null {
  for (const [other, worker] of workers) {
    const wants = worker.pod?.uid === uid && worker.desire?.kind !== 'remove'
    if (other !== key && (worker.memory.holds(uid) || (wants && other < key))) return other
  }
  return null
}

/** Pods of one Job wait for each other's end. */
export function isReadyFor(worker: PodWorker | undefined, asker: DesiredPod | null): boolean {
  const view = worker?.view ?? null
  if (view === null) return false
  return isOfSameJob(view.pod, asker) ? podPhase(view) === 'Succeeded' : isReadyOrDone(view)
}
