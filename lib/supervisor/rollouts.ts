/**
 * Hands an edit of a workload, or of what its pods read, on to these one after the other. Who may have it plan/rollout.ts says; until
 * then a pod is told to run what it ran, which this process knows, or the state folder. Nothing of it has to be remembered.
 */

import { followsConfig, hasBegun, isDisruptive, ordinalOf, whyLater, type Desire, type Replica } from '../plan/index.js'
import type { DesiredPod, PodKey, Rollout } from '../pod/index.js'
import type { Clock } from '../ports/index.js'
import { isKnownIll, isReadyOrDone, revisionOutcome } from '../status/index.js'
import type { PodWorker } from './pod-worker.js'

export interface RolloutParts {
  readonly clock: Clock
  readonly workers: ReadonlyMap<PodKey, PodWorker>
  /** As the manifests ask for it; null: they do not. */
  readonly newest: (key: PodKey) => DesiredPod | null
  /** A pod as it was, with the storage that its claims have by now. */
  readonly withStorage: (pod: DesiredPod) => DesiredPod
  /** What there is has been seen. */
  readonly isSettled: () => boolean
  /** It is to be told again. */
  readonly onTurn: (key: PodKey) => void
}

type Wanted = Extract<Desire, { kind: 'run' }>
type Held = Extract<Desire, { kind: 'hold' }>

export class Rollouts {
  readonly #parts: RolloutParts
  /** What the state folder said, until this process has told the pod something. */
  readonly #remembered = new Map<PodKey, DesiredPod>()
  readonly #waiting = new Set<PodKey>()
  readonly #readySinceTickMs = new Map<PodKey, number>()
  readonly #timers = new Map<PodKey, () => void>()

  constructor(parts: RolloutParts) {
    this.#parts = parts
  }

  remember(pod: DesiredPod | null): void {
    if (pod !== null && pod.rollout !== null) this.#remembered.set(pod.key, pod)
  }

  /** @param desire what the manifests say. @returns what the pod is to be told */
  desireFor(worker: PodWorker, desire: Desire): Desire {
    const { key } = worker.memory
    this.#waiting.delete(key)
    if (desire.kind === 'hold') return this.#heldAsItWas(worker, desire)
    const told = desire.kind === 'run' ? this.#inTurn(worker, desire) : desire
    if (told.kind === 'run' && told.later !== undefined) this.#waiting.add(key)
    else this.#remembered.delete(key)
    return told
  }

  /** Something about a pod looks different: others may wait for that. */
  changed(key: PodKey): void {
    if (this.#waiting.size === 0) return
    const group = groupOf(this.#parts.newest(key))
    if (group === null) return
    for (const one of [...this.#waiting]) if (groupOf(this.#parts.newest(one)) === group) this.#parts.onTurn(one)
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel()
    this.#waiting.clear()
  }

  /** A file that breaks halfway keeps everyone as they are. */
  #heldAsItWas(worker: PodWorker, desire: Held): Held {
    const before = this.#before(worker)
    const { pod } = desire
    if (before === null || (pod?.rollout ?? null) === null || pod === null || !isDisruptive(before, pod)) return desire
    if (this.#parts.isSettled() && hasBegun(before, pod, worker.memory.observed)) return desire
    return { ...desire, pod: before, isRemembered: this.#isRemembered(worker) }
  }

  #isRemembered({ pod, memory }: PodWorker): boolean {
    return pod === null || this.#remembered.has(memory.key)
  }

  #inTurn(worker: PodWorker, desire: Wanted): Wanted {
    const { pod } = desire
    const terms = pod.rollout
    const before = this.#before(worker)
    if (terms === null || before === null) return desire
    const isEdited = isDisruptive(before, pod)
    if (!isEdited && !isFollowing(worker)) return desire
    const isRemembered = this.#isRemembered(worker)
    const later = (why: string): Wanted => ({ kind: 'run', pod: before, later: { why, isRemembered } })
    if (!this.#parts.isSettled()) return later('waits for the engine')
    if (isEdited && hasBegun(before, pod, worker.memory.observed)) return desire
    const all = this.#replicas(groupOf(pod), terms)
    const self = all.find(({ key }) => key === pod.key)
    const why = self === undefined ? null : whyLater(self, all, terms)
    return why === null ? desire : later(why)
  }

  #replicas(group: string | null, terms: Rollout): Replica[] {
    const replicas: Replica[] = []
    for (const worker of this.#parts.workers.values()) {
      const wanted = this.#parts.newest(worker.memory.key)
      if (wanted === null || groupOf(wanted) !== group || worker.desire?.kind === 'remove') continue
      replicas.push(this.#replica(worker, wanted, terms))
    }
    return replicas
  }

  #replica(worker: PodWorker, wanted: DesiredPod, terms: Rollout): Replica {
    const { key } = wanted
    const before = this.#before(worker)
    const isEdited = before !== null && isDisruptive(before, wanted)
    const isOutdated = isEdited ? !hasBegun(before, wanted, worker.memory.observed) : isFollowing(worker)
    const { view, waits } = worker
    const isIll = view === null || isKnownIll(view, worker.context)
    const isReady =
      view !== null && isReadyOrDone(view) && (isOutdated || revisionOutcome(view, waits).outcome === 'ready')
    return { key, ordinal: ordinalOf(wanted), isOutdated, isIll, isAvailable: this.#isReadyLong(key, isReady, terms) }
  }

  #isReadyLong(key: PodKey, isReady: boolean, { minReadyMs }: Rollout): boolean {
    const { clock } = this.#parts
    if (!isReady) {
      this.#readySinceTickMs.delete(key)
      return false
    }
    const sinceTickMs = this.#readySinceTickMs.get(key) ?? clock.tickMs()
    this.#readySinceTickMs.set(key, sinceTickMs)
    const leftMs = sinceTickMs + minReadyMs - clock.tickMs()
    if (leftMs <= 0) return true
    this.#timers.get(key)?.()
    this.#timers.set(
      key,
      clock.timer(leftMs, () => {
        this.#timers.delete(key)
        this.changed(key)
      }),
    )
    return false
  }

  #before({ pod, memory }: PodWorker): DesiredPod | null {
    const before = pod ?? this.#remembered.get(memory.key) ?? null
    return before && this.#parts.withStorage(before)
  }
}

function isFollowing({ view }: PodWorker): boolean {
  return view !== null && followsConfig(view)
}

function groupOf(pod: DesiredPod | null): string | null {
  const owner = pod?.owner ?? null
  if (pod === null || owner === null || pod.rollout === null) return null
  return `${owner.kind} ${pod.namespace}/${owner.name}`
}
