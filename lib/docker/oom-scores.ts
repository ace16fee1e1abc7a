/** The OOM score a container gets: what is wanted, unless it is negative and this host refuses that, which is asked once and told once. */

import type { Logger } from '../ports/index.js'
import type { Surroundings } from './body.js'
import type { Engine } from './engine.js'
import { allowsNegativeOomScore, removeProbes } from './oom-probe.js'

export class OomScores {
  readonly #engine: Engine
  readonly #logger: Logger
  #isNegativeAllowed: Promise<boolean> | null = null

  constructor(engine: Engine, logger: Logger) {
    this.#engine = engine
    this.#logger = logger
  }

  /** What an earlier podkeep that was asking left behind. */
  async sweep(node: string): Promise<void> {
    if (this.#isNegativeAllowed === null) await removeProbes(this.#engine, node)
  }

  async allowed(wanted: number, around: Surroundings): Promise<number> {
    if (wanted >= 0) return wanted
    this.#isNegativeAllowed ??= this.#ask(around).catch((error: unknown) => {
      this.#isNegativeAllowed = null
      throw error
    })
    return (await this.#isNegativeAllowed) ? wanted : 0
  }

  async #ask(around: Surroundings): Promise<boolean> {
    const isAllowed = await allowsNegativeOomScore(this.#engine, around)
    if (!isAllowed) {
      this.#logger.warn(
        { reason: 'the engine lacks CAP_SYS_RESOURCE' },
        'this host refuses negative OOM scores, containers run with 0 instead',
      )
    }
    return isAllowed
  }
}
