/**
 * Who is next: takes what the directory, the engine and the state folder tell to the worker of the pod it is about.
 * Decides nothing about any pod.
 */

import { takenClaims, takenPorts, type Desire } from '../plan/index.js'
import {
  podKey,
  type DesiredClaim,
  type ContainerFacts,
  type ContainerId,
  type ContainerIdentity,
  type EventReason,
  type EventType,
  type PodKey,
} from '../pod/index.js'
import type { DirectoryScan, EngineInfo, Prober, RuntimeEvent, StatusBoard } from '../ports/index.js'
import { isReadyFor, uidHolder } from './among-workers.js'
import { BelievedKeeper } from './believed-keeper.js'
import { statusBoard } from './board.js'
import { Changes } from './changes.js'
import { ClaimLook } from './claim-look.js'
import { configView } from './config-view.js'
import { CronJobs } from './cron-jobs.js'
import { EngineLink } from './engine-link.js'
import { Inspections } from './inspections.js'
import { Keepers } from './keepers.js'
import { ManifestBook } from './manifest-book.js'
import { machineOf } from './around.js'
import { Neighbours } from './neighbours.js'
import { isNews } from './news.js'
import { removeOrphans } from './orphans.js'
import { PodWorker } from './pod-worker.js'
import { contenderOf, contendersOf } from './contenders.js'
import { ProblemLog } from './problem-log.js'
import { Pulls } from './pulls.js'
import { Rollouts } from './rollouts.js'
import { loadStored } from './stored-files.js'
import type { SupervisorParts } from './supervisor-parts.js'
import { Turnstile } from './turnstile.js'
import type { WorkerParts } from './worker-parts.js'

/** How many containers the engine makes, starts or removes at a time; more only makes it slower. */
const parallelEngineCalls = 8
const noClaims: ReadonlyMap<PodKey, DesiredClaim> = new Map()

export class Supervisor {
  readonly board: StatusBoard
  readonly #parts: SupervisorParts
  readonly #workers = new Map<PodKey, PodWorker>()
  readonly #workerParts: WorkerParts
  readonly #link: EngineLink
  readonly #prober: Prober
  readonly #keepers: Keepers
  readonly #neighbours: Neighbours
  readonly #cronJobs: CronJobs
  readonly #rollouts: Rollouts
  #book: ManifestBook | null = null
  #engine: EngineInfo | null = null
  #isEngineUp = false
  #isStopping = false
  #hasScanned = false
  #hasSweptOrphans = false
  readonly #believed: BelievedKeeper
  readonly #changes = new Changes()
  readonly #problemLog: ProblemLog
  readonly #inspections: Inspections
  readonly #claimLook: ClaimLook

  constructor(parts: SupervisorParts) {
    this.#parts = parts
    const { runtime, clock, logger } = parts
    this.#problemLog = new ProblemLog(logger, parts.events)
    this.#prober = parts.newProber({
      onVerdict: (key) => this.#workers.get(key)?.nudge(),
      onAnswer: (key, answer) => this.#workers.get(key)?.probed(answer),
      onAsked: (...answered) => parts.tally.probed(...answered),
    })
    this.#keepers = new Keepers(parts, () => this.#book)
    this.#believed = new BelievedKeeper(parts)
    this.#neighbours = new Neighbours(() => [...this.#workers.values()].forEach((worker) => worker.nudge()))
    const pulls = new Pulls(runtime, clock, logger)
    this.#workerParts = {
      ...parts,
      pulls,
      turnstile: new Turnstile(parallelEngineCalls),
      machine: () => machineOf(parts, this.#engine),
      uidHolder: (uid, key) => uidHolder(this.#workers, uid, key),
      takenClaims: (worker) =>
        takenClaims(contenderOf(worker), contendersOf(this.#workers.values()), this.#book?.claims ?? noClaims),
      takenPorts: (worker) => takenPorts(contenderOf(worker), contendersOf(this.#workers.values())),
      prober: this.#prober,
      config: configView(parts.digestKey, () => this.#book),
      neighbours: this.#neighbours,
      isReady: (key, asker) => isReadyFor(this.#workers.get(key), asker),
      onUnknownContainer: () => this.#link.lookSoon(),
      onGone: (key) => this.#gone(key),
      onChange: (key) => {
        this.#changes.tell({ kind: 'pod', key })
        this.#rollouts.changed(key)
        if (this.#workers.get(key)?.pod?.owner?.kind === 'CronJob') this.#cronJobs.nudge()
      },
    }
    this.#link = new EngineLink({
      runtime,
      clock,
      logger,
      listener: {
        onUp: (info, listed, askedAtTickMs) => this.#onEngineUp(info, listed, askedAtTickMs),
        onDown: () => this.#onEngineDown(),
        onEvent: (event) => this.#onEvent(event),
        onResync: (listed, askedAtTickMs) => this.#onResync(listed, askedAtTickMs),
      },
    })
    this.#inspections = new Inspections({
      runtime,
      logger,
      onSeen: (id, facts) => this.#onSeen(id, facts),
      onFailed: () => this.#link.lookSoon(),
    })
    this.#claimLook = new ClaimLook({
      runtime,
      logger,
      isWanted: () => this.#isEngineUp && this.#hasScanned && !this.#isStopping && this.#book?.storage.isOpen === true,
      onSeen: (claims) => {
        for (const { name, boundTo } of this.#book?.storage.decide(claims) ?? [])
          logger.info({ claim: boundTo, volume: name }, 'claim is bound to its PersistentVolume')
        this.#keepers.note([])
        for (const worker of this.#inOrderOfStart()) this.#tellDesire(worker)
        if (this.#book !== null) this.#problemLog.warn(this.#book.warnings())
      },
      onFailed: () => this.#link.lookSoon(),
    })
    this.#cronJobs = new CronJobs({
      records: parts.cronRecords,
      clock,
      logger,
      book: () => this.#book,
      isSettled: () => this.#isEngineUp && this.#hasScanned && !this.#isStopping,
      viewOf: (key) => this.#workers.get(key)?.view ?? null,
      onRuns: (keys) => {
        for (const key of keys) this.#tellDesire(this.#worker(key))
      },
    })
    this.#rollouts = new Rollouts({
      clock,
      workers: this.#workers,
      newest: (key) => this.#book?.lastKnown(key) ?? null,
      withStorage: (pod) => this.#book?.storage.withStorage(pod) ?? pod,
      isSettled: () => this.#isEngineUp,
      onTurn: (key) => this.#tellDesire(this.#worker(key)),
    })
    this.board = statusBoard({
      workers: this.#workers,
      pulls,
      book: () => this.#book,
      link: this.#link,
      directory: parts.source.directory,
      hostIP: parts.hostIP,
      clock,
      changes: this.#changes,
      engineVersion: () => (this.#engine === null ? '' : `docker://${this.#engine.version}`),
    })
  }

  /** Resolves when the first look is under way; the engine may still be away. */
  async start(): Promise<void> {
    const stored = await loadStored(this.#parts)
    const { records, cronRecords } = stored
    const believedDirectory = await this.#parts.believedDirectory.load()
    const { source, policy } = this.#parts
    this.#book = new ManifestBook({ directory: source.directory, policy, stored, believedDirectory })
    this.#keepers.restored()
    for (const record of records) this.#worker(record.key).memory.restore(record)
    for (const { key } of records) this.#rollouts.remember(this.#book.lastKnown(key))
    this.#cronJobs.restore(cronRecords)
    this.#link.start()
    await this.#parts.source.start((scan) => this.#onScan(scan))
  }

  /** Stops every pod with its grace period; they run again at the next start. Then closes. */
  async stopPods(): Promise<void> {
    this.#isStopping = true
    await this.#parts.source.close()
    const ours = [...this.#workers.values()].filter((worker) => worker.memory.origin?.isForeign !== true)
    await Promise.all(ours.map((worker) => worker.stop()))
    await this.close()
  }

  /** Leaves the pods running. */
  async close(): Promise<void> {
    this.#isStopping = true
    this.#cronJobs.close()
    this.#rollouts.close()
    for (const worker of this.#workers.values()) worker.close()
    this.#prober.close()
    this.#keepers.close()
    await this.#parts.source.close()
    await this.#link.close()
  }

  #worker(key: PodKey): PodWorker {
    const known = this.#workers.get(key)
    if (known !== undefined) return known
    const worker = new PodWorker(key, this.#workerParts)
    this.#workers.set(key, worker)
    if (this.#isEngineUp) worker.engineUp([], this.#parts.clock.tickMs())
    return worker
  }

  #onScan(scan: DirectoryScan): void {
    if (this.#book === null || this.#isStopping) return
    this.#hasScanned = true
    const edited = this.#book.update(scan)
    this.#changes.tell({ kind: 'manifests' })
    this.#believed.keep(this.#book.believedDirectory)
    this.#tellReaders(this.#book)
    const { isComplete, services } = this.#book
    // Where nothing is remembered of a directory that cannot be read, what stands in hosts files may be right.
    if (isComplete || services.size > 0) this.#neighbours.serve([...services.values()])
    if (edited !== null) {
      for (const key of edited) this.#tellDesire(this.#worker(key))
      return
    }
    for (const key of this.#book.keys()) this.#worker(key)
    for (const worker of this.#inOrderOfStart()) this.#tellDesire(worker)
    this.#logProblems(this.#book, scan)
    this.#cronJobs.nudge()
    this.#sweepOrphans()
  }

  #tellReaders(book: ManifestBook): void {
    const { objects, readers } = book.takeObjectChanges()
    this.#keepers.note(objects)
    for (const worker of readers.flatMap((key) => this.#workers.get(key) ?? [])) {
      worker.memory.configChanged()
      this.#tellDesire(worker)
      worker.nudge()
    }
  }

  #tellDesire(worker: PodWorker): void {
    if (this.#book === null || this.#isStopping) return
    const { key, origin } = worker.memory
    const desire: Desire | null = this.#book.desireFor(key, origin)
    if (desire !== null) worker.want(this.#rollouts.desireFor(worker, desire), this.#book.lastKnown(key))
    this.#claimLook.ask()
  }

  #onEngineUp(info: EngineInfo, listed: readonly ContainerFacts[], askedAtTickMs: number): void {
    this.#engine = info
    this.#isEngineUp = true
    this.#neighbours.engineUp()
    this.#recordNode('Normal', 'NodeReady', `the engine is ready: ${info.name} ${info.version}`)
    this.#cronJobs.nudge()
    for (const [worker, facts] of this.#byWorker(listed)) {
      worker.engineUp(facts, askedAtTickMs)
      this.#tellDesire(worker)
    }
    this.#sweepOrphans()
  }

  #onResync(listed: readonly ContainerFacts[], askedAtTickMs: number): void {
    for (const [worker, facts] of this.#byWorker(listed)) {
      worker.resync(facts, askedAtTickMs)
      this.#tellDesire(worker)
    }
  }

  #onEngineDown(): void {
    this.#isEngineUp = false
    if (!this.#isStopping) this.#recordNode('Warning', 'NodeNotReady', 'the engine is away')
    for (const worker of this.#workers.values()) worker.engineDown()
  }

  #recordNode(type: EventType, reason: EventReason, message: string): void {
    this.#parts.events.record({ kind: 'Node' }, { type, reason, message, fieldPath: '' })
  }

  /** Every worker with its part of the list, an empty one too. */
  #byWorker(listed: readonly ContainerFacts[]): [PodWorker, ContainerFacts[]][] {
    const byKey = new Map<PodKey, ContainerFacts[]>()
    for (const facts of listed) {
      const key = keyOf(facts)
      this.#worker(key)
      byKey.set(key, [...(byKey.get(key) ?? []), facts])
    }
    return this.#inOrderOfStart().map((worker) => [worker, byKey.get(worker.memory.key) ?? []])
  }

  /** Who is told first plans first, and is first in the queue for the engine: the higher priority, then the first by name. */
  #inOrderOfStart(): PodWorker[] {
    const priorityOf = ({ memory }: PodWorker): number => this.#book?.lastKnown(memory.key)?.priority ?? 0
    const byName = (a: PodWorker, b: PodWorker): number => (a.memory.key < b.memory.key ? -1 : 1)
    return [...this.#workers.values()].sort((a, b) => priorityOf(b) - priorityOf(a) || byName(a, b))
  }

  #onEvent(event: RuntimeEvent): void {
    const key = keyOf(event.identity)
    if (event.kind === 'removed') {
      this.#workers.get(key)?.forget(event.id)
      return
    }
    if (isNews(this.#workers.get(key)?.memory, event)) this.#inspections.look(event.id)
  }

  #onSeen(id: ContainerId, facts: ContainerFacts | null): void {
    if (facts === null) {
      for (const worker of this.#workers.values()) worker.forget(id)
      return
    }
    const worker = this.#worker(keyOf(facts))
    worker.observe(facts)
    if (worker.desire?.kind !== 'run') this.#tellDesire(worker)
  }

  #gone(key: PodKey): void {
    this.#workers.get(key)?.close()
    this.#workers.delete(key)
    this.#book?.forget(key)
    this.#parts.tally.podGone(key)
    this.#parts.logger.info({ pod: key }, 'pod is gone')
    this.#changes.tell({ kind: 'pod', key })
  }

  #logProblems(book: ManifestBook, scan: DirectoryScan): void {
    this.#problemLog.tell(book.problems(), (pod) => this.#workers.has(pod))
    this.#problemLog.warn(book.warnings())
    this.#problemLog.tellDirectory(book.directoryProblem, scan.kind === 'unreadable')
  }

  #sweepOrphans(): void {
    if (this.#hasSweptOrphans || this.#book?.isComplete !== true || !this.#isEngineUp) return
    this.#hasSweptOrphans = true
    removeOrphans(this.#parts, (uid) => [...this.#workers.values()].some((worker) => worker.claims(uid)))
  }
}

function keyOf(identity: ContainerIdentity): PodKey {
  return podKey(identity.namespace, identity.podName)
}
