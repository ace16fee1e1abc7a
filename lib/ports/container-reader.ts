/** What podkeep needs to show what its containers wrote. Implemented by docker/. Asked with ids from the status board only. */

import type { ContainerId } from '../pod/index.js'

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

export interface ContainerReader {
  /**
   * What it wrote, as bytes, no faster than they are taken. Ends when there is no more; `signal` ends it sooner.
   * @throws CONTAINER_GONE, ENGINE_UNREACHABLE ...
   */
  log(id: ContainerId, query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
}
