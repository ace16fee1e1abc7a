/** Remembers which manifests directory was believed last, so that an empty mount point is not taken for it after a reboot. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf } from '../disk/index.js'
import type { BelievedDirectory } from '../ports/index.js'
import { stateError } from './failure.js'
import { writeWhole } from './whole-file.js'

const file = 'manifests-directory'

export class BelievedDirectoryFile implements BelievedDirectory {
  readonly #directory: string
  #last: Promise<unknown> = Promise.resolve()

  constructor(directory: string) {
    this.#directory = directory
  }

  async load(): Promise<string | null> {
    const path = join(this.#directory, file)
    try {
      return (await readFile(path, 'utf8')).trim()
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw stateError(`cannot read ${path}`, error)
    }
  }

  save(directoryId: string): Promise<void> {
    const write = (): Promise<void> => writeWhole(this.#directory, file, `${directoryId}\n`)
    const mine = this.#last.then(write, write)
    this.#last = mine
    return mine
  }
}
