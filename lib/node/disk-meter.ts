/**
 * How much is in folders, as du counts. A folder may hold a million files, so it is measured beside everything else, one folder after
 * another, and at most once a minute, when somebody asks; until then what was measured last is the answer.
 *
 * D1  No link is followed and no other file system entered. What has several names is counted once.
 * D2  A folder that cannot be read is not known, and nothing fails.
 */

import { lstat, opendir, statfs } from 'node:fs/promises'
import { join } from 'node:path'

import { bytesPerBlock, rotatedFiles, type Space } from '../disk/index.js'
import type { DiskUse, FolderUse } from '../ports/index.js'

/** Source: the kubelet's volumeStatsAggPeriod. */
const againAfterMs = 60_000
const momentMs = 40
/** What nobody asked for in this time is forgotten. */
const keptMs = 10 * 60_000
/** Source: statfs(2). */
const tmpfsMagic = 0x01021994

interface Known {
  use: FolderUse | null
  measuredAtMs: number
  askedAtMs: number
}

export class DiskMeter {
  readonly #known = new Map<string, Known>()
  readonly #nowMs: () => number
  readonly #queue = new Set<string>()
  #working: Promise<void> | null = null

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
  }

  /** null: not measured yet, or not to be seen. */
  use(path: string): FolderUse | null {
    const nowMs = this.#nowMs()
    const known = this.#known.get(path) ?? { use: null, measuredAtMs: -Infinity, askedAtMs: nowMs }
    known.askedAtMs = nowMs
    this.#known.set(path, known)
    if (Math.abs(nowMs - known.measuredAtMs) >= againAfterMs) {
      this.#queue.add(path)
      this.#working ??= this.#work()
    }
    return known.use
  }

  async settled(): Promise<void> {
    if (this.#working === null) return
    let patience: NodeJS.Timeout | undefined
    await Promise.race([this.#working, new Promise((resolve) => (patience = setTimeout(resolve, momentMs)))])
    clearTimeout(patience)
  }

  async #work(): Promise<void> {
    for (const path of this.#queue) {
      const use = await measure(path, this.#nowMs())
      this.#queue.delete(path)
      const known = this.#known.get(path)
      if (known !== undefined) Object.assign(known, { use, measuredAtMs: this.#nowMs() })
    }
    this.#working = null
    for (const [path, { askedAtMs }] of this.#known) {
      if (Math.abs(this.#nowMs() - askedAtMs) > keptMs) this.#known.delete(path)
    }
  }
}

async function measure(path: string, atMs: number): Promise<FolderUse | null> {
  try {
    const stats = await lstat(path)
    const counted = stats.isDirectory() ? await countFolder(path, stats.dev) : await rotatedFiles(path)
    return { atMs, ...counted, ...(await diskOf(path)) }
  } catch {
    // It went, or is not for us to see.
    return null
  }
}

async function countFolder(root: string, device: number): Promise<Space> {
  const counted = { usedBytes: 0, inodesUsed: 0 }
  const seen = new Set<number>()
  const count = async (path: string): Promise<boolean> => {
    const stats = await lstat(path)
    const isFolder = stats.isDirectory()
    if (stats.dev !== device || seen.has(stats.ino)) return false
    if (!isFolder && stats.nlink > 1) seen.add(stats.ino)
    counted.usedBytes += stats.blocks * bytesPerBlock
    counted.inodesUsed += 1
    return isFolder
  }
  await count(root)
  for (const folders = [root]; folders.length > 0;) {
    const folder = folders.pop() ?? root
    for await (const { name } of await opendir(folder)) {
      const path = join(folder, name)
      // What goes while it is counted counts no more.
      if (await count(path).catch(() => false)) folders.push(path)
    }
  }
  return counted
}

export async function diskOf(path: string): Promise<{ readonly disk: DiskUse; readonly isTmpfs: boolean }> {
  const { blocks, bfree, bavail, bsize, files, ffree, type } = await statfs(path)
  const disk = {
    capacityBytes: blocks * bsize,
    availableBytes: bavail * bsize,
    usedBytes: (blocks - bfree) * bsize,
    inodes: files,
    inodesFree: ffree,
  }
  return { disk, isTmpfs: type === tmpfsMagic }
}
