/**
 * What is known of what a pod has on the disk: where its volumes are, what was written into them, how much is in them and in its
 * containers, and that all of it was cleared.
 */

import type { ContainerDiskUse, DiskUse, EvictionFact, PlanContext } from '../plan/index.js'
import { unreachable, type Eviction, type PodRecord, type PodUid } from '../pod/index.js'
import type { Clock } from '../ports/index.js'
import type { Outcome } from './outcome.js'

interface Measure {
  readonly bytes: number
  readonly tookMs: number
}

export class KnownVolumes {
  readonly #clock: Clock
  readonly #paths = new Map<string, string>()
  readonly #digests = new Map<string, string>()
  readonly #use = new Map<string, DiskUse>()
  readonly #containerUse = new Map<string, ContainerDiskUse>()
  readonly #withOld = new Set<PodUid>()
  #eviction: EvictionFact | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get facts(): Pick<
    PlanContext,
    'volumePaths' | 'volumeDigests' | 'replacedVolumes' | 'volumeUse' | 'containerUse' | 'eviction'
  > {
    return {
      replacedVolumes: this.#withOld,
      volumePaths: this.#paths,
      volumeDigests: this.#digests,
      volumeUse: this.#use,
      containerUse: this.#containerUse,
      eviction: this.#eviction,
    }
  }

  /** @param key a volumeKey */
  prepared(key: string, path: string, digest: string | undefined): void {
    if (digest !== undefined) {
      this.#forgetEarlier(key, path)
      this.#digests.set(key, digest)
    }
    this.#paths.set(key, path)
  }

  /** The volume as it was wanted before: what was written there then is written over. */
  #forgetEarlier(key: string, path: string): void {
    for (const [other, itsPath] of this.#paths) {
      if (other === key || itsPath !== path) continue
      this.#paths.delete(other)
      this.#digests.delete(other)
    }
  }

  hasOld(uid: PodUid): void {
    this.#withOld.add(uid)
  }

  found(outcome: Outcome & { kind: 'resized' | 'oldVolumesRemoved' | 'measured' | 'containerMeasured' }): void {
    switch (outcome.kind) {
      case 'resized':
        this.#digests.set(outcome.key, outcome.digest)
        return
      case 'oldVolumesRemoved':
        this.#withOld.delete(outcome.uid)
        return
      case 'measured':
        this.#use.set(outcome.key, this.#now(outcome))
        return
      case 'containerMeasured':
        this.#containerUse.set(outcome.key, { ...this.#now(outcome), id: outcome.id })
        return
      default:
        unreachable(outcome)
    }
  }

  /** They are prepared again before anything is made that uses them. */
  forgetPaths(): void {
    this.#paths.clear()
  }

  /** @param eviction why, when the pod stays what it is */
  removed(uid: PodUid, eviction: Eviction | null): void {
    this.#withOld.delete(uid)
    for (const known of [this.#paths, this.#digests, this.#use, this.#containerUse])
      for (const key of known.keys()) if (key.startsWith(`${uid} `)) known.delete(key)
    if (eviction !== null) this.#eviction = { ...eviction, uid, atTickMs: this.#tickOf(eviction), isCleared: true }
  }

  /** What the state folder tells when podkeep starts. */
  restore({ uid, evicted }: PodRecord): void {
    if (evicted !== undefined) this.#eviction = { ...evicted, uid, atTickMs: this.#tickOf(evicted), isCleared: false }
  }

  #now({ bytes, tookMs }: Measure): DiskUse {
    return { bytes, tookMs, atMs: this.#clock.wallMs(), atTickMs: this.#clock.tickMs() }
  }

  /** A time in the future is now. */
  #tickOf({ atMs }: Eviction): number {
    return this.#clock.tickMs() - Math.max(0, this.#clock.wallMs() - atMs)
  }
}
