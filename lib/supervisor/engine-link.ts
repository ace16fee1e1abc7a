/**
 * The line to the engine: connects, listens, lists, and starts over when it breaks.
 *
 * E1  A list is asked for only after the event stream is open, so between them nothing is missed.
 * E2  While the engine is away nobody acts; the reason is kept for people and logged when it changes.
 * E3  An engine on which another podkeep keeps this node is not away: whoever holds the claim ends this one and says why.
 */

import { PodkeepError, type ContainerFacts } from '../pod/index.js'
import type { Clock, ContainerRuntime, EngineInfo, Logger, RuntimeEvent } from '../ports/index.js'

export interface EngineListener {
  onUp(info: EngineInfo, listed: readonly ContainerFacts[], askedAtTickMs: number): void
  onDown(): void
  onEvent(event: RuntimeEvent): void
  onResync(listed: readonly ContainerFacts[], askedAtTickMs: number): void
}

export interface EngineLinkParts {
  readonly runtime: ContainerRuntime
  readonly clock: Clock
  readonly logger: Logger
  readonly listener: EngineListener
}

const reconnectMs = 500
const resyncMs = 300_000
const resyncAgainMs = 10_000
const soonMs = 1000

export class EngineLink {
  readonly #parts: EngineLinkParts
  readonly #closing = new AbortController()
  #away: string | null = 'the Docker Engine was not reached yet'
  #hasListed = false
  #hasEnded = false
  #resync: { readonly atTickMs: number; readonly cancel: () => void } | null = null
  #loop: Promise<void> = Promise.resolve()

  constructor(parts: EngineLinkParts) {
    this.#parts = parts
  }

  /** Why the engine cannot be used; null when it can. */
  get away(): string | null {
    return this.#away
  }

  /** What is there has been seen at least once. */
  get hasListed(): boolean {
    return this.#hasListed
  }

  /** It ended though nobody closed it. */
  get hasEnded(): boolean {
    return this.#hasEnded && !this.#isClosing()
  }

  start(): void {
    this.#loop = this.#run().finally(() => {
      this.#hasEnded = true
    })
  }

  /** Something is there that nobody told of: look at everything soon, not only in the slow round. */
  lookSoon(): void {
    if (this.#away !== null || this.#isClosing()) return
    if (this.#resync !== null && this.#resync.atTickMs <= this.#parts.clock.tickMs() + soonMs) return
    this.#resyncIn(soonMs)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#resync?.cancel()
    await this.#loop
  }

  async #run(): Promise<void> {
    while (!this.#isClosing()) {
      try {
        await this.#session()
        if (!this.#isClosing()) this.#setAway('the engine ended the connection')
      } catch (error) {
        if (!(error instanceof PodkeepError)) throw error
        if (error.code === 'NODE_TAKEN') return
        if (!this.#isClosing()) this.#setAway(`${error.message} (${error.hint})`)
      }
      if (!this.#isClosing()) await this.#pause(reconnectMs)
    }
  }

  /** From connecting to the end of the event stream. */
  async #session(): Promise<void> {
    const { runtime, listener } = this.#parts
    const info = await runtime.connect()
    const session = new AbortController()
    const signal = AbortSignal.any([this.#closing.signal, session.signal])
    let listing: Promise<void> = Promise.resolve()
    try {
      const events = runtime.events(signal, () => {
        listing = this.#list(info).catch((error: unknown) => {
          session.abort()
          throw error
        })
        // Awaited below; until then a rejection is not nobody's.
        listing.catch(() => undefined)
      })
      for await (const event of events) listener.onEvent(event)
    } finally {
      session.abort()
      this.#resync?.cancel()
      this.#resync = null
      if (this.#away === null) listener.onDown()
    }
    await listing
  }

  async #list(info: EngineInfo): Promise<void> {
    const { runtime, clock, listener, logger } = this.#parts
    const askedAtTickMs = clock.tickMs()
    const listed = await runtime.list()
    if (this.#isClosing()) return
    this.#away = null
    this.#hasListed = true
    logger.info(
      { engine: info.name, version: info.version, api: info.apiVersion, containers: listed.length },
      'engine ready',
    )
    listener.onUp(info, listed, askedAtTickMs)
    this.#resyncIn(resyncMs)
  }

  /** The one next look at everything; the one planned before is dropped. */
  #resyncIn(delayMs: number): void {
    const { clock } = this.#parts
    this.#resync?.cancel()
    const cancel = clock.timer(delayMs, () => {
      this.#resync = null
      this.#resyncNow()
    })
    this.#resync = { atTickMs: clock.tickMs() + delayMs, cancel }
  }

  #resyncNow(): void {
    const { runtime, clock, listener, logger } = this.#parts
    const askedAtTickMs = clock.tickMs()
    let nextMs = resyncMs
    runtime
      .list()
      .then((listed) => {
        if (this.#away === null && !this.#isClosing()) listener.onResync(listed, askedAtTickMs)
      })
      .catch((error: unknown) => {
        if (!(error instanceof PodkeepError)) throw error
        nextMs = resyncAgainMs
        logger.warn({ err: error }, 'the slow look at all containers failed, the next one will tell')
      })
      .finally(() => {
        if (this.#away === null && !this.#isClosing() && this.#resync === null) this.#resyncIn(nextMs)
      })
      .catch((bug: unknown) => {
        queueMicrotask(() => {
          throw bug
        })
      })
  }

  #setAway(reason: string): void {
    if (reason !== this.#away) this.#parts.logger.warn({ reason }, 'engine is away, waiting for it')
    this.#away = reason
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel()
        this.#closing.signal.removeEventListener('abort', wake)
        resolve()
      }
      const cancel = this.#parts.clock.timer(delayMs, wake)
      this.#closing.signal.addEventListener('abort', wake)
    })
  }
}
