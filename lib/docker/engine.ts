/**
 * The connection to one engine: dockerode over podkeep's modem, and calls that reject with PodkeepErrors only.
 */

import type { EngineAddress } from './address.js'
import { loadDockerode, type Dockerode } from './dockerode.js'
import { engineError, type Call } from './errors.js'
import { EngineAnswer, EngineModem, type Deadlines } from './modem.js'

export class Engine {
  readonly deadlines: Deadlines
  readonly #modem: EngineModem
  readonly #docker: Dockerode

  constructor(address: EngineAddress, deadlines: Deadlines) {
    this.deadlines = deadlines
    this.#modem = new EngineModem(address, deadlines)
    const Docker = loadDockerode()
    // The published types do not know the option; dockerode's README documents it.
    this.#docker = new Docker({ modem: this.#modem } as Dockerode.DockerOptions)
  }

  useApiVersion(version: string): void {
    this.#modem.apiVersion = version
  }

  /** @param doing what a person would call it: `start container 1a2b3c` */
  async call<Answer>(kind: Call, doing: string, dial: (docker: Dockerode) => Promise<Answer>): Promise<Answer> {
    try {
      return await dial(this.#docker)
    } catch (error) {
      throw engineError(kind, doing, error)
    }
  }

  close(): void {
    this.#modem.close()
  }
}

/** The engine's status behind an error; null when there was no answer at all. */
export function statusOf(error: unknown): number | null {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof EngineAnswer ? cause.status : null
}

/** What a look found, or null when the engine says that it is not there. */
export async function orNull<Answer>(look: Promise<Answer>): Promise<Answer | null> {
  try {
    return await look
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw error
  }
}
