/**
 * How much disk a folder takes, with all that is below it: the blocks of each file once, however many names it has, on its own
 * file system only. Source: kubelet pkg/volume/util/fs DiskUsage.
 *
 * M1  No link is followed, whoever swaps folders meanwhile: each folder is opened name by name from the top.
 * M2  It ends: when there is more than was asked about, or after so many files; a pod cannot keep podkeep busy for ever.
 */

import type { BigIntStats } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'

import { codeOf } from '../disk/index.js'
import { volumeFailure } from './failure.js'
import { nameOf, openAlong, openFolder } from './inside.js'

const mostEntries = 2_000_000
/** Asked for at a time: enough to keep the disk busy, few enough for others to have their turn. */
const atOnce = 32
const blockBytes = 512

interface Count {
  bytes: number
  entries: number
  readonly device: bigint
  /** Files with more than one name. */
  readonly seen: Set<bigint>
  /** Folders still to be looked into, as names from the top. */
  readonly left: string[][]
}

/** What is in it; at least so much when that is more than `limitBytes` or cannot be counted to the end. */
export async function measureFolder(top: string, limitBytes: number): Promise<number> {
  const first = await statOrNull(top)
  if (first === null) return 0
  const count: Count = { bytes: 0, entries: 0, device: first.dev, seen: new Set(), left: [[]] }
  for (let names = count.left.pop(); names !== undefined; names = count.left.pop()) {
    if (count.bytes > limitBytes || count.entries > mostEntries) break
    await addFolder(count, top, names, limitBytes)
  }
  return count.bytes
}

async function addFolder(count: Count, top: string, names: readonly string[], limitBytes: number): Promise<void> {
  count.entries += names.length
  try {
    // With "." at its end each of the names is a folder, or it fails.
    const folder = names.length === 0 ? await openFolder(top) : await openAlong(top, [...names, '.'])
    try {
      let batch: string[] = []
      for await (const { name } of await opendir(nameOf(folder))) {
        batch.push(name)
        if (batch.length < atOnce) continue
        await addEntries(count, nameOf(folder), names, batch)
        batch = []
        if (count.bytes > limitBytes || count.entries > mostEntries) return
      }
      await addEntries(count, nameOf(folder), names, batch)
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (isGone(error)) return
    if (codeOf(error) !== 'EACCES') throw error
    throw volumeFailure(
      `${[top, ...names].join('/')} cannot be looked into: only root may do that; run podkeep as root`,
    )
  }
}

async function addEntries(count: Count, folder: string, names: readonly string[], batch: string[]): Promise<void> {
  const stats = await Promise.all(batch.map((name) => statOrNull(`${folder}/${name}`)))
  stats.forEach((one, at) => {
    if (one?.dev !== count.device) return
    add(count, one)
    if (one.isDirectory()) count.left.push([...names, batch[at] ?? ''])
  })
}

function add(count: Count, stats: BigIntStats): void {
  count.entries += 1
  if (stats.nlink > 1n && !stats.isDirectory()) {
    if (count.seen.has(stats.ino)) return
    count.seen.add(stats.ino)
  }
  count.bytes += Number(stats.blocks) * blockBytes
}

async function statOrNull(path: string): Promise<BigIntStats | null> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

/** Removed, or made something else, meanwhile. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))
}
