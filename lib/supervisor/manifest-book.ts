/**
 * What the directory asks for, pod by pod, with the last good word of everything that is broken now.
 *
 * M1  A file is all or nothing: while it has a problem, what it last said well stays in force (held).
 * M2  Nothing is removed before the first complete scan, and never because a file or the directory cannot be read: a pod that
 *     may stand in a broken file is held.
 * M3  A file that did not change is not decoded again, and its pods are the same objects as before.
 * M4  Editing a good file into another good one with the same pods costs the same among 5 files and among 500.
 */

import {
  decodeFile,
  resolveDuplicates,
  warnedOf,
  type DecodedFile,
  type ManifestPolicy,
  type Resolved,
} from '../manifest/index.js'
import type { Desire, HoldCause } from '../plan/index.js'
import type {
  ConfigKey,
  ConfigObject,
  DesiredClaim,
  DesiredCronJob,
  DesiredPod,
  DesiredService,
  PodKey,
  Problem,
} from '../pod/index.js'
import type { DirectoryScan, ManifestStatus, ManifestsStatus, ScannedFile } from '../ports/index.js'
import { mayBeVolume, mayName } from './broken-file.js'
import { isReplacedByEmpty, replacedByEmpty } from './directory-belief.js'
import { fileStatus, namesTaken } from './file-status.js'
import { HiddenPods } from './hidden-pods.js'
import {
  fileProblem,
  changedRuns,
  hasImmutable,
  isGood,
  namedIn,
  ownerKeys,
  relations,
  toldOf,
  whyBroken,
  whyStranger,
  withSuggestion,
  type Entry,
  type ManifestBookParts,
  type Origin,
} from './manifest-entry.js'
import { ObjectBook } from './object-book.js'
import { StorageBook } from './storage-book.js'
import { decodeStored } from './stored-files.js'

export class ManifestBook {
  readonly storage: StorageBook
  readonly #directory: string
  readonly #policy: ManifestPolicy
  /** By file name, in the directory's order. */
  #entries = new Map<string, Entry>()
  readonly #decodedByFile = new Map<string, { fingerprint: string; decoded: DecodedFile }>()
  readonly #lastGoodByFile = new Map<string, DecodedFile>()
  readonly #lastKnown = new Map<PodKey, DesiredPod>()
  readonly #objects: ObjectBook
  /** Files of which only the state folder's word is known: it has no Secrets. */
  readonly #remembered = new Set<string>()
  #inForce = new Map<PodKey, DesiredPod>()
  /** What there is beside pods, ConfigMaps and Secrets. */
  #beside: Pick<Resolved, 'services' | 'claims' | 'volumes' | 'cronJobs'>
  /** Of runs of CronJobs. */
  #runPods: ReadonlyMap<PodKey, DesiredPod> = new Map()
  #duplicates: readonly Problem[] = []
  readonly #hidden = new HiddenPods()
  /** Pods without a manifest, and the broken file they are held for. */
  readonly #heldFor = new Map<PodKey, string>()
  readonly #fromRecords: ReadonlySet<DesiredPod>
  #believedDirectory: string | null
  #directoryProblem: string | null = 'the manifests directory was not read yet'
  #wasTried = false

  constructor({ directory, policy, stored, believedDirectory }: ManifestBookParts) {
    this.#directory = directory
    this.#policy = policy
    this.#believedDirectory = believedDirectory
    this.#objects = new ObjectBook(stored.configs)
    this.storage = new StorageBook(stored.volumes)
    const { files, runs } = decodeStored(stored, policy.node)
    this.#beside = resolveDuplicates(files, () => undefined)
    for (const file of files) {
      for (const { pod } of file.pods) this.#lastKnown.set(pod.key, pod)
      this.#lastGoodByFile.set(file.file, file)
      this.#remembered.add(file.file)
    }
    for (const pod of runs) this.#lastKnown.set(pod.key, pod)
    this.#inForce = new Map(this.#lastKnown)
    this.#fromRecords = new Set(this.#lastKnown.values())
    this.#wantStorage(files)
  }

  /** The directory that is taken at its word. */
  get believedDirectory(): string | null {
    return this.#believedDirectory
  }

  /** @returns the pods that another desire may hold for now; null when that may be any, and problems may have come or gone. */
  update(scan: DirectoryScan): readonly PodKey[] | null {
    this.#wasTried = true
    if (scan.kind === 'unreadable') {
      this.#directoryProblem = withSuggestion(scan.message, scan.suggestion)
      return null
    }
    if (this.#inForce.size > 0 && isReplacedByEmpty(scan, this.#believedDirectory)) {
      this.#directoryProblem = replacedByEmpty(this.#directory)
      return null
    }
    this.#believedDirectory = scan.directoryId
    const edited = this.#directoryProblem === null ? this.#editedPods(scan.files) : null
    if (edited === null) this.#updateWhole(scan.files)
    else for (const pod of edited) this.#putInForce(pod)
    this.#directoryProblem = null
    return edited?.map((pod) => pod.key) ?? null
  }

  /** null unless the files are the same, and each that changed is as good and has the same Services and pods as before, which depend on the same. */
  #editedPods(files: readonly ScannedFile[]): DesiredPod[] | null {
    if (files.length !== this.#entries.size || this.#duplicates.length > 0) return null
    const edited: DesiredPod[] = []
    for (const scanned of files) {
      const before = this.#entries.get(scanned.name)
      if (before === undefined) return null
      if (before.scanned === scanned) continue
      const after = this.#read(scanned)
      if (!isGood(before) || !isGood(after) || relations(before) !== relations(after)) return null
      if (hasImmutable(before)) return null
      this.#entries.set(scanned.name, after)
      edited.push(...after.decoded.pods.map(({ pod }) => pod))
      for (const { object } of after.decoded.objects) this.#objects.replace(object)
    }
    return edited
  }

  #putInForce(pod: DesiredPod): void {
    this.#inForce.set(pod.key, pod)
    this.#lastKnown.set(pod.key, pod)
    this.#objects.noteReader(pod)
  }

  #updateWhole(files: readonly ScannedFile[]): void {
    const before = { entries: this.#entries, keys: [...this.#inForce.keys(), ...this.cronJobs.keys()] }
    this.#entries = new Map(files.map((file) => [file.name, this.#read(file)]))
    this.#forgetVanished()
    const good = [...this.#entries.values()]
      .map((entry) => this.#lastGoodByFile.get(entry.scanned.name) ?? null)
      .filter((file) => file !== null)
    const { pods, problems, ...beside } = resolveDuplicates(good, (key) => this.#lastKnown.get(key), this.storage.kept)
    this.#inForce = new Map()
    this.#duplicates = [...problems, ...this.#objects.resolve(good)]
    this.#beside = beside
    for (const pod of pods.values()) this.#putInForce(pod)
    for (const pod of this.#runPods.values()) if (!pods.has(pod.key)) this.#putInForce(pod)
    this.#hidden.note(this.#entries, before, (key) => this.#inForce.has(key) || this.cronJobs.has(key))
    this.#wantStorage(good)
  }

  #wantStorage(files: readonly DecodedFile[]): void {
    const unread = this.#wasTried ? this.#whyUnread(mayBeVolume) : this.#directoryProblem
    this.storage.want({ ...this.#beside, pods: this.#lastKnown, files, unread })
  }

  /** Of what nobody knows: why it may stand in a file all the same. */
  #whyUnread(mayBe: (file: ScannedFile) => boolean): string | null {
    for (const { scanned, problems } of this.#entries.values()) {
      const file = scanned.name
      const isUnseen = scanned.kind === 'unreadable' && (!this.#lastGoodByFile.has(file) || this.#remembered.has(file))
      if (problems.length > 0 && (isUnseen || mayBe(scanned))) return this.#whyHeld(file)
    }
    return null
  }

  /** The Services in force, by their keys: of a broken file those it last said well. */
  get services(): ReadonlyMap<PodKey, DesiredService> {
    return this.#beside.services
  }

  /** The PersistentVolumeClaims in force, by their keys, as with Services. */
  get claims(): ReadonlyMap<PodKey, DesiredClaim> {
    return this.#beside.claims
  }

  /** The CronJobs in force, by their keys, as with Services. */
  get cronJobs(): ReadonlyMap<PodKey, DesiredCronJob> {
    return this.#beside.cronJobs
  }

  isCronJobGone(key: PodKey, file: string): boolean {
    return this.isComplete && !this.cronJobs.has(key) && this.#brokenFileOf([key], file) === null
  }

  /** The pods of runs that there should be beside those of the manifests. @returns those of which that is news */
  putRuns(pods: readonly DesiredPod[]): PodKey[] {
    const { runPods, come, gone } = changedRuns(this.#runPods, pods, this.#inForce)
    this.#runPods = runPods
    for (const key of gone) this.#inForce.delete(key)
    for (const pod of come) this.#putInForce(pod)
    return [...gone, ...come.map((pod) => pod.key)]
  }

  /** Every pod that should exist. */
  keys(): Iterable<PodKey> {
    return this.#inForce.keys()
  }

  lastKnown(key: PodKey): DesiredPod | null {
    const known = this.#lastKnown.get(key) ?? null
    return known && this.storage.withStorage(known)
  }

  /**
   * null while nothing is known yet.
   * @param origin null when there is neither a record nor a container
   */
  desireFor(key: PodKey, origin: Origin | null): Desire | null {
    if (!this.#wasTried) return null
    this.#heldFor.delete(key)
    const known = this.#lastKnown.get(key) ?? null
    const pod = this.#inForce.get(key)
    if (this.#directoryProblem !== null) return this.#hold(pod ?? known, 'directory', this.#directoryProblem)
    if (pod !== undefined) {
      const why = this.#whyHeld(pod.file)
      return why === null ? { kind: 'run', pod: this.storage.withStorage(pod) } : this.#hold(pod, 'file', why)
    }
    const brokenFile = this.#brokenFileOf([key, ...ownerKeys(known)], known?.file ?? origin?.file ?? null)
    if (brokenFile !== null) {
      this.#heldFor.set(key, brokenFile)
      return this.#hold(known, 'file', this.#whyHeld(brokenFile) ?? brokenFile)
    }
    if (known === null && origin?.isForeign === true) return this.#hold(null, 'stranger', whyStranger)
    return { kind: 'remove', pod: this.lastKnown(key) }
  }

  #hold(pod: DesiredPod | null, cause: HoldCause, why: string): Desire {
    const isRemembered = pod !== null && this.#fromRecords.has(pod)
    return { kind: 'hold', pod: pod && this.storage.withStorage(pod), isRemembered, cause, why }
  }

  /** The broken file that a pod without a manifest may stand in. @param keys its own, and that of what makes it */
  #brokenFileOf(keys: readonly PodKey[], lastFile: string | null): string | null {
    const mentioned = keys.map((key) => this.#hidden.fileOf(key)).find((file) => file !== undefined)
    if (mentioned !== undefined) return mentioned
    if (lastFile !== null && this.#whyHeld(lastFile) !== null) return lastFile
    return lastFile === null ? null : namedIn(this.#entries.values(), keys)
  }

  /** The pod is gone from the engine, too. */
  forget(key: PodKey): void {
    if (this.#inForce.has(key)) return
    this.#lastKnown.delete(key)
    this.#objects.forgetReader(key)
    this.storage.forget()
  }

  object(key: ConfigKey): ConfigObject | null {
    return this.#objects.inForce.get(key) ?? null
  }

  takeObjectChanges(): ReturnType<ObjectBook['takeChanges']> {
    return this.#objects.takeChanges()
  }

  /** Of an object that is not in force: why it may be there all the same. */
  whyUnknown(key: ConfigKey): string | null {
    return this.#whyUnread((file) => mayName(file, key))
  }

  /** The directory was read whole at least once and can be read now. */
  get isComplete(): boolean {
    return this.#directoryProblem === null
  }

  get directoryProblem(): string | null {
    return this.#directoryProblem
  }

  status(): ManifestsStatus {
    return {
      directory: this.#directory,
      problem: this.#directoryProblem,
      files: [...this.#entries.values()].map((entry) => this.#fileStatus(entry)),
    }
  }

  /** What is accepted, and not all that it might seem; for the log. */
  warnings(): Problem[] {
    const names = { beside: this.#beside, pods: this.#inForce }
    const taken = [...this.#lastGoodByFile.values()].flatMap((file) => namesTaken(file, names))
    const own = [...this.#entries.values()].flatMap((entry) => toldOf(entry).warnings)
    return [...own, ...taken, ...this.storage.warnings]
  }

  /** Every problem there is, for the log. */
  problems(): Problem[] {
    return [...[...this.#entries.values()].flatMap((entry) => toldOf(entry).problems), ...this.#duplicates]
  }

  #read(scanned: ScannedFile): Entry {
    const file = scanned.name
    const known = this.#entries.get(file)
    if (known?.scanned === scanned) return known
    switch (scanned.kind) {
      case 'ignored':
        return { scanned, decoded: null, problems: [] }
      case 'unreadable':
        return { scanned, decoded: null, problems: [fileProblem(file, scanned.message, scanned.suggestion)] }
      case 'read':
        break
    }
    const cached = this.#decodedByFile.get(file)
    const isCached = cached?.fingerprint === scanned.fingerprint
    const said = isCached ? cached.decoded : decodeFile(file, scanned.bytes, this.#policy)
    this.#decodedByFile.set(file, { fingerprint: scanned.fingerprint, decoded: said })
    const decoded = warnedOf(said, scanned)
    if (decoded.problems.length > 0) return { scanned, decoded, problems: decoded.problems }
    this.#lastGoodByFile.set(file, decoded)
    this.#remembered.delete(file)
    return { scanned, decoded, problems: decoded.problems }
  }

  #forgetVanished(): void {
    const isPresent = (file: string): boolean => (this.#entries.get(file)?.scanned.kind ?? 'ignored') !== 'ignored'
    for (const files of [this.#decodedByFile, this.#lastGoodByFile]) {
      for (const file of files.keys()) if (!isPresent(file)) files.delete(file)
    }
  }

  #whyHeld(file: string): string | null {
    return whyBroken(file, this.#entries.get(file))
  }

  #fileStatus(entry: Entry): ManifestStatus {
    return fileStatus(entry, this.#lastGoodByFile.get(entry.scanned.name), {
      pods: this.#inForce,
      objects: this.#objects.inForce,
      beside: this.#beside,
      heldFor: this.#heldFor,
      duplicates: this.#duplicates,
      ofStorage: this.storage.warnings,
      isDirectoryHeld: this.#directoryProblem !== null,
    })
  }
}
