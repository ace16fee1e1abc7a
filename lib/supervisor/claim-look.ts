/** Asks the engine which claims have a volume of its own, one time after the other. */

import { PodkeepError, type Claim } from '../pod/index.js'
import type { ContainerRuntime, Logger } from '../ports/index.js'

export interface ClaimLookParts {
  readonly runtime: Pick<ContainerRuntime, 'claims'>
  readonly logger: Logger
  /** @returns whether anybody wants to know, and can be told */
  readonly isWanted: () => boolean
  readonly onSeen: (claims: readonly Claim[]) => void
  readonly onFailed: () => void
}

export class ClaimLook {
  readonly #parts: ClaimLookParts
  #isAsking = false

  constructor(parts: ClaimLookParts) {
    this.#parts = parts
  }

  ask(): void {
    const { runtime, logger, isWanted, onSeen, onFailed } = this.#parts
    if (this.#isAsking || !isWanted()) return
    this.#isAsking = true
    runtime
      .claims()
      .then((claims) => {
        this.#isAsking = false
        if (isWanted()) onSeen(claims)
      })
      .catch((error: unknown) => {
        if (!(error instanceof PodkeepError)) throw error
        this.#isAsking = false
        logger.warn({ err: error }, 'the engine could not be asked for the volumes of claims')
        onFailed()
      })
      .catch((bug: unknown) => {
        queueMicrotask(() => {
          throw bug
        })
      })
  }
}
