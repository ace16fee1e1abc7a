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
  warnedOfReaders,
  type DecodedFile,
  type ManifestPolicy,
} from '../manifest/index.js'
import type { Desire, HoldCause } from '../plan/index.js'
import type { ConfigKey, ConfigObject, DesiredPod, DesiredService, PodKey, PodRecord, Problem } from '../pod/index.js'
import type { DirectoryScan, ManifestStatus, ManifestsStatus, ScannedFile } from '../ports/index.js'
import { isReplacedByEmpty, replacedByEmpty } from './directory-belief.js'
import { mayName } from './broken-file.js'
import {
  fileProblem,
  hasImmutable,
  isGood,
  mentionedPods,
  relations,
  whyStranger,
  withSuggestion,
  type Entry,
} from './manifest-entry.js'
import { ObjectBook } from './object-book.js'
import { withSourceText } from './source-text.js'
import { storedFiles } from './stored-files.js'

/** What a pod's containers, or its record, tell of where it came from. */
export interface Origin {
  readonly file: string
  /** All of them were made under another state folder. */
  readonly isForeign: boolean
}

export interface ManifestBookParts {
  readonly directory: string
  readonly policy: ManifestPolicy
  readonly records: readonly PodRecord[]
  /** What ConfigMaps said well when podkeep ended last. */
  readonly configs: readonly ConfigObject[]
  /** The directoryId of the scan that was believed last. */
  readonly believedDirectory: string | null
}

export class ManifestBook {
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
  #services: ReadonlyMap<PodKey, DesiredService> = new Map()
  #duplicates: readonly Problem[] = []
  /** Pods that a broken file seems to speak of, and that file. */
  #mentioned: ReadonlyMap<PodKey, string> = new Map()
  /** Pods whose manifest went when that file came and could not be read. */
  readonly #hiddenIn = new Map<PodKey, string>()
  /** Pods without a manifest, and the broken file they are held for. */
  readonly #heldFor = new Map<PodKey, string>()
  readonly #fromRecords: ReadonlySet<DesiredPod>
  #believedDirectory: string | null
  #directoryProblem: string | null = 'the manifests directory was not read yet'
  #wasTried = false

  constructor({ directory, policy, records, configs, believedDirectory }: ManifestBookParts) {
    this.#directory = directory
    this.#policy = policy
    this.#believedDirectory = believedDirectory
    this.#objects = new ObjectBook(configs)
    for (const file of storedFiles(records, configs)) {
      for (const { pod } of file.pods) this.#lastKnown.set(pod.key, pod)
      this.#lastGoodByFile.set(file.file, file)
      this.#remembered.add(file.file)
    }
    this.#inForce = new Map(this.#lastKnown)
    this.#fromRecords = new Set(this.#lastKnown.values())
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
    const before = { entries: this.#entries, inForce: this.#inForce }
    this.#entries = new Map(files.map((file) => [file.name, this.#read(file)]))
    this.#forgetVanished()
    const effective = [...this.#entries.values()].map((entry) => this.#effective(entry)).filter((file) => file !== null)
    const { pods, services, problems } = resolveDuplicates(effective, (key) => this.#lastKnown.get(key))
    this.#inForce = new Map()
    this.#duplicates = [...problems, ...this.#objects.resolve(effective)]
    this.#services = services
    this.#mentioned = mentionedPods(this.#entries.values())
    for (const pod of pods.values()) this.#putInForce(pod)
    this.#noteHidden(before)
  }

  /** A file that cannot be read has come: what stood elsewhere until then and is gone may stand there now. */
  #noteHidden(before: { entries: ReadonlyMap<string, Entry>; inForce: ReadonlyMap<PodKey, DesiredPod> }): void {
    for (const [key, file] of this.#hiddenIn) {
      if (this.#entries.get(file)?.scanned.kind !== 'unreadable') this.#hiddenIn.delete(key)
    }
    const arrived = [...this.#entries.values()].find(
      ({ scanned }) => scanned.kind === 'unreadable' && before.entries.get(scanned.name)?.scanned.kind !== 'unreadable',
    )
    if (arrived === undefined) return
    for (const key of before.inForce.keys()) {
      if (!this.#inForce.has(key)) this.#hiddenIn.set(key, arrived.scanned.name)
    }
  }

  /** The Services in force, by their keys: of a broken file those it last said well. */
  get services(): ReadonlyMap<PodKey, DesiredService> {
    return this.#services
  }

  /** Every pod that should exist. */
  keys(): Iterable<PodKey> {
    return this.#inForce.keys()
  }

  lastKnown(key: PodKey): DesiredPod | null {
    return this.#lastKnown.get(key) ?? null
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
      return why === null ? { kind: 'run', pod } : this.#hold(pod, 'file', why)
    }
    const brokenFile = this.#brokenFileOf(key, known?.file ?? origin?.file ?? null)
    if (brokenFile !== null) {
      this.#heldFor.set(key, brokenFile)
      return this.#hold(known, 'file', this.#whyHeld(brokenFile) ?? brokenFile)
    }
    if (known === null && origin?.isForeign === true) return this.#hold(null, 'stranger', whyStranger)
    return { kind: 'remove', pod: known }
  }

  #hold(pod: DesiredPod | null, cause: HoldCause, why: string): Desire {
    return { kind: 'hold', pod, isRemembered: pod !== null && this.#fromRecords.has(pod), cause, why }
  }

  /** The broken file that a pod without a manifest may stand in. */
  #brokenFileOf(key: PodKey, lastFile: string | null): string | null {
    const mentioned = this.#mentioned.get(key) ?? this.#hiddenIn.get(key)
    if (mentioned !== undefined) return mentioned
    if (lastFile !== null && this.#isBroken(lastFile)) return lastFile
    if (this.#lastKnown.has(key)) {
      for (const { scanned, problems } of this.#entries.values()) {
        if (problems.length > 0 && mayName(scanned, key)) return scanned.name
      }
    }
    return null
  }

  /** The pod is gone from the engine, too. */
  forget(key: PodKey): void {
    if (this.#inForce.has(key)) return
    this.#lastKnown.delete(key)
    this.#objects.forgetReader(key)
  }

  object(key: ConfigKey): ConfigObject | null {
    return this.#objects.inForce.get(key) ?? null
  }

  takeObjectChanges(): ReturnType<ObjectBook['takeChanges']> {
    return this.#objects.takeChanges()
  }

  /** Of an object that is not in force: why it may be there all the same. */
  whyUnknown(key: ConfigKey): string | null {
    for (const { scanned, problems } of this.#entries.values()) {
      const file = scanned.name
      const isUnseen = scanned.kind === 'unreadable' && (!this.#lastGoodByFile.has(file) || this.#remembered.has(file))
      if (problems.length > 0 && (isUnseen || mayName(scanned, key))) return this.#whyHeld(file)
    }
    return null
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
    return [...this.#entries.values()].flatMap((entry) => entry.decoded?.warnings ?? [])
  }

  /** Every problem there is, for the log. */
  problems(): Problem[] {
    return [...[...this.#entries.values()].flatMap((entry) => entry.problems), ...this.#duplicates]
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
    const decoded = warnedOfReaders(said, scanned.isReadableByOthers === true)
    if (decoded.problems.length > 0) return { scanned, decoded, problems: decoded.problems }
    this.#lastGoodByFile.set(file, decoded)
    this.#remembered.delete(file)
    return { scanned, decoded, problems: decoded.problems }
  }

  #effective(entry: Entry): DecodedFile | null {
    return this.#lastGoodByFile.get(entry.scanned.name) ?? null
  }

  #forgetVanished(): void {
    const isPresent = (file: string): boolean => (this.#entries.get(file)?.scanned.kind ?? 'ignored') !== 'ignored'
    for (const files of [this.#decodedByFile, this.#lastGoodByFile]) {
      for (const file of files.keys()) if (!isPresent(file)) files.delete(file)
    }
  }

  #isBroken(file: string): boolean {
    return this.#whyHeld(file) !== null
  }

  #whyHeld(file: string): string | null {
    const first = this.#entries.get(file)?.problems[0]
    if (first === undefined) return null
    const place = first.line === null ? file : `${file}:${first.line}:${first.column ?? 1}`
    const field = first.field === '' ? '' : ` ${first.field}:`
    return `${place}:${field} ${withSuggestion(first.message, first.suggestion)}`
  }

  #fileStatus(entry: Entry): ManifestStatus {
    const file = entry.scanned.name
    if (entry.scanned.kind === 'ignored') {
      const nothing = { pods: [], objects: [], problems: [], warnings: [] }
      return { file, state: 'ignored', reason: entry.scanned.reason, ...nothing }
    }
    const inForce = (this.#effective(entry)?.pods ?? [])
      .map(({ pod }) => pod.key)
      .filter((key) => this.#inForce.get(key)?.file === file)
    const held = [...this.#heldFor].filter(([, brokenFile]) => brokenFile === file).map(([key]) => key)
    const pods = [...inForce, ...held]
    const problems = [...entry.problems, ...this.#duplicates.filter((problem) => problem.file === file)]
    const objects = (this.#effective(entry)?.objects ?? [])
      .map(({ object }) => object.key)
      .filter((key) => this.#objects.inForce.get(key)?.file === file)
    const inForceCount = pods.length + objects.length
    const state = fileState(entry.problems, problems, inForceCount)
    const isHeld = state === 'ok' && inForceCount > 0 && this.#directoryProblem !== null
    const warnings = entry.decoded?.warnings ?? []
    const shown = withSourceText(entry.scanned, problems)
    return { file, state: isHeld ? 'held' : state, reason: null, pods, objects, problems: shown, warnings }
  }
}

/** A file whose only fault is that its pod runs from another file is refused; if some of its pods run, it is ok with problems. */
function fileState(own: readonly Problem[], all: readonly Problem[], inForceCount: number): ManifestStatus['state'] {
  if (all.length === 0) return 'ok'
  if (inForceCount === 0) return 'refused'
  return own.length > 0 ? 'held' : 'ok'
}
