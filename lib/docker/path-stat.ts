/** What the engine says of a path in a container: JSON in base64 in a header. Source: Docker's API, ContainerArchiveInfo. */

import type { IncomingMessage } from 'node:http'

import { PodkeepError } from '../pod/index.js'

export interface PathStat {
  readonly name: string
  readonly isDirectory: boolean
  /** Empty when it is no link. */
  readonly linkTarget: string
}

/** Go's fs.FileMode. */
const goDirectory = 0x8000_0000

export function readPathStat(answer: unknown): PathStat {
  const header = (answer as IncomingMessage).headers['x-docker-container-path-stat']
  ;(answer as IncomingMessage).resume()
  try {
    const stat: unknown = JSON.parse(Buffer.from(String(header), 'base64').toString())
    const { name, mode, linkTarget } = stat as { name?: string; mode?: number; linkTarget?: string }
    return { name: name ?? '', isDirectory: ((mode ?? 0) & goDirectory) !== 0, linkTarget: linkTarget ?? '' }
  } catch (cause) {
    throw new PodkeepError('ENGINE_FAULT', 'the engine does not say what is at the path', { cause })
  }
}
