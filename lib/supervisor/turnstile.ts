/**
 * Lets a bounded number of calls through at a time. Of those that wait, what brings a container nearest to running goes first,
 * then the longest waiting: of thirty pods at once a few are finished before the next are begun, and the disk is flushed for
 * none of them before all are up.
 */

/** From what goes first to what goes last. */
const urgencies = ['start', 'make', 'begin', 'keep'] as const
export type Urgency = (typeof urgencies)[number]

export class Turnstile {
  readonly #limit: number
  readonly #queues = new Map<Urgency, (() => void)[]>(urgencies.map((urgency) => [urgency, []]))
  #inside = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  async run<T>(call: () => Promise<T>, urgency: Urgency = 'start'): Promise<T> {
    if (this.#inside >= this.#limit) await new Promise<void>((enter) => this.#queues.get(urgency)?.push(enter))
    else this.#inside += 1
    try {
      return await call()
    } finally {
      const next = this.#next()
      if (next === undefined) this.#inside -= 1
      else next()
    }
  }

  #next(): (() => void) | undefined {
    for (const queue of this.#queues.values()) {
      const next = queue.shift()
      if (next !== undefined) return next
    }
    return undefined
  }
}
