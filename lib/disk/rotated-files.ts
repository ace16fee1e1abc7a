/** How much a file takes that is rotated, such as a container's log. */

import { lstat, opendir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export interface Space {
  usedBytes: number
  inodesUsed: number
}

export const bytesPerBlock = 512

/** A file and what it was called before it was rotated: `x.log`, `x.log.1`, `x.log.2.gz`. */
export async function rotatedFiles(path: string): Promise<Space> {
  const space = { usedBytes: 0, inodesUsed: 0 }
  for await (const { name } of await opendir(dirname(path))) {
    if (name !== basename(path) && !name.startsWith(`${basename(path)}.`)) continue
    const { blocks } = await lstat(join(dirname(path), name))
    space.usedBytes += blocks * bytesPerBlock
    space.inodesUsed += 1
  }
  return space
}
