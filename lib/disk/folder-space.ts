/**
 * How much disk a folder takes, with all that is below it, as du counts: the blocks of each file once, however many names it has, on
 * its own file system only. Source: kubelet pkg/volume/util/fs DiskUsage.
 *
 * F1  No link is followed, whoever swaps folders meanwhile: each folder is opened name by name from the top.
 * F2  It ends: when there is more than was asked about, or after so many files; a pod cannot keep podkeep busy for ever.
 */

import type { BigIntStats } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'

import { codeOf } from './failure.js'
import { nameOf, openAlong, openFolder } from './inside.js'
import { bytesPerBlock, type Space } from './rotated-files.js'

const mostEntries = 2_000_000
/** Asked for at a time: enough to keep the disk busy, few enough for others to have their turn. */
const atOnce = 32

interface Count extends Space {
  /** Names looked at: a file with many is one inode. */
  entries: number
  readonly limitBytes: number
  readonly device: bigint
  /** Files with more than one name. */
  readonly seen: Set<bigint>
  /** Folders still to be looked into, as names from the top. */
  readonly left: string[][]
}

/**
 * @returns what is in it and itself takes; at least so much when that is more than `limitBytes` or cannot be counted to the end;
 * null: there is no folder
 * @throws when it cannot be looked into
 */
export async function folderSpace(top: string, limitBytes = Infinity): Promise<Space | null> {
  const first = await statOrNull(top)
  if (first?.isDirectory() !== true) return null
  const { dev: device } = first
  const count: Count = { usedBytes: 0, inodesUsed: 0, entries: 0, limitBytes, device, seen: new Set(), left: [[]] }
  add(count, first)
  for (let names = count.left.pop(); names !== undefined && !isOver(count); names = count.left.pop()) {
    await addFolder(count, top, names)
  }
  return { usedBytes: count.usedBytes, inodesUsed: count.inodesUsed }
}

const isOver = ({ usedBytes, limitBytes, entries }: Count): boolean => usedBytes > limitBytes || entries > mostEntries

async function addFolder(count: Count, top: string, names: readonly string[]): Promise<void> {
  // A deep tree costs more to walk than its files are many.
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
        if (isOver(count)) return
      }
      await addEntries(count, nameOf(folder), names, batch)
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (isGone(error)) return
    if (codeOf(error) !== 'EACCES') throw error
    const path = [top, ...names].join('/')
    throw new Error(`${path} cannot be looked into: only root may do that; run podkeep as root`, { cause: error })
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
  count.inodesUsed += 1
  count.usedBytes += Number(stats.blocks) * bytesPerBlock
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
