/** The one timer of a pod: when it should look at itself again though nothing happens. */

import type { Wait } from '../plan/index.js'
import type { Clock } from '../ports/index.js'

export class PodTimer {
  readonly #clock: Clock
  readonly #onDue: () => void
  #cancel: (() => void) | null = null
  #dueTickMs: number | null = null

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  /** When it looks at the latest; null: nothing is due. */
  get dueTickMs(): number | null {
    return this.#dueTickMs
  }

  /** In the place of what was set before. */
  set(waits: readonly Wait[], nowTickMs: number): void {
    this.cancel()
    const times = waits.flatMap((wait) => (wait.untilTickMs === null ? [] : [wait.untilTickMs]))
    if (times.length === 0) return
    const delayMs = Math.max(0, Math.min(...times) - nowTickMs)
    this.#dueTickMs = nowTickMs + delayMs
    this.#cancel = this.#clock.timer(delayMs, this.#onDue)
  }

  cancel(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#dueTickMs = null
  }
}
