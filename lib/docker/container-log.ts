/** What a container wrote, no faster than it is taken: for the status server and for the command line. */

import type { Readable } from 'node:stream'

import { shortId, type ContainerId } from '../pod/index.js'
import type { LogQuery } from '../ports/index.js'
import type { Engine } from './engine.js'
import type { Piece } from './frames.js'
import { piecesOf } from './pieces.js'

/** To the end of what was written, or of the container. @param signal ends it sooner; null: only its reader does */
export async function containerLog(
  engine: Engine,
  id: ContainerId,
  query: LogQuery,
  signal: AbortSignal | null,
): Promise<AsyncGenerator<Piece>> {
  const asked = {
    stdout: query.streams !== 'stderr',
    stderr: query.streams !== 'stdout',
    follow: query.follow,
    timestamps: query.timestamps,
    tail: query.tailLines ?? 'all',
    ...(query.sinceMs !== null && { since: (query.sinceMs / 1000).toFixed(3) }),
  }
  const stream = await engine.call('look', `read the log of container ${shortId(id)}`, async (docker) => {
    // dockerode gives a stream to followers only; what is asked of the engine is the query.
    const options = { follow: true, _query: asked, ...(signal !== null && { abortSignal: signal }) } as const
    return (await docker.getContainer(id).logs(options)) as unknown as Readable
  })
  return piecesOf(stream, null)
}
