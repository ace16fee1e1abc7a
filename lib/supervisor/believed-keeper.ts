/** Remembers which manifests directory was believed last. */

import type { BelievedDirectory, Logger } from '../ports/index.js'

export interface BelievedKeeperParts {
  readonly believedDirectory: BelievedDirectory
  readonly logger: Logger
}

export class BelievedKeeper {
  readonly #parts: BelievedKeeperParts
  #kept: string | null = null

  constructor(parts: BelievedKeeperParts) {
    this.#parts = parts
  }

  /** Should it fail, the next change is the next chance; until then an empty directory is held after a restart, not believed. */
  keep(directoryId: string | null): void {
    if (directoryId === null || directoryId === this.#kept) return
    this.#kept = directoryId
    this.#parts.believedDirectory.save(directoryId).catch((error: unknown) => {
      this.#kept = null
      this.#parts.logger.warn({ err: error }, 'cannot remember the manifests directory')
    })
  }
}
