/**
 * ContainerReader on a Docker Engine, over connections of its own, so that whoever reads slowly takes no place among the
 * supervisor's calls.
 */

import { shortId, type ContainerId } from '../pod/index.js'
import type { ContainerPlaces, ContainerReader, ContainerUse, LogQuery } from '../ports/index.js'
import type { EngineAddress } from './address.js'
import { containerLog } from './container-log.js'
import { containerUse } from './container-use.js'
import { Engine, orNull } from './engine.js'
import type { Piece } from './frames.js'
import { defaultDeadlines } from './modem.js'

export class DockerReader implements ContainerReader {
  readonly #engine: Engine

  constructor(address: EngineAddress) {
    this.#engine = new Engine(address, defaultDeadlines)
  }

  async log(id: ContainerId, query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return bytesOf(await containerLog(this.#engine, id, query, signal))
  }

  async use(id: ContainerId): Promise<ContainerUse | null> {
    const options = { stream: false, 'one-shot': true } as const
    const stats = await orNull(
      this.#engine.call('look', `ask what container ${shortId(id)} uses`, (docker) =>
        docker.getContainer(id).stats(options),
      ),
    )
    return stats === null ? null : containerUse(stats, Date.now())
  }

  async places(id: ContainerId): Promise<ContainerPlaces | null> {
    const inspected = await orNull(
      this.#engine.call('look', `ask where container ${shortId(id)} is`, (docker) => docker.getContainer(id).inspect()),
    )
    if (inspected === null) return null
    const { LogPath, GraphDriver } = inspected as Partial<typeof inspected>
    const { UpperDir } = (GraphDriver?.Data ?? {}) as { readonly UpperDir?: string }
    return { logFile: pathOrNull(LogPath), writableFolder: pathOrNull(UpperDir) }
  }

  close(): void {
    this.#engine.close()
  }
}

function pathOrNull(path: string | undefined): string | null {
  return path?.startsWith('/') === true ? path : null
}

async function* bytesOf(pieces: AsyncIterable<Piece>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of pieces) yield bytes
}
