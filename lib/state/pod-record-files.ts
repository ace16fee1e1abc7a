/**
 * One file per pod.
 *
 * P1  A record is on the disk whole or not at all: written beside, flushed, renamed into place, and the folder flushed.
 * P2  What is asked for one pod happens in the order it was asked.
 * P3  A damaged record costs that record only, and is kept for whoever wants to look.
 */

import { readFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf, makeFolders } from '../disk/index.js'
import type { PodKey, PodRecord } from '../pod/index.js'
import type { Logger, PodRecords } from '../ports/index.js'
import { stateError } from './failure.js'
import { decodeRecord, encodeRecord, recordFileName } from './record-file.js'
import { flushFolder, removeHalfWritten, writeWhole } from './whole-file.js'

export class PodRecordFiles implements PodRecords {
  readonly #directory: string
  readonly #logger: Logger
  readonly #last = new Map<PodKey, Promise<unknown>>()

  private constructor(directory: string, logger: Logger) {
    this.#directory = directory
    this.#logger = logger
  }

  /** Makes the folder and removes what an interrupted write left. The folder must be locked. */
  static async open(directory: string, logger: Logger): Promise<PodRecordFiles> {
    try {
      await makeFolders(directory, 0o700)
      await removeHalfWritten(directory)
    } catch (error) {
      throw stateError(`cannot use ${directory}`, error)
    }
    return new PodRecordFiles(directory, logger)
  }

  async load(): Promise<PodRecord[]> {
    const records: PodRecord[] = []
    try {
      const names = (await readdir(this.#directory)).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      for (const name of names.sort()) {
        const decoded = await this.#read(name)
        if ('record' in decoded) records.push(decoded.record)
        else await this.#setAside(name, decoded.damage)
      }
    } catch (error) {
      throw stateError(`cannot read ${this.#directory}`, error)
    }
    return records
  }

  save(record: PodRecord): Promise<void> {
    const text = encodeRecord(record)
    return this.#inTurn(record.key, () => writeWhole(this.#directory, recordFileName(record.key), text))
  }

  remove(key: PodKey): Promise<void> {
    return this.#inTurn(key, async () => {
      const path = join(this.#directory, recordFileName(key))
      try {
        await rm(path)
        await flushFolder(this.#directory)
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw stateError(`cannot remove ${path}`, error)
      }
    })
  }

  /** Waits for everything that was asked for. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#last.values())
  }

  async #read(name: string): Promise<ReturnType<typeof decodeRecord>> {
    try {
      return decodeRecord(await readFile(join(this.#directory, name), 'utf8'), name)
    } catch (error) {
      return { damage: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` }
    }
  }

  async #setAside(name: string, damage: string): Promise<void> {
    const aside = `.damaged-${Date.now()}-${name}`
    await rename(join(this.#directory, name), join(this.#directory, aside))
    this.#logger.warn({ file: join(this.#directory, aside), reason: damage }, 'set a damaged pod record aside')
  }

  async #inTurn(key: PodKey, work: () => Promise<void>): Promise<void> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    this.#last.set(key, mine)
    try {
      await mine
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key)
    }
  }
}
