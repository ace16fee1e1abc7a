/** The status board: computed when someone asks, so it costs nothing while nobody does. */

import type { PodKey, V1Pod } from '../pod/index.js'
import type { ManifestsStatus, PodStatusEntry, Readiness, StatusBoard } from '../ports/index.js'
import { podStatus } from '../status/index.js'
import type { EngineLink } from './engine-link.js'
import type { ManifestBook } from './manifest-book.js'
import type { PodWorker } from './pod-worker.js'

export interface BoardParts {
  readonly workers: ReadonlyMap<PodKey, PodWorker>
  readonly book: () => ManifestBook | null
  readonly link: EngineLink
  readonly directory: string
  readonly hostIP: string
}

export function statusBoard(parts: BoardParts): StatusBoard {
  return {
    pods: () =>
      [...parts.workers.values()].flatMap((worker) => podEntry(worker, parts)).sort((a, b) => (a.key < b.key ? -1 : 1)),
    manifests: () => parts.book()?.status() ?? unread(parts.directory),
    readiness: () => readiness(parts),
  }
}

function podEntry(worker: PodWorker, parts: BoardParts): PodStatusEntry[] {
  const { memory, pod, waits, context } = worker
  const observed = memory.observed
  const desire = worker.desire?.kind ?? 'hold'
  if (pod === null && observed.containers.length === 0) return []
  const status = podStatus({ pod, observed, waits, context, hostIP: parts.hostIP, engineAway: parts.link.away })
  const uid = observed.containers[0]?.podUid ?? memory.record?.uid ?? ''
  const manifest: V1Pod | null = pod?.manifest ?? null
  const file = pod?.file ?? memory.origin?.file ?? ''
  return [{ key: memory.key, manifest, uid, status, desire: desire === 'stop' ? 'remove' : desire, file }]
}

function readiness({ book, link }: BoardParts): Readiness {
  const current = book()
  const manifests = current === null ? 'the state folder is being read' : current.directoryProblem
  const checks = [
    { name: 'manifests', waitingFor: manifests },
    { name: 'engine', waitingFor: link.away },
  ]
  return { ready: checks.every((check) => check.waitingFor === null), checks }
}

function unread(directory: string): ManifestsStatus {
  return { directory, problem: 'the state folder is being read', files: [] }
}
