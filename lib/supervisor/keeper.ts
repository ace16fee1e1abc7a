/**
 * Keeps in the state folder what manifests of one kind last said well. Nothing waits for it: should the disk be full, it is tried again,
 * and only a podkeep that is started while a file is broken would miss it.
 */

import { PodkeepError } from '../pod/index.js'
import type { Clock, Logger, Records } from '../ports/index.js'

const againMs = 10_000

export interface KeeperParts<Kept extends { readonly key: string }> {
  /** For people: `ConfigMaps`. */
  readonly noun: string
  readonly records: Records<Kept>
  readonly clock: Clock
  readonly logger: Logger
}

export class Keeper<Kept extends { readonly key: string }> {
  readonly #parts: KeeperParts<Kept>
  readonly #inForce: (key: Kept['key']) => Kept | null
  readonly #due = new Set<Kept['key']>()
  #isAtWork = false
  #isClosed = false
  #cancel: (() => void) | null = null
  #toldFault = ''

  constructor(parts: KeeperParts<Kept>, inForce: (key: Kept['key']) => Kept | null) {
    this.#parts = parts
    this.#inForce = inForce
  }

  /** These came, changed or went. */
  note(keys: readonly Kept['key'][]): void {
    for (const key of keys) this.#due.add(key)
    this.#work()
  }

  close(): void {
    this.#isClosed = true
    this.#cancel?.()
  }

  #work(): void {
    if (this.#isAtWork || this.#isClosed || this.#due.size === 0) return
    this.#isAtWork = true
    this.#cancel?.()
    this.#cancel = null
    this.#keepAll()
      .catch((error: unknown) => {
        if (!(error instanceof PodkeepError)) throw error
        this.#failed(error)
      })
      .then(() => {
        this.#isAtWork = false
        if (this.#cancel === null) this.#work()
      })
      .catch((bug: unknown) => {
        queueMicrotask(() => {
          throw bug
        })
      })
  }

  async #keepAll(): Promise<void> {
    for (const key of this.#due) {
      const object = this.#inForce(key)
      if (object === null) await this.#parts.records.remove(key)
      else await this.#parts.records.save(object)
      if (this.#inForce(key) === object) this.#due.delete(key)
    }
    this.#toldFault = ''
  }

  #failed(error: PodkeepError): void {
    if (this.#isClosed) return
    if (error.code !== this.#toldFault) {
      this.#parts.logger.warn({ err: error }, `${this.#parts.noun} cannot be remembered, will be tried again`)
    }
    this.#toldFault = error.code
    this.#cancel = this.#parts.clock.timer(againMs, () => {
      this.#cancel = null
      this.#work()
    })
  }
}
