/** One pull per image, however many pods want it, in a queue of its own: a slow registry delays no restart. */

import type { ContainerRuntime, ImageFacts, Logger, PullProgress } from '../ports/index.js'
import { Turnstile } from './turnstile.js'

const parallelPulls = 3

export class Pulls {
  readonly #runtime: ContainerRuntime
  readonly #logger: Logger
  readonly #turnstile = new Turnstile(parallelPulls)
  readonly #running = new Map<string, Promise<ImageFacts>>()
  readonly #progress = new Map<string, PullProgress>()

  constructor(runtime: ContainerRuntime, logger: Logger) {
    this.#runtime = runtime
    this.#logger = logger
  }

  pull(image: string): Promise<ImageFacts> {
    const running = this.#running.get(image)
    if (running !== undefined) return running
    const pull = this.#turnstile
      .run(() => this.#pullNow(image))
      .finally(() => {
        this.#running.delete(image)
        this.#progress.delete(image)
      })
    this.#running.set(image, pull)
    return pull
  }

  /** null while nothing of it is known. */
  progress(image: string): PullProgress | null {
    return this.#progress.get(image) ?? null
  }

  #pullNow(image: string): Promise<ImageFacts> {
    this.#logger.info({ image }, 'pulling image')
    return this.#runtime.pullImage(image, (progress) => this.#progress.set(image, progress))
  }
}
