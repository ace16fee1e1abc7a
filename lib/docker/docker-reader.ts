/**
 * ContainerReader on a Docker Engine, over connections of its own, so that whoever reads slowly takes no place among the
 * supervisor's calls.
 */

import { shortId, type Claim, type ContainerId } from '../pod/index.js'
import type { ContainerPlaces, ContainerReader, ContainerUse, LogQuery } from '../ports/index.js'
import type { EngineAddress } from './address.js'
import { containerLog } from './container-log.js'
import { placesIn } from './container-places.js'
import { containerUse } from './container-use.js'
import { Engine, orNull } from './engine.js'
import type { Piece } from './frames.js'
import { defaultDeadlines, NoAnswer } from './modem.js'
import { claimVolumeName } from './names.js'

export class DockerReader implements ContainerReader {
  readonly #engine: Engine
  readonly #node: string

  /** @param node whose claims are meant */
  constructor(address: EngineAddress, node: string) {
    this.#node = node
    this.#engine = new Engine(address, defaultDeadlines)
  }

  async log(id: ContainerId, query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return bytesOf(await containerLog(this.#engine, id, query, signal))
  }

  async use(id: ContainerId): Promise<ContainerUse | null> {
    const options = { stream: false, 'one-shot': true } as const
    const stats = await orNull(
      this.#engine.call('look', `ask what container ${shortId(id)} uses`, async (docker) =>
        decoded(await docker.getContainer(id).stats(options)),
      ),
    )
    return stats === null ? null : containerUse(stats, Date.now())
  }

  async places(id: ContainerId): Promise<ContainerPlaces | null> {
    const inspected = await orNull(
      this.#engine.call('look', `ask where container ${shortId(id)} is`, (docker) => docker.getContainer(id).inspect()),
    )
    return inspected === null ? null : placesIn(inspected)
  }

  async claimFolder(claim: Claim): Promise<string | null> {
    const name = claimVolumeName(this.#node, claim)
    const inspected = await orNull(
      this.#engine.call('look', `ask where volume ${name} is`, (docker) => docker.getVolume(name).inspect()),
    )
    return inspected?.Mountpoint ?? null
  }

  close(): void {
    this.#engine.close()
  }
}

/** podman says of its statistics that they are text, and nothing at all of a container that does not run. */
function decoded(stats: unknown): unknown {
  if (typeof stats !== 'string') return stats
  if (stats.trim() === '') return {}
  try {
    return JSON.parse(stats)
  } catch (cause) {
    throw new NoAnswer('UNREADABLE', 'the answer is not valid JSON', { cause })
  }
}

async function* bytesOf(pieces: AsyncIterable<Piece>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of pieces) yield bytes
}
