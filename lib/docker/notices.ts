/** Warnings of what is so on this machine: told once, however often it is met. */

import type { Logger } from '../ports/index.js'

export class Notices {
  readonly #logger: Logger
  readonly #told = new Set<string>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  warn(fields: Record<string, unknown>, phrase: string): void {
    if (this.#told.has(phrase)) return
    this.#told.add(phrase)
    this.#logger.warn(fields, phrase)
  }
}
