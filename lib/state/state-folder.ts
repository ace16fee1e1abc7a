/** podkeep's own folder: what must outlive podkeep and Docker has no place for. One podkeep at a time holds it. */

import { join } from 'node:path'

import { makeFolders } from '../disk/index.js'
import type {
  ConfigKey,
  ConfigObject,
  CronRecord,
  DesiredClaim,
  DesiredService,
  KeptVolume,
  PodKey,
  PodRecord,
} from '../pod/index.js'
import type {
  BelievedDirectory,
  ClaimRecords,
  Clock,
  ConfigRecords,
  CronRecords,
  DigestKey,
  EventRecorder,
  History,
  Logger,
  PodRecords,
  RevisionRecorder,
  ServiceRecords,
  VolumeRecords,
} from '../ports/index.js'
import { BelievedDirectoryFile } from './believed-directory-file.js'
import { configForm } from './config-file.js'
import { cronRecordForm } from './cron-record-file.js'
import { digestKey } from './digest-key.js'
import { EventLog } from './event-log.js'
import { stateError } from './failure.js'
import { folderId } from './folder-id.js'
import { lockFolder, type FolderLock } from './folder-lock.js'
import { podRecordForm } from './record-file.js'
import { RecordFiles } from './record-files.js'
import { RevisionFiles } from './revision-files.js'
import { claimForm, serviceForm, volumeForm } from './service-file.js'

interface Parts {
  readonly id: string
  readonly digestKey: DigestKey
  readonly records: RecordFiles<PodKey, PodRecord>
  readonly configs: RecordFiles<ConfigKey, ConfigObject>
  readonly cronRecords: RecordFiles<PodKey, CronRecord>
  readonly services: RecordFiles<PodKey, DesiredService>
  readonly claims: RecordFiles<PodKey, DesiredClaim>
  readonly volumes: RecordFiles<PodKey, KeptVolume>
  readonly events: EventLog
  readonly revisions: RevisionFiles
}

export class StateFolder {
  readonly directory: string
  /** Made with the folder, and on the label of every container made since. */
  readonly id: string
  readonly believedDirectory: BelievedDirectory
  /** Of the digests on containers' labels. */
  readonly digestKey: DigestKey
  readonly #lock: FolderLock
  readonly #kept: Parts

  private constructor(directory: string, lock: FolderLock, parts: Parts) {
    this.directory = directory
    this.id = parts.id
    this.digestKey = parts.digestKey
    this.believedDirectory = new BelievedDirectoryFile(directory)
    this.#lock = lock
    this.#kept = parts
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
      const files = {
        records: await RecordFiles.open(join(directory, 'records'), podRecordForm, logger),
        configs: await RecordFiles.open(join(directory, 'configmaps'), configForm, logger),
        cronRecords: await RecordFiles.open(join(directory, 'cron-jobs'), cronRecordForm, logger),
        services: await RecordFiles.open(join(directory, 'services'), serviceForm, logger),
        claims: await RecordFiles.open(join(directory, 'claims'), claimForm, logger),
        volumes: await RecordFiles.open(join(directory, 'persistent-volumes'), volumeForm, logger),
      }
      const events = await EventLog.open({ directory, clock, logger })
      const revisions = new RevisionFiles({ directory: join(directory, 'revisions'), clock, logger })
      const key = await digestKey(directory)
      return new StateFolder(directory, lock, { id, digestKey: key, ...files, events, revisions })
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  get records(): PodRecords {
    return this.#kept.records
  }

  /** What ConfigMaps last said well. */
  get configs(): ConfigRecords {
    return this.#kept.configs
  }

  get cronRecords(): CronRecords {
    return this.#kept.cronRecords
  }

  /** What Services last said well. */
  get services(): ServiceRecords {
    return this.#kept.services
  }

  /** What PersistentVolumeClaims last said well. */
  get claims(): ClaimRecords {
    return this.#kept.claims
  }

  /** What PersistentVolumes last said well, and which claims have them. */
  get volumeRecords(): VolumeRecords {
    return this.#kept.volumes
  }

  get events(): EventRecorder {
    return this.#kept.events
  }

  get revisions(): RevisionRecorder {
    return this.#kept.revisions
  }

  get history(): History {
    const { events, revisions } = this.#kept
    return {
      events: () => events.events(),
      revisions: (pod) => revisions.histories(pod),
      onEvent: (tell) => events.onEvent(tell),
    }
  }

  /** Finishes what is being written and lets another podkeep in. */
  async close(): Promise<void> {
    const { records, configs, cronRecords, services, claims, volumes, events, revisions } = this.#kept
    const all = [records, configs, cronRecords, services, claims, volumes, events, revisions]
    await Promise.all(all.map((each) => each.close()))
    await this.#lock.release()
  }
}
