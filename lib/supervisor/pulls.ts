/**
 * One pull per image and login, however many pods want it, in queues of their own: a slow registry delays no restart, and no other
 * registry either.
 */

import { repositoryOf, type PodLogins, type PullProgress, type PullState } from '../pod/index.js'
import type { Clock, ContainerRuntime, ImageFacts, Logger } from '../ports/index.js'
import { Turnstile } from './turnstile.js'

/** Of one registry; the engine itself takes three layers at a time. */
const parallelPulls = 3
/** The first word of a long pull comes early, the others when someone may wonder. Source of the first: the kubelet's dockershim. */
const firstWordMs = 10_000
const nextWordMs = 30_000

export class Pulls {
  readonly #runtime: ContainerRuntime
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #turnstiles = new Map<string, Turnstile>()
  readonly #running = new Map<string, Promise<ImageFacts>>()
  readonly #states = new Map<string, PullState>()

  constructor(runtime: ContainerRuntime, clock: Clock, logger: Logger) {
    this.#runtime = runtime
    this.#clock = clock
    this.#logger = logger
  }

  /** @param logins the pod's own: who brings others does not share a pull with it */
  pull(image: string, logins?: PodLogins): Promise<ImageFacts> {
    const key = `${image} ${logins?.digest ?? ''}`
    const running = this.#running.get(key)
    if (running !== undefined) return running
    this.#states.set(image, { kind: 'queued' })
    const pull = this.#turnstileOf(image)
      .run(() => this.#pullNow(image, logins))
      .finally(() => {
        this.#running.delete(key)
        this.#states.delete(image)
      })
    this.#running.set(key, pull)
    return pull
  }

  /** Of every image that is being pulled now. */
  get states(): ReadonlyMap<string, PullState> {
    return this.#states
  }

  #turnstileOf(image: string): Turnstile {
    const { registry } = repositoryOf(image)
    const turnstile = this.#turnstiles.get(registry) ?? new Turnstile(parallelPulls)
    this.#turnstiles.set(registry, turnstile)
    return turnstile
  }

  #pullNow(image: string, logins: PodLogins | undefined): Promise<ImageFacts> {
    this.#logger.info({ image }, 'pulling image')
    this.#states.set(image, { kind: 'pulling', progress: null })
    let nextWordTickMs = this.#clock.tickMs() + firstWordMs
    const note = (progress: PullProgress): void => {
      this.#states.set(image, { kind: 'pulling', progress })
      if (this.#clock.tickMs() < nextWordTickMs) return
      nextWordTickMs = this.#clock.tickMs() + nextWordMs
      this.#tell(progress)
    }
    return this.#runtime.pullImage(image, note, logins?.secrets)
  }

  #tell({ image, doneBytes, totalBytes, isGrowing }: PullProgress): void {
    this.#logger.info({ image, doneBytes, totalBytes, ...(isGrowing && { isGrowing }) }, 'image is being pulled')
  }
}
