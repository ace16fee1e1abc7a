/** What was looked up for one pod's containers that are yet to be made: images and security profiles, each with its time; and its group. */

import type { ImageFact, ProfileFact } from '../plan/index.js'
import type { PodCgroup, PodUid } from '../pod/index.js'
import type { Clock, ImageFacts } from '../ports/index.js'
import type { Outcome } from './outcome.js'

export class Lookups {
  readonly images = new Map<string, ImageFact>()
  /** Images pulled since the manifest last changed. */
  readonly pulled = new Set<string>()
  /** By profileKey. */
  readonly profiles = new Map<string, ProfileFact>()
  readonly podCgroups = new Map<PodUid, PodCgroup>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @returns whether the image was believed to be there */
  lacks(image: string): boolean {
    const wasBelieved = this.images.get(image)?.present === true
    this.#setImage(image, null)
    return wasBelieved
  }

  found(outcome: Outcome & { kind: 'image' | 'pulled' | 'profile' | 'podCgroup' }): void {
    if (outcome.kind === 'podCgroup') {
      if (outcome.limits === null) this.podCgroups.delete(outcome.uid)
      else this.podCgroups.set(outcome.uid, outcome.limits)
      return
    }
    if (outcome.kind === 'profile') {
      this.profiles.set(outcome.key, { found: outcome.found, atTickMs: this.#clock.tickMs() })
      return
    }
    if (outcome.kind === 'pulled') this.pulled.add(outcome.image)
    this.#setImage(outcome.image, outcome.facts)
  }

  #setImage(image: string, facts: ImageFacts | null): void {
    this.images.set(image, { present: facts !== null, user: facts?.user ?? '', atTickMs: this.#clock.tickMs() })
  }
}
