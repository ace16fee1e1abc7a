/** Whether the machine has huge pages of a size. A file system of them can be mounted without any, and then kills who writes to it. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf } from '../disk/index.js'
import { sizeText } from '../pod/index.js'
import { volumeFailure } from './failure.js'

const kibi = 1024

/** @throws VOLUME_FAILED @param root of the kernel's own list */
export async function requireHugePages(pageBytes: number, root = '/sys/kernel/mm/hugepages'): Promise<void> {
  const place = join(root, `hugepages-${pageBytes / kibi}kB`, 'nr_hugepages')
  const size = sizeText(pageBytes)
  try {
    if (Number(await readFile(place, 'utf8')) > 0) return
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    throw volumeFailure(`this machine has no huge pages of ${size}`)
  }
  throw volumeFailure(`this machine has set aside no huge pages of ${size}: write how many into ${place}`)
}
