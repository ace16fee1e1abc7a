/** A clock that stands still until it is moved: hours of a pod's life in milliseconds, and always the same. */

import type { Clock } from '../../lib/ports/index.js'

interface Timer {
  readonly atTickMs: number
  readonly order: number
  readonly ring: () => void
}

/** Far more than any run needs. */
const maxRings = 50_000
const epochMs = 1_700_000_000_000

export class VirtualClock implements Clock {
  bootId = 'boot-1'
  #nowTickMs = 1_000_000
  #wallOffsetMs = epochMs
  #order = 0
  #timers: Timer[] = []

  tickMs(): number {
    return this.#nowTickMs
  }

  wallMs(): number {
    return this.#wallOffsetMs + this.#nowTickMs
  }

  /** Someone sets the machine's clock. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs
  }

  timer(delayMs: number, ring: () => void): () => void {
    this.#order += 1
    const timer: Timer = { atTickMs: this.#nowTickMs + Math.max(0, delayMs), order: this.#order, ring }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer)
    }
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.timer(delayMs, resolve))
  }

  /** Rings every timer due within `durationMs`, in order, letting everything that follows from one happen before the next. */
  async advance(durationMs: number, afterEach: () => void = () => undefined): Promise<void> {
    const endTickMs = this.#nowTickMs + durationMs
    await settle()
    for (let rings = 0; ; rings += 1) {
      if (rings > maxRings)
        throw new Error(`the clock rang ${String(maxRings)} times within ${String(durationMs)} ms: somebody spins`)
      const next = this.#timers
        .filter((timer) => timer.atTickMs <= endTickMs)
        .sort((a, b) => a.atTickMs - b.atTickMs || a.order - b.order)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter((one) => one !== next)
      this.#nowTickMs = Math.max(this.#nowTickMs, next.atTickMs)
      next.ring()
      await settle()
      afterEach()
    }
    this.#nowTickMs = endTickMs
    await settle()
  }
}

/** Every promise that can settle without time passing has settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
