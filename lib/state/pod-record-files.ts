/**
 * One file per pod.
 *
 * P1  A record is on the disk whole or not at all: written beside, flushed, renamed into place, and the folder flushed.
 * P2  What is asked for one pod happens in the order it was asked.
 * P3  A damaged record costs that record only, and is kept for whoever wants to look.
 */

import { open, readFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf, makeFolders } from '../disk/index.js'
import type { PodKey, PodRecord } from '../pod/index.js'
import type { Logger, PodRecords } from '../ports/index.js'
import { stateError } from './failure.js'
import { decodeRecord, encodeRecord, recordFileName } from './record-file.js'

const beingWritten = '.writing-'

export class PodRecordFiles implements PodRecords {
  readonly #directory: string
  readonly #logger: Logger
  readonly #last = new Map<PodKey, Promise<unknown>>()
  #writes = 0

  private constructor(directory: string, logger: Logger) {
    this.#directory = directory
    this.#logger = logger
  }

  /** Makes the folder and removes what an interrupted write left. The folder must be locked. */
  static async open(directory: string, logger: Logger): Promise<PodRecordFiles> {
    try {
      await makeFolders(directory, 0o700)
      const names = await readdir(directory)
      for (const name of names.filter((each) => each.startsWith(beingWritten)))
        await rm(join(directory, name), { force: true })
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
    return this.#inTurn(record.key, () => this.#write(recordFileName(record.key), text))
  }

  remove(key: PodKey): Promise<void> {
    return this.#inTurn(key, async () => {
      const path = join(this.#directory, recordFileName(key))
      try {
        await rm(path)
        await this.#flushFolder()
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

  async #write(name: string, text: string): Promise<void> {
    const path = join(this.#directory, name)
    this.#writes += 1
    const beside = join(this.#directory, `${beingWritten}${this.#writes}-${name}`)
    try {
      const file = await open(beside, 'w', 0o600)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(beside, path)
      await this.#flushFolder()
    } catch (error) {
      await rm(beside, { force: true }).catch((cause: unknown) => {
        this.#logger.warn({ file: beside, err: cause }, 'cannot remove a temporary file')
      })
      throw stateError(`cannot write ${path}`, error)
    }
  }

  async #flushFolder(): Promise<void> {
    const folder = await open(this.#directory, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
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
