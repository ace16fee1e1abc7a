/** podkeep's own folder: what must outlive podkeep and Docker has no place for. One podkeep at a time holds it. */

import { join } from 'node:path'

import { makeFolders } from '../disk/index.js'
import type {
  BelievedDirectory,
  Clock,
  EventRecorder,
  History,
  Logger,
  PodRecords,
  RevisionRecorder,
} from '../ports/index.js'
import { BelievedDirectoryFile } from './believed-directory-file.js'
import { EventLog } from './event-log.js'
import { stateError } from './failure.js'
import { folderId } from './folder-id.js'
import { lockFolder, type FolderLock } from './folder-lock.js'
import { PodRecordFiles } from './pod-record-files.js'
import { RevisionFiles } from './revision-files.js'

export class StateFolder {
  readonly directory: string
  /** Made with the folder, and on the label of every container made since. */
  readonly id: string
  readonly believedDirectory: BelievedDirectory
  readonly #lock: FolderLock
  readonly #records: PodRecordFiles
  readonly #events: EventLog
  readonly #revisions: RevisionFiles

  private constructor(
    directory: string,
    id: string,
    lock: FolderLock,
    kept: { readonly records: PodRecordFiles; readonly events: EventLog; readonly revisions: RevisionFiles },
  ) {
    this.directory = directory
    this.id = id
    this.believedDirectory = new BelievedDirectoryFile(directory)
    this.#lock = lock
    this.#records = kept.records
    this.#events = kept.events
    this.#revisions = kept.revisions
  }

  /** Makes the folder where there is none. @throws STATE_LOCKED when another podkeep holds it, HOST_DISK_FULL */
  static async open(options: {
    readonly directory: string
    readonly logger: Logger
    readonly clock: Clock
  }): Promise<StateFolder> {
    const { directory, logger, clock } = options
    try {
      await makeFolders(directory, 0o700)
    } catch (error) {
      throw stateError(`cannot make the state folder ${directory}`, error)
    }
    const lock = await lockFolder(directory)
    try {
      const id = await folderId(directory)
      const records = await PodRecordFiles.open(join(directory, 'records'), logger)
      const events = await EventLog.open({ directory, clock, logger })
      const revisions = new RevisionFiles({ directory: join(directory, 'revisions'), clock, logger })
      return new StateFolder(directory, id, lock, { records, events, revisions })
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  get records(): PodRecords {
    return this.#records
  }

  get events(): EventRecorder {
    return this.#events
  }

  get revisions(): RevisionRecorder {
    return this.#revisions
  }

  get history(): History {
    return {
      events: () => this.#events.events(),
      revisions: (pod) => this.#revisions.histories(pod),
      onEvent: (tell) => this.#events.onEvent(tell),
    }
  }

  /** Finishes what is being written and lets another podkeep in. */
  async close(): Promise<void> {
    await Promise.all([this.#records.close(), this.#events.close(), this.#revisions.close()])
    await this.#lock.release()
  }
}
