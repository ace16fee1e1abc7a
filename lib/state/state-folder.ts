/** podkeep's own folder: what must outlive podkeep and Docker has no place for. One podkeep at a time holds it. */

import { join } from 'node:path'

import { makeFolders } from '../disk/index.js'
import type { BelievedDirectory, Logger, PodRecords } from '../ports/index.js'
import { BelievedDirectoryFile } from './believed-directory-file.js'
import { stateError } from './failure.js'
import { folderId } from './folder-id.js'
import { lockFolder, type FolderLock } from './folder-lock.js'
import { PodRecordFiles } from './pod-record-files.js'

export class StateFolder {
  readonly directory: string
  /** Made with the folder, and on the label of every container made since. */
  readonly id: string
  readonly believedDirectory: BelievedDirectory
  readonly #lock: FolderLock
  readonly #records: PodRecordFiles

  private constructor(directory: string, id: string, lock: FolderLock, records: PodRecordFiles) {
    this.directory = directory
    this.id = id
    this.believedDirectory = new BelievedDirectoryFile(directory)
    this.#lock = lock
    this.#records = records
  }

  /** Makes the folder where there is none. @throws STATE_LOCKED when another podkeep holds it, HOST_DISK_FULL */
  static async open(options: { readonly directory: string; readonly logger: Logger }): Promise<StateFolder> {
    const { directory, logger } = options
    try {
      await makeFolders(directory, 0o700)
    } catch (error) {
      throw stateError(`cannot make the state folder ${directory}`, error)
    }
    const lock = await lockFolder(directory)
    try {
      const id = await folderId(directory)
      const records = await PodRecordFiles.open(join(directory, 'records'), logger)
      return new StateFolder(directory, id, lock, records)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  get records(): PodRecords {
    return this.#records
  }

  /** Finishes what is being written and lets another podkeep in. */
  async close(): Promise<void> {
    await this.#records.close()
    await this.#lock.release()
  }
}
