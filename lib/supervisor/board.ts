/**
 * The status board: computed when someone asks, so it costs nothing while nobody does.
 *
 * B1  What was computed of a pod is shown again until it changes, by what onChange tells; never while something is being done or
 *     to be planned about it, of which nobody is told, nor while the engine is away.
 */

import { viewPod } from '../plan/index.js'
import type { ObservedContainer, PodKey, PodUid } from '../pod/index.js'
import type { Clock, ManifestsStatus, PodStatusEntry, Readiness, StatusBoard } from '../ports/index.js'
import { podStatus } from '../status/index.js'
import type { Changes } from './changes.js'
import type { EngineLink } from './engine-link.js'
import type { ManifestBook } from './manifest-book.js'
import { podPlan } from './pod-plans.js'
import type { PodWorker } from './pod-worker.js'
import type { Pulls } from './pulls.js'

export interface BoardParts {
  readonly workers: ReadonlyMap<PodKey, PodWorker>
  readonly pulls: Pulls
  readonly book: () => ManifestBook | null
  readonly link: EngineLink
  readonly directory: string
  readonly hostIP: string
  readonly clock: Clock
  readonly changes: Changes
  readonly engineVersion: () => string
}

export function statusBoard(parts: BoardParts): StatusBoard {
  const entryOf = rememberingEntries(parts)
  return {
    pods: () => byKey([...parts.workers.values()].flatMap((worker) => entryOf(worker) ?? [])),
    pod: (key) => {
      const worker = parts.workers.get(key)
      return worker === undefined ? undefined : (entryOf(worker) ?? undefined)
    },
    manifests: () => parts.book()?.status() ?? unread(parts.directory),
    readiness: () => readiness(parts),
    plans: () => byKey([...parts.workers.values()].flatMap((worker) => podPlan(worker, parts.clock))),
    engineVersion: parts.engineVersion,
    stuck: () => stuck(parts),
    onChange: (tell) => parts.changes.listen(tell),
  }
}

function rememberingEntries(parts: BoardParts): (worker: PodWorker) => PodStatusEntry | null {
  const known = new Map<PodKey, PodStatusEntry | null>()
  parts.changes.listen((what) => {
    if (what.kind === 'pod') known.delete(what.key)
  })
  return (worker) => {
    const { key } = worker.memory
    if (parts.link.away !== null || !worker.isStill) return podEntry(worker, parts)
    const entry = known.get(key) ?? podEntry(worker, parts)
    known.set(key, entry)
    return entry
  }
}

function byKey<Entry extends { readonly key: PodKey }>(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** A timer that is this late rings no more. Source of the bound: the kubelet's sync loop check has minutes. */
const latestMs = 60_000

function stuck({ workers, link, clock }: BoardParts): string | null {
  if (link.hasEnded) return 'nobody listens to the engine any more'
  for (const { memory, dueTickMs } of workers.values()) {
    const lateMs = dueTickMs === null ? 0 : clock.tickMs() - dueTickMs
    if (lateMs > latestMs) return `pod ${memory.key} should have been looked at ${Math.round(lateMs / 1000)} s ago`
  }
  return null
}

/** null: nothing is known of it yet. */
function podEntry(worker: PodWorker, { link, hostIP, pulls }: BoardParts): PodStatusEntry | null {
  const { memory, pod, waits } = worker
  const kind = worker.desire?.kind ?? 'hold'
  const isEnding = kind === 'remove' || kind === 'stop'
  const all = memory.observed
  if (pod === null && all.containers.length === 0) return null
  const { context } = worker
  // A pod on its way out is still the one to show, until another one is wanted in its place.
  const isRemembered = worker.desire?.kind === 'hold' && worker.desire.isRemembered
  const shown = isEnding ? { ...context, doomedUids: new Set<PodUid>() } : context
  const view = pod === null ? null : viewPod(pod, all, shown, { isRemembered })
  const uid = view?.uid ?? newestUid(all.containers) ?? ''
  const observed = { ...all, containers: all.containers.filter((container) => container.podUid === uid) }
  const isUnseen = memory.record !== null && !link.hasListed
  const status = podStatus({ view, observed, waits, hostIP, engineAway: link.away, isUnseen, pulls: pulls.states })
  const desire = isEnding ? 'remove' : kind
  const file = pod?.file ?? memory.origin?.file ?? ''
  return { key: memory.key, manifest: pod?.manifest ?? null, uid, status, desire, file }
}

function newestUid(containers: readonly ObservedContainer[]): PodUid | undefined {
  return [...containers].sort((a, b) => b.createdAtMs - a.createdAtMs)[0]?.podUid
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
