/**
 * One file for each thing that is remembered: a pod, a ConfigMap.
 *
 * P1  A record is on the disk whole or not at all: written beside, flushed, renamed into place, and the folder flushed.
 * P2  What is asked for one of them happens in the order it was asked.
 * P3  A damaged record costs that record only, and is kept for whoever wants to look.
 */

import { readFileSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf, makeFolders } from '../disk/index.js'
import type { Logger } from '../ports/index.js'
import { stateError } from './failure.js'
import { flushFolder, removeHalfWritten, writeWhole } from './whole-file.js'

export interface RecordForm<Key extends string, Item extends { readonly key: Key }> {
  /** For people. */
  readonly noun: string
  fileName(key: Key): string
  encode(item: Item): string
  decode(text: string, fileName: string): { readonly record: Item } | { readonly damage: string }
}

export class RecordFiles<Key extends string, Item extends { readonly key: Key }> {
  readonly #directory: string
  readonly #form: RecordForm<Key, Item>
  readonly #logger: Logger
  readonly #last = new Map<Key, Promise<unknown>>()

  private constructor(directory: string, form: RecordForm<Key, Item>, logger: Logger) {
    this.#directory = directory
    this.#form = form
    this.#logger = logger
  }

  /** Makes the folder and removes what an interrupted write left. The folder must be locked. */
  static async open<Key extends string, Item extends { readonly key: Key }>(
    directory: string,
    form: RecordForm<Key, Item>,
    logger: Logger,
  ): Promise<RecordFiles<Key, Item>> {
    try {
      await makeFolders(directory, 0o700)
      await removeHalfWritten(directory)
    } catch (error) {
      throw stateError(`cannot use ${directory}`, error)
    }
    return new RecordFiles(directory, form, logger)
  }

  async load(): Promise<Item[]> {
    const records: Item[] = []
    try {
      const names = (await readdir(this.#directory)).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      for (const name of names.sort()) {
        const decoded = this.#read(name)
        if ('record' in decoded) records.push(decoded.record)
        else await this.#setAside(name, decoded.damage)
      }
    } catch (error) {
      throw stateError(`cannot read ${this.#directory}`, error)
    }
    return records
  }

  save(record: Item): Promise<void> {
    const text = this.#form.encode(record)
    return this.#inTurn(record.key, () => writeWhole(this.#directory, this.#form.fileName(record.key), text))
  }

  remove(key: Key): Promise<void> {
    return this.#inTurn(key, async () => {
      const path = join(this.#directory, this.#form.fileName(key))
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

  /** Small files, and many, before anything else is done: each takes a tenth of the time of a read that is waited for. */
  #read(name: string): ReturnType<RecordForm<Key, Item>['decode']> {
    try {
      return this.#form.decode(readFileSync(join(this.#directory, name), 'utf8'), name)
    } catch (error) {
      return { damage: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` }
    }
  }

  async #setAside(name: string, damage: string): Promise<void> {
    const aside = `.damaged-${Date.now()}-${name}`
    await rename(join(this.#directory, name), join(this.#directory, aside))
    this.#logger.warn(
      { file: join(this.#directory, aside), reason: damage },
      `set a damaged ${this.#form.noun} record aside`,
    )
  }

  async #inTurn(key: Key, work: () => Promise<void>): Promise<void> {
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
