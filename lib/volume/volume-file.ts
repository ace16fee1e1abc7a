/**
 * A file inside a volume, read by podkeep for a container. Whoever writes to the volume may put a link there, and podkeep may
 * read what a container may not: what was opened is asked where it really is before anything of it is read.
 */

import { constants } from 'node:fs'
import { open, readlink, realpath } from 'node:fs/promises'
import { join, normalize } from 'node:path'

import { codeOf } from '../disk/index.js'
import type { PodkeepError } from '../pod/index.js'
import { volumeError, volumeFailure } from './failure.js'

const maxBytes = 1024 * 1024

/** null when it is not there. @param folder the volume's; @param path inside it */
export async function readVolumeFile(volume: string, folder: string, path: string): Promise<string | null> {
  const doing = `cannot read ${path} in volume "${volume}"`
  try {
    const top = await realpath(folder)
    if (!isInside(top, join(top, path))) throw leadsOut(doing)
    const wanted = await realpath(join(top, path))
    if (!isInside(top, wanted)) throw leadsOut(doing)
    // Without O_NONBLOCK a pipe would keep podkeep waiting for somebody to write to it.
    const file = await open(wanted, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      if (!isInside(top, await readlink(`/proc/self/fd/${file.fd}`))) throw leadsOut(doing)
      const stats = await file.stat()
      if (!stats.isFile()) throw volumeFailure(`${doing}: it is not a file`)
      if (stats.size > maxBytes) throw volumeFailure(`${doing}: it is larger than ${maxBytes / 1024} KiB`)
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
    if (codeOf(error) === 'ELOOP')
      throw volumeFailure(`${doing}: it is, or leads through, a link that leads back to itself`)
    throw volumeError(doing, error)
  }
}

function isInside(top: string, path: string): boolean {
  return normalize(path).startsWith(`${top}/`)
}

function leadsOut(doing: string): PodkeepError {
  return volumeFailure(`${doing}: it leads out of the volume`)
}
