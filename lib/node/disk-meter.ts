/**
 * How much is in folders, as du counts. A folder may hold a million files, so it is measured beside everything else, one folder after
 * another, and at most once a minute, when somebody asks; until then what was measured last is the answer.
 *
 * A folder that cannot be read is not known, and nothing fails.
 */

import { statfs } from 'node:fs/promises'

import { folderSpace, rotatedFiles } from '../disk/index.js'
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
    const counted = (await folderSpace(path)) ?? (await rotatedFiles(path))
    return { atMs, ...counted, ...(await diskOf(path)) }
  } catch {
    // It went, or is not for us to see.
    return null
  }
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
