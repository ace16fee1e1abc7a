/** A whole podkeep on a model engine, a virtual clock, a directory and a state folder in memory, that can be killed and started again. */

import { Tally } from '../../lib/http/index.js'
import { usualPolicy, type ManifestPolicy } from '../../lib/manifest/index.js'
import { Supervisor } from '../../lib/supervisor/index.js'
import {
  isContentVolume,
  noDnsConfig,
  PodkeepError,
  type ConfigKey,
  type ConfigObject,
  type ContentVolume,
  type CronRecord,
  type DesiredClaim,
  type DesiredService,
  type KeptVolume,
  type LocalVolume,
  type PodCgroup,
  type PodKey,
  type PodRecord,
  type PodUid,
} from '../../lib/pod/index.js'
import type {
  BelievedDirectory,
  ConfigRecords,
  ContainerRuntime,
  DirectoryScan,
  Logger,
  ManifestSource,
  PodCgroups,
  Records,
  PodStatusEntry,
  ScannedFile,
  SecurityProfiles,
  VolumeStore,
} from '../../lib/ports/index.js'
import { ContainerProber } from '../../lib/probe/index.js'
import { rememberingRecorder, rememberingRevisions } from '../support/history.js'
import { ModelEngine } from './model-engine.js'
import { ModelHandlers } from './model-handlers.js'
import { VirtualClock } from './virtual-clock.js'

export const image = 'app:1'

export class World {
  readonly clock: VirtualClock
  readonly engine: ModelEngine
  readonly files = new Map<string, string>()
  readonly records = new Map<PodKey, PodRecord>()
  readonly cronRecords = new Map<PodKey, CronRecord>()
  readonly volumes = new Set<string>()
  readonly missingPaths = new Set<string>()
  /** What programs wrote into their volumes, by `<volume>/<path>`. */
  readonly volumeFiles = new Map<string, string>()
  /** What podkeep wrote into volumes made of objects, path and text, by `<uid>/<volume>`. */
  readonly writtenVolumes = new Map<string, ReadonlyMap<string, string>>()
  /** How much programs wrote into them, by `<uid>/<volume>`. */
  readonly volumeBytes = new Map<string, number>()
  /** What each instance wrote into its termination message file, by `<container>/<attempt>`. */
  readonly lastWords = new Map<string, string>()
  /** Security profiles of the machine: their text by `<kind> <name>`. */
  readonly profiles = new Map<string, string>()
  /** Groups of pods, with what they are limited to. */
  readonly podCgroups = new Map<PodUid, PodCgroup>()
  policy: ManifestPolicy = usualPolicy
  readonly log: string[] = []
  readonly #recorder = rememberingRecorder()
  readonly events = this.#recorder.heard
  readonly revisions: string[] = []
  readonly tally = new Tally()
  onVolumesRemoved: (uid: string) => void = () => undefined
  isDirectoryReadable = true
  /** Which directory is mounted. */
  directoryId = 'disk'
  /** Of the state folder. */
  readonly believed: { directoryId: string | null } = { directoryId: null }
  stateFolderId = 'folder-1'
  isStateFolderFull = false
  readonly configs = new Map<ConfigKey, ConfigObject>()
  readonly services = new Map<PodKey, DesiredService>()
  readonly claims = new Map<PodKey, DesiredClaim>()
  readonly keptVolumes = new Map<PodKey, KeptVolume>()
  readonly handlers: ModelHandlers
  readonly #logger = memoryLogger(this.log, () => this.clock.tickMs())
  #supervisor: Supervisor | null = null
  #runtime: ContainerRuntime | null = null
  #source: MemorySource | null = null
  #uids = 0

  /** @param beside on the same machine: one clock, one engine */
  constructor(beside?: World) {
    this.clock = beside?.clock ?? new VirtualClock()
    this.engine = beside?.engine ?? new ModelEngine(this.clock)
    this.handlers = new ModelHandlers(this.clock)
    this.engine.images.add(image)
  }

  async start(): Promise<void> {
    const source = new MemorySource(() => this.#scan())
    const runtime = this.engine.runtime('model', this.stateFolderId)
    this.#source = source
    this.#runtime = runtime
    this.#supervisor = new Supervisor({
      runtime,
      source,
      volumes: memoryVolumes(this, (uid) => this.onVolumesRemoved(uid)),
      records: memoryRecords(this.records, () => this.isStateFolderFull),
      cronRecords: memoryRecords(this.cronRecords, () => this.isStateFolderFull),
      believedDirectory: memoryBelief(this.believed),
      profiles: memoryProfiles(this.profiles),
      podCgroups: memoryCgroups(this.podCgroups),
      policy: this.policy,
      configs: memoryConfigs(this.configs),
      services: memoryRecords(this.services, () => this.isStateFolderFull),
      claims: memoryRecords(this.claims, () => this.isStateFolderFull),
      volumeRecords: memoryRecords(this.keptVolumes, () => this.isStateFolderFull),
      digestKey: { id: this.stateFolderId, bytes: Buffer.from(this.stateFolderId) },
      clock: this.clock,
      handlers: this.handlers,
      newProber: (listener) =>
        new ContainerProber({
          runner: this.handlers,
          clock: this.clock,
          logger: this.#logger,
          random: () => 0,
          ...listener,
        }),
      logger: this.#logger,
      events: this.#recorder.recorder,
      revisions: rememberingRevisions(this.revisions),
      tally: this.tally,
      nodeName: 'model',
      hostIP: '192.0.2.1',
      hostDns: noDnsConfig,
      diskCapacityBytes: 100 * 2 ** 30,
      newUid: () => `uid-${String(++this.#uids)}`,
    })
    await this.#supervisor.start()
    await this.clock.advance(0)
  }

  /** kill -9: nothing is finished, nothing is said. Calls under way may still reach the engine. */
  kill(): void {
    Promise.all([this.#supervisor?.close(), this.#runtime?.close()]).catch((bug: unknown) => {
      queueMicrotask(() => {
        throw bug
      })
    })
    this.#supervisor = null
  }

  get supervisor(): Supervisor {
    if (this.#supervisor === null) throw new Error('podkeep does not run in this world now')
    return this.#supervisor
  }

  get isRunning(): boolean {
    return this.#supervisor !== null
  }

  write(file: string, text: string): void {
    this.files.set(file, text)
    this.rescan()
  }

  remove(file: string): void {
    this.files.delete(file)
    this.rescan()
  }

  rescan(): void {
    this.#source?.push()
  }

  pod(key: string): PodStatusEntry | undefined {
    return this.supervisor.board.pods().find((entry) => entry.key === key)
  }

  /** Of one container of the manifest, oldest first. */
  instances(name: string): ReturnType<ModelEngine['containers']> {
    return this.engine
      .containers()
      .filter((one) => one.name === name)
      .sort((a, b) => a.createdAtMs - b.createdAtMs || a.attempt - b.attempt)
  }

  running(name: string): ReturnType<ModelEngine['containers']> {
    return this.instances(name).filter((one) => one.state === 'running')
  }

  #scan(): DirectoryScan {
    if (!this.isDirectoryReadable) {
      return { kind: 'unreadable', message: 'the manifests directory cannot be read', suggestion: null }
    }
    const files = [...this.files].sort(([a], [b]) => (a < b ? -1 : 1))
    return {
      kind: 'scanned',
      directoryId: this.directoryId,
      files: files.map(([name, text]) => scannedFile(name, text)),
    }
  }
}

/** What the directory ignores, and what it cannot read, are told by their names here. */
function scannedFile(name: string, text: string): ScannedFile {
  if (name.startsWith('.')) return { kind: 'ignored', name, reason: 'a hidden file' }
  if (name.startsWith('unreadable')) return { kind: 'unreadable', name, message: 'permission denied', suggestion: null }
  return { kind: 'read', name, bytes: Buffer.from(text), fingerprint: text }
}

class MemorySource implements ManifestSource {
  readonly directory = '/manifests'
  readonly #scan: () => DirectoryScan
  #onScan: ((scan: DirectoryScan) => void) | null = null

  constructor(scan: () => DirectoryScan) {
    this.#scan = scan
  }

  start(onScan: (scan: DirectoryScan) => void): Promise<void> {
    this.#onScan = onScan
    this.push()
    return Promise.resolve()
  }

  push(): void {
    this.#onScan?.(this.#scan())
  }

  close(): Promise<void> {
    this.#onScan = null
    return Promise.resolve()
  }
}

function memoryVolumes(
  world: Pick<
    World,
    'volumeBytes' | 'volumes' | 'missingPaths' | 'volumeFiles' | 'writtenVolumes' | 'lastWords' | 'isStateFolderFull'
  >,
  onRemoved: (uid: string) => void,
): VolumeStore {
  const { volumes: made, missingPaths, volumeFiles, writtenVolumes, lastWords, volumeBytes } = world
  return {
    prepare: (uid: PodUid, volume: LocalVolume | ContentVolume) => {
      if (volume.kind === 'hostPath') {
        return missingPaths.has(volume.path)
          ? Promise.reject(new PodkeepError('VOLUME_FAILED', `hostPath ${volume.path} is not there`))
          : Promise.resolve(volume.path)
      }
      if (isContentVolume(volume) && !writtenVolumes.has(`${uid}/${volume.name}`))
        return Promise.reject(new PodkeepError('VOLUME_FAILED', `nothing was written into ${volume.name} yet`))
      made.add(uid)
      return Promise.resolve(`/pods/${uid}/${volume.name}`)
    },
    give: () => Promise.resolve(),
    resize: () => Promise.resolve(),
    hasOld: () => Promise.resolve(false),
    removeOld: () => Promise.resolve(),
    write: (uid, volume, files) => {
      made.add(uid)
      const texts = files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()] as const)
      const isSo = JSON.stringify([...(writtenVolumes.get(`${uid}/${volume}`) ?? [])]) === JSON.stringify(texts)
      if (!isSo && world.isStateFolderFull)
        return Promise.reject(new PodkeepError('HOST_DISK_FULL', 'no space left on device'))
      writtenVolumes.set(`${uid}/${volume}`, new Map(texts))
      return Promise.resolve(`/pods/${uid}/${volume}`)
    },
    prepareImage: (uid, volume) => {
      made.add(uid)
      return Promise.resolve(`/pods/${uid}/${volume}`)
    },
    measure: (uid, volume) => Promise.resolve(volumeBytes.get(`${uid}/${volume.name}`) ?? 0),
    prepareSubPath: (uid, container, { volume, index }) => {
      made.add(uid)
      return Promise.resolve(`/pods/${uid}/volume-subpaths/${volume}/${container}/${String(index)}`)
    },
    readFile: (_uid, volume, path) => Promise.resolve(volumeFiles.get(`${volume.name}/${path}`) ?? null),
    prepareTerminationFile: (uid, container, attempt) => {
      made.add(uid)
      return Promise.resolve(`/pods/${uid}/containers/${container}/${String(attempt)}`)
    },
    readTerminationFile: (_uid, container, attempt) =>
      Promise.resolve(lastWords.get(`${container}/${String(attempt)}`) ?? ''),
    removePod: (uid) => {
      if (made.delete(uid)) onRemoved(uid)
      for (const key of volumeBytes.keys()) if (key.startsWith(`${uid}/`)) volumeBytes.delete(key)
      for (const key of writtenVolumes.keys()) if (key.startsWith(`${uid}/`)) writtenVolumes.delete(key)
      return Promise.resolve()
    },
    list: () => Promise.resolve([...made] as PodUid[]),
  }
}

function memoryCgroups(groups: Map<PodUid, PodCgroup>): PodCgroups {
  return {
    set: (uid, limits) => Promise.resolve(void groups.set(uid, limits)),
    remove: (uid) => Promise.resolve(void groups.delete(uid)),
    list: () => Promise.resolve([...groups.keys()]),
  }
}

function memoryProfiles(texts: ReadonlyMap<string, string>): SecurityProfiles {
  return {
    find: ({ kind, name }) => {
      const text = texts.get(`${kind} ${name}`)
      return Promise.resolve(text === undefined ? { problem: `there is no ${kind} profile ${name}` } : { text })
    },
  }
}

function memoryRecords<Kept extends { readonly key: string }>(
  kept: Map<Kept['key'], Kept>,
  isFull: () => boolean,
): Records<Kept> {
  return {
    load: () => Promise.resolve([...kept.values()].map((record) => JSON.parse(JSON.stringify(record)) as Kept)),
    save: (record) => {
      if (isFull()) return Promise.reject(new PodkeepError('HOST_DISK_FULL', 'no space left on device'))
      kept.set(record.key, record)
      return Promise.resolve()
    },
    remove: (key) => {
      kept.delete(key)
      return Promise.resolve()
    },
  }
}

function memoryConfigs(kept: Map<ConfigKey, ConfigObject>): ConfigRecords {
  return {
    load: () => Promise.resolve([...kept.values()]),
    save: (object) => {
      if (object.kind === 'Secret') throw new Error('a Secret came to the state folder')
      kept.set(object.key, object)
      return Promise.resolve()
    },
    remove: (key) => {
      kept.delete(key)
      return Promise.resolve()
    },
  }
}

function memoryBelief(believed: { directoryId: string | null }): BelievedDirectory {
  return {
    load: () => Promise.resolve(believed.directoryId),
    save: (directoryId) => {
      believed.directoryId = directoryId
      return Promise.resolve()
    },
  }
}

function memoryLogger(lines: string[], nowTickMs: () => number, bound: Record<string, unknown> = {}): Logger {
  const write = (level: string) => (fields: Record<string, unknown>, phrase: string) => {
    const { err, ...rest } = { ...bound, ...fields }
    const cause = err instanceof Error ? ` ${err.message}` : ''
    lines.push(`${String(nowTickMs())} ${level} ${phrase} ${JSON.stringify(rest)}${cause}`)
  }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => memoryLogger(lines, nowTickMs, { ...bound, ...fields }),
  }
}
