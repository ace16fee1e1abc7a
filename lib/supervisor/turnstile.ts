/** Lets a bounded number of calls through at a time, the others in the order they came. */
export class Turnstile {
  readonly #limit: number
  readonly #queue: (() => void)[] = []
  #inside = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.#limit) await new Promise<void>((enter) => this.#queue.push(enter))
    else this.#inside += 1
    try {
      return await call()
    } finally {
      const next = this.#queue.shift()
      if (next === undefined) this.#inside -= 1
      else next()
    }
  }
}
