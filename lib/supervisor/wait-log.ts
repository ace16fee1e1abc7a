/** What a pod is waiting for, told when it changes: not again with every try that fails the same way. */

import type { Wait } from '../plan/index.js'
import type { Clock, Logger } from '../ports/index.js'

export class WaitLog {
  readonly #logger: Logger
  readonly #clock: Clock
  /** The last text told about each container; about the whole pod under ''. */
  readonly #told = new Map<string, string>()

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger
    this.#clock = clock
  }

  tell(waits: readonly Wait[]): void {
    for (const wait of waits) {
      const { reason, container, message, untilTickMs } = wait
      if (message === '' || reason === 'InFlight' || reason === 'Held') continue
      const text = `${reason} ${message}`
      if (this.#told.get(container ?? '') === text) continue
      this.#told.set(container ?? '', text)
      const inMs = untilTickMs === null ? null : Math.max(0, Math.round(untilTickMs - this.#clock.tickMs()))
      const fields = { reason, ...(container !== null && { container }), message, ...(inMs !== null && { inMs }) }
      this.#logger.info(fields, 'waiting')
    }
  }

  /** It goes on; what comes next is news again. */
  goesOn(container: string): void {
    this.#told.delete(container)
    this.#told.delete('')
  }
}
