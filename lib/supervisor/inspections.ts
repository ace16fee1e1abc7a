/** One look at a time at each container, and one more when something happened meanwhile. */

import { PodkeepError, type ContainerFacts, type ContainerId } from '../pod/index.js'
import type { ContainerRuntime, Logger } from '../ports/index.js'

export interface InspectionsParts {
  readonly runtime: ContainerRuntime
  readonly logger: Logger
  /** @param facts null: the engine no longer has it */
  readonly onSeen: (id: ContainerId, facts: ContainerFacts | null) => void
  readonly onFailed: () => void
}

export class Inspections {
  readonly #parts: InspectionsParts
  readonly #running = new Map<ContainerId, 'once' | 'again'>()

  constructor(parts: InspectionsParts) {
    this.#parts = parts
  }

  look(id: ContainerId): void {
    if (this.#running.has(id)) {
      this.#running.set(id, 'again')
      return
    }
    this.#running.set(id, 'once')
    const { runtime, logger, onSeen, onFailed } = this.#parts
    runtime
      .inspect(id)
      .then((facts) => onSeen(id, facts))
      .catch((error: unknown) => {
        if (!(error instanceof PodkeepError)) throw error
        logger.warn({ containerId: id.slice(0, 12), err: error }, 'container could not be looked at')
        onFailed()
      })
      .finally(() => {
        const again = this.#running.get(id) === 'again'
        this.#running.delete(id)
        if (again) this.look(id)
      })
      .catch((bug: unknown) => {
        queueMicrotask(() => {
          throw bug
        })
      })
  }
}
