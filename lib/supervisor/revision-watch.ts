/**
 * Tells which manifests a pod had and what became of the newest, each when it is news. What is Ready may still crash in a moment;
 * after some good minutes its outcome stands, and the watch costs nothing any more.
 */

import type { Desire, PodView, Wait } from '../plan/index.js'
import type { PodKey } from '../pod/index.js'
import type { Clock, RevisionRecorder } from '../ports/index.js'
import { revisionOutcome } from '../status/index.js'

/** As long as a container has to run well for its crashes to be forgotten. */
const standsAfterMs = 600_000

export class RevisionWatch {
  readonly #key: PodKey
  readonly #recorder: RevisionRecorder
  readonly #clock: Clock
  #isWatching = false
  #readySinceTickMs: number | null = null
  #told = ''

  constructor(key: PodKey, recorder: RevisionRecorder, clock: Clock) {
    this.#clock = clock
    this.#key = key
    this.#recorder = recorder
  }

  desires(before: Desire | null, desire: Desire): void {
    if (desire.kind === 'hold' && desire.cause === 'file') {
      this.#recorder.held(this.#key, desire.pod?.file ?? '', desire.why)
    } else if (desire.kind === 'run') {
      this.#recorder.wanted(desire.pod)
      const isSame = before?.kind === 'run' && before.pod === desire.pod
      if (!isSame) {
        this.#told = ''
        this.#readySinceTickMs = null
        this.#isWatching = true
      }
    }
    if (desire.kind !== 'run') this.#isWatching = false
  }

  /** @param view asked for only when it matters */
  planned(view: () => PodView | null, waits: readonly Wait[]): void {
    if (!this.#isWatching) return
    const nowTickMs = this.#clock.tickMs()
    if (this.#readySinceTickMs !== null && nowTickMs - this.#readySinceTickMs > standsAfterMs) {
      this.#isWatching = false
      return
    }
    const current = view()
    if (current === null) return
    const { outcome, why } = revisionOutcome(current, waits)
    this.#readySinceTickMs = outcome === 'ready' ? (this.#readySinceTickMs ?? nowTickMs) : null
    const text = `${outcome} ${why}`
    if (text === this.#told) return
    this.#told = text
    this.#recorder.became(this.#key, outcome, why)
  }
}
