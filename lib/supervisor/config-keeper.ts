/**
 * Keeps in the state folder what ConfigMaps last said well. Nothing waits for it: should the disk be full, it is tried again, and only
 * a podkeep that is started while a file is broken would miss it.
 */

import { PodkeepError, type ConfigKey, type ConfigObject } from '../pod/index.js'
import type { Clock, ConfigRecords, Logger } from '../ports/index.js'

const againMs = 10_000

export interface KeeperParts {
  readonly configs: ConfigRecords
  readonly clock: Clock
  readonly logger: Logger
}

export class ConfigKeeper {
  readonly #parts: KeeperParts
  readonly #inForce: (key: ConfigKey) => ConfigObject | null
  readonly #due = new Set<ConfigKey>()
  #isAtWork = false
  #isClosed = false
  #cancel: (() => void) | null = null
  #toldFault = ''

  constructor(parts: KeeperParts, inForce: (key: ConfigKey) => ConfigObject | null) {
    this.#parts = parts
    this.#inForce = inForce
  }

  /** These came, changed or went. */
  note(keys: readonly ConfigKey[]): void {
    for (const key of keys) if (key.startsWith('ConfigMap ')) this.#due.add(key)
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
      if (object === null) await this.#parts.configs.remove(key)
      else await this.#parts.configs.save(object)
      if (this.#inForce(key) === object) this.#due.delete(key)
    }
    this.#toldFault = ''
  }

  #failed(error: PodkeepError): void {
    if (this.#isClosed) return
    if (error.code !== this.#toldFault) {
      this.#parts.logger.warn({ err: error }, 'ConfigMaps cannot be remembered, will be tried again')
    }
    this.#toldFault = error.code
    this.#cancel = this.#parts.clock.timer(againMs, () => {
      this.#cancel = null
      this.#work()
    })
  }
}
