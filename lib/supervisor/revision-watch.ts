/** Tells which manifests a pod had and what became of the newest, each when it is news. Costs nothing once that one is Ready. */

import type { Desire, PodView, Wait } from '../plan/index.js'
import type { PodKey } from '../pod/index.js'
import type { RevisionRecorder } from '../ports/index.js'
import { revisionOutcome } from '../status/index.js'

export class RevisionWatch {
  readonly #key: PodKey
  readonly #recorder: RevisionRecorder
  #isWatching = false
  #told = ''

  constructor(key: PodKey, recorder: RevisionRecorder) {
    this.#key = key
    this.#recorder = recorder
  }

  desires(before: Desire | null, desire: Desire): void {
    if (desire.kind === 'hold' && desire.cause === 'file') {
      this.#recorder.held(this.#key, desire.pod?.file ?? '', desire.why)
    } else if (desire.kind === 'run') {
      this.#recorder.wanted(desire.pod)
      const isSame = before?.kind === 'run' && before.pod === desire.pod
      if (!isSame) this.#told = ''
    }
    this.#isWatching = desire.kind === 'run'
  }

  /** @param view asked for only when it matters */
  planned(view: () => PodView | null, waits: readonly Wait[]): void {
    if (!this.#isWatching) return
    const current = view()
    if (current === null) return
    const { outcome, why } = revisionOutcome(current, waits)
    if (outcome === 'ready') this.#isWatching = false
    const text = `${outcome} ${why}`
    if (text === this.#told) return
    this.#told = text
    this.#recorder.became(this.#key, outcome, why)
  }
}
