/** podkeep's own folder: what must outlive podkeep and Docker has no place for. One podkeep at a time holds it. */

import { join } from 'node:path'

import { makeFolders } from '../disk/index.js'
import type { Logger, PodRecords } from '../ports/index.js'
import { stateError } from './failure.js'
import { lockFolder, type FolderLock } from './folder-lock.js'
import { PodRecordFiles } from './pod-record-files.js'

export class StateFolder {
  readonly directory: string
  readonly #lock: FolderLock
  readonly #records: PodRecordFiles

  private constructor(directory: string, lock: FolderLock, records: PodRecordFiles) {
    this.directory = directory
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
      return new StateFolder(directory, lock, await PodRecordFiles.open(join(directory, 'records'), logger))
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
