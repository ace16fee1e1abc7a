/** Who wants to hear that something may look different. Costs a look at an empty list while nobody does. */

import type { Changed } from '../ports/index.js'

export class Changes {
  readonly #listeners = new Set<(what: Changed) => void>()

  listen(tell: (what: Changed) => void): () => void {
    this.#listeners.add(tell)
    return () => {
      this.#listeners.delete(tell)
    }
  }

  tell(what: Changed): void {
    for (const tell of this.#listeners) tell(what)
  }
}
