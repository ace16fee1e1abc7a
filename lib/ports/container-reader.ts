/** What podkeep needs to show what its containers wrote and use. Implemented by docker/. Asked with ids from the status board only. */

import type { Claim, ContainerId } from '../pod/index.js'
import type { ContainerUse } from './machine-reader.js'

export interface LogQuery {
  /** Goes on until the container ends. */
  readonly follow: boolean
  /** Only the last lines; null: all. */
  readonly tailLines: number | null
  /** Wall-clock milliseconds; null: from the beginning. */
  readonly sinceMs: number | null
  /** Each line begins with its time. */
  readonly timestamps: boolean
  readonly streams: 'all' | 'stdout' | 'stderr'
}

/** Where the engine's machine keeps what is a container's own; null: the engine keeps it in some other way, or does not tell. */
export interface ContainerPlaces {
  readonly logFile: string | null
  /** What it changed of its image's files. */
  readonly writableFolder: string | null
}

export interface ContainerReader {
  /**
   * What it wrote, as bytes, no faster than they are taken. Ends when there is no more; `signal` ends it sooner.
   * @throws CONTAINER_GONE, ENGINE_UNREACHABLE ...
   */
  log(id: ContainerId, query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
  /** For where the kernel does not show it, as of an engine on another machine; null: it does not run. @throws ENGINE_UNREACHABLE ... */
  use(id: ContainerId): Promise<ContainerUse | null>
  /** null: there is no such container. @throws ENGINE_UNREACHABLE ... */
  places(id: ContainerId): Promise<ContainerPlaces | null>
  /** On the engine's machine, where the files behind a claim are; null: nobody has asked for it yet. @throws ENGINE_UNREACHABLE ... */
  claimFolder(claim: Claim): Promise<string | null>
}
