/** What is known of a pod's volumes: where they are, what was written into them, how much is in them, and that they were cleared. */

import type { EvictionFact, PlanContext, VolumeUse } from '../plan/index.js'
import type { Eviction, PodRecord, PodUid } from '../pod/index.js'
import type { Clock } from '../ports/index.js'

export class KnownVolumes {
  readonly #clock: Clock
  readonly #paths = new Map<string, string>()
  readonly #digests = new Map<string, string>()
  readonly #use = new Map<string, VolumeUse>()
  #eviction: EvictionFact | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get facts(): Pick<PlanContext, 'volumePaths' | 'volumeDigests' | 'volumeUse' | 'eviction'> {
    return {
      volumePaths: this.#paths,
      volumeDigests: this.#digests,
      volumeUse: this.#use,
      eviction: this.#eviction,
    }
  }

  /** @param key a volumeKey */
  prepared(key: string, path: string, digest: string | undefined): void {
    this.#paths.set(key, path)
    if (digest !== undefined) this.#digests.set(key, digest)
  }

  measured(key: string, bytes: number, tookMs: number): void {
    this.#use.set(key, { bytes, tookMs, atMs: this.#clock.wallMs(), atTickMs: this.#clock.tickMs() })
  }

  /** They are prepared again before anything is made that uses them. */
  forgetPaths(): void {
    this.#paths.clear()
  }

  /** @param eviction why, when the pod stays what it is */
  removed(uid: PodUid, eviction: Eviction | null): void {
    for (const known of [this.#paths, this.#use])
      for (const key of known.keys()) if (key.startsWith(`${uid} `)) known.delete(key)
    if (eviction !== null) this.#eviction = { ...eviction, uid, atTickMs: this.#tickOf(eviction), isCleared: true }
  }

  /** What the state folder tells when podkeep starts. */
  restore({ uid, evicted }: PodRecord): void {
    if (evicted !== undefined) this.#eviction = { ...evicted, uid, atTickMs: this.#tickOf(evicted), isCleared: false }
  }

  /** A time in the future is now. */
  #tickOf({ atMs }: Eviction): number {
    return this.#clock.tickMs() - Math.max(0, this.#clock.wallMs() - atMs)
  }
}
