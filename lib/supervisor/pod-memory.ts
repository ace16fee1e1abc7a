/** Everything known of one pod: what the engine, the state folder and the actions told. Only its worker writes here. */

import { actionKey, wasStopped, type Action, type Failure, type ObservedPod, type PlanContext } from '../plan/index.js'
import {
  podUid,
  unreachable,
  type ContainerFacts,
  type ContainerId,
  type ObservedContainer,
  type PodkeepError,
  type PodKey,
  type PodRecord,
  type PodUid,
} from '../pod/index.js'
import type { Clock } from '../ports/index.js'
import { begunBefore, hasBegunHook, hasEndedHook, hasStarted, wasSignalled } from './container-changes.js'
import type { Discreet } from './discretion.js'
import { EnvFiles } from './env-files.js'
import { Failures } from './failures.js'
import { KnownVolumes } from './known-volumes.js'
import { Lookups } from './lookups.js'
import { asRecorded, endedBeside, observe, remember } from './observation.js'
import type { Around } from './around.js'
import type { Origin } from './manifest-entry.js'
import type { Outcome } from './outcome.js'

export class PodMemory {
  readonly key: PodKey
  readonly #clock: Clock
  readonly #newUid: () => string
  readonly #discreet: Discreet
  readonly #containers = new Map<ContainerId, ObservedContainer>()
  readonly #firstSeenTickMs = new Map<ContainerId, number>()
  /** An answer that was under way when a container was removed must not bring it back. Ids are never used again. */
  readonly #removedTickMs = new Map<ContainerId, number>()
  /** Whose removal podkeep asked for, until they are gone: the engine may carry it out though its answer was lost. */
  readonly #removalAsked = new Set<ContainerId>()
  readonly inFlight = new Set<string>()
  readonly #failures: Failures
  readonly #lookups: Lookups
  readonly #volumes: KnownVolumes
  readonly #envFiles = new EnvFiles()
  readonly #volumeUids = new Set<PodUid>()
  readonly #doomedUids = new Set<PodUid>()
  #record: PodRecord | null = null
  /** What the record tells of ended containers. */
  #ended: readonly ObservedContainer[] = []
  #freshUid: PodUid
  #seenAtMs: number
  #recordedStartTickMs: number | null = null
  #editedTickMs: number | null = null

  constructor(key: PodKey, clock: Clock, newUid: () => string, discreet: Discreet) {
    this.key = key
    this.#discreet = discreet
    this.#clock = clock
    this.#failures = new Failures(clock)
    this.#lookups = new Lookups(clock)
    this.#volumes = new KnownVolumes(clock)
    this.#newUid = newUid
    this.#freshUid = podUid(newUid())
    this.#seenAtMs = clock.wallMs()
  }

  get observed(): ObservedPod {
    const containers = [...this.#containers.values()]
    return { key: this.key, containers: [...containers, ...endedBeside(containers, this.#ended)].map(this.#discreet) }
  }

  /**
   * Where the state folder or, without it, its containers say it came from; those keep the name the file had when they were made.
   * Asked of every pod at every change in the directory.
   */
  get origin(): Origin | null {
    if (this.#record !== null) return { file: this.#record.file, isForeign: false }
    let origin: Origin | null = null
    for (const { file, isForeign } of this.#containers.values()) {
      if (origin === null || origin.isForeign) origin = { file, isForeign }
    }
    return origin
  }

  /** A removal has begun, or has nothing left to do: there is no pod any more that could be kept. */
  get isBeyondHolding(): boolean {
    return this.#doomedUids.size > 0 || (this.#containers.size === 0 && this.#record === null)
  }

  get record(): PodRecord | null {
    return this.#record
  }

  /** Nothing of the pod is left anywhere. */
  get isEmpty(): boolean {
    return (
      this.#containers.size === 0 && this.#record === null && this.#volumeUids.size === 0 && this.inFlight.size === 0
    )
  }

  /** The pod has, had or may yet get volumes under this uid. */
  claims(uid: PodUid): boolean {
    return uid === this.#freshUid || this.holds(uid)
  }

  holds(uid: PodUid): boolean {
    return this.#volumeUids.has(uid) || this.#doomedUids.has(uid)
  }

  context(around: Around): PlanContext {
    return {
      ...around,
      nowTickMs: this.#clock.tickMs(),
      bootId: this.#clock.bootId,
      seenAtMs: this.#seenAtMs,
      recordedStartTickMs: this.#recordedStartTickMs,
      freshUid: this.#freshUid,
      editedTickMs: this.#editedTickMs,
      inFlight: this.inFlight,
      failures: this.#failures.byKey,
      images: this.#lookups.images,
      pulled: this.#lookups.pulled,
      ...this.#volumes.facts,
      envFiles: this.#envFiles.facts,
      profiles: this.#lookups.profiles,
      podCgroups: this.#lookups.podCgroups,
      volumeUids: this.#volumeUids,
      doomedUids: this.#doomedUids,
      record: this.#record,
    }
  }

  container(id: ContainerId): ObservedContainer | undefined {
    const known = this.#containers.get(id)
    return known === undefined ? undefined : this.#discreet(known)
  }

  /** @returns whether anything changed. */
  observe(facts: ContainerFacts): boolean {
    if (this.#removedTickMs.has(facts.id)) return false
    const known = this.#containers.get(facts.id)
    const told = known === undefined ? asRecorded(facts, this.#ended) : facts
    const seen = observe(known, told, this.#clock)
    if (seen === null) return false
    const isNew = known === undefined
    const next = isNew ? { ...seen, ...begunBefore(facts, this.#record, this.#clock) } : seen
    this.#containers.set(facts.id, next)
    if (isNew) this.#firstSeenTickMs.set(facts.id, this.#clock.tickMs())
    this.#volumeUids.add(facts.podUid)
    return isNew || JSON.stringify(known) !== JSON.stringify(next)
  }

  forget(id: ContainerId): boolean {
    this.#removedTickMs.set(id, this.#clock.tickMs())
    this.#failures.forgetContainer(id)
    this.#firstSeenTickMs.delete(id)
    this.#removalAsked.delete(id)
    return this.#containers.delete(id)
  }

  asksRemoval(id: ContainerId): void {
    this.#removalAsked.add(id)
  }

  isRemovalAsked(id: ContainerId): boolean {
    return this.#removalAsked.has(id)
  }

  /** Its end is podkeep's doing; the event often comes before the answer to the signal. */
  isEndAsked(id: ContainerId): boolean {
    const known = this.#containers.get(id)
    if (known !== undefined && wasStopped(known)) return true
    return this.#removalAsked.has(id) || [...this.inFlight].some((key) => key.startsWith(`KillContainer ${id} `))
  }

  /** A whole list of the engine's containers of this pod, asked for at `askedAtTickMs`: what was known then and is not in it is gone. */
  resync(listed: readonly ContainerFacts[], askedAtTickMs: number): boolean {
    const ids = new Set(listed.map((facts) => facts.id))
    const missing = [...this.#firstSeenTickMs].filter(([id, tickMs]) => !ids.has(id) && tickMs < askedAtTickMs)
    for (const [id] of missing) this.forget(id)
    for (const [id, tickMs] of this.#removedTickMs) if (tickMs < askedAtTickMs) this.#removedTickMs.delete(id)
    const changed = listed.filter((facts) => this.observe(facts))
    return missing.length + changed.length > 0
  }

  restore(record: PodRecord): void {
    this.#volumes.restore(record)
    // A time in the future is now.
    this.#seenAtMs = Math.min(this.#seenAtMs, record.seenAtMs ?? this.#seenAtMs)
    this.#setRecord(record)
  }

  /** Another manifest: what failed is tried again at once, and an image is asked for anew. */
  startOver(): void {
    this.configChanged()
    this.#lookups.pulled.clear()
    this.#envFiles.clear()
  }

  /** A ConfigMap or Secret that it refers to changed: what failed is tried again at once. */
  configChanged(): void {
    this.#failures.clear()
    this.#editedTickMs = this.#clock.tickMs()
  }

  /** What was prepared is not there any more: it is prepared again. */
  forgetVolumes(): void {
    this.#volumes.forgetPaths()
  }

  /** @returns whether the image was believed to be there */
  lacks(image: string): boolean {
    return this.#lookups.lacks(image)
  }

  forgetEngineFailures(): void {
    this.#failures.forgetEngines()
  }

  /** The pod's removal has begun. What comes after it is another pod. */
  doom(): void {
    this.#seenAtMs = this.#clock.wallMs()
    for (const { podUid: uid } of this.#containers.values()) this.#doomedUids.add(uid)
    if (this.#record !== null) this.#doomedUids.add(this.#record.uid)
    if (this.#doomedUids.has(this.#freshUid)) this.#freshUid = podUid(this.#newUid())
  }

  /** It is under way from now on. */
  began(action: Action): void {
    this.inFlight.add(actionKey(action))
    if (action.kind === 'StartContainer') this.#change(action.id, () => ({ startedHere: true }))
    if (action.kind === 'RunHook') this.#change(action.id, (known) => hasBegunHook(known, action.hook, this.#clock))
  }

  succeeded(action: Action, outcome: Outcome): void {
    this.#failures.succeeded(action)
    if (action.kind === 'CreateContainer') this.#envFiles.forgetContainer(action.spec.identity)
    this.#apply(outcome)
  }

  failed(action: Action, error: PodkeepError): Failure {
    return this.#failures.add(action, error)
  }

  #apply(outcome: Outcome): void {
    switch (outcome.kind) {
      case 'container':
        this.observe(outcome.facts)
        this.#change(outcome.facts.id, () => ({ madeHere: true }))
        return
      case 'started':
        this.#change(outcome.id, (known) => hasStarted(known, outcome, this.#clock))
        return
      case 'told':
        this.#change(outcome.id, () => ({ told: outcome.told }))
        return
      case 'signalled':
        this.#change(outcome.id, (known) => wasSignalled(known, outcome, this.#clock))
        return
      case 'hook':
        this.#change(outcome.id, (known) => hasEndedHook(known, outcome, this.#clock))
        return
      case 'seen':
        if (outcome.facts === null) this.forget(outcome.id)
        else this.observe(outcome.facts)
        this.#failures.startSeen(outcome.id)
        return
      case 'gone':
        this.forget(outcome.id)
        return
      case 'resources':
        this.#change(outcome.id, () => ({ resources: outcome.resources }))
        return
      case 'names':
        this.#change(outcome.id, () => ({ names: outcome.entries }))
        return
      case 'image':
      case 'pulled':
      case 'profile':
      case 'podCgroup':
        this.#lookups.found(outcome)
        return
      case 'volume':
        this.#volumes.prepared(outcome.key, outcome.path, outcome.digest)
        this.#volumeUids.add(outcome.uid)
        if (outcome.hasOld === true) this.#volumes.hasOld(outcome.uid)
        return
      case 'resized':
      case 'oldVolumesRemoved':
      case 'measured':
      case 'containerMeasured':
        this.#volumes.found(outcome)
        return
      case 'envFile':
        this.#envFiles.add(outcome.key, { text: outcome.text, atTickMs: this.#clock.tickMs() })
        return
      case 'terminationMessage':
        this.#change(outcome.id, (known) => (known.state === 'exited' ? { message: outcome.message } : {}))
        return
      case 'volumesRemoved':
        this.#volumesRemoved(outcome)
        return
      case 'record':
        this.#setRecord(outcome.record)
        return
      default:
        unreachable(outcome)
    }
  }

  #change(id: ContainerId, change: (known: ObservedContainer) => Partial<ObservedContainer>): void {
    const known = this.#containers.get(id)
    if (known !== undefined) this.#containers.set(id, { ...known, ...change(known) })
  }

  /** A pod that was put out is the same when it is back. */
  #volumesRemoved({ uid, eviction }: Outcome & { kind: 'volumesRemoved' }): void {
    if (eviction === null) this.#volumeUids.delete(uid)
    this.#settleDoomed()
    this.#volumes.removed(uid, eviction)
    this.#envFiles.forgetPod(uid)
  }

  #setRecord(record: PodRecord | null): void {
    const before = new Map(this.#ended.map((one) => [one.id, one]))
    const ended = record?.ended ?? []
    this.#ended = ended.map((facts) =>
      remember(facts, this.#containers.get(facts.id) ?? before.get(facts.id), this.#clock),
    )
    if (record?.startedAtMs !== this.#record?.startedAtMs) this.#recordedStartTickMs = startTickOf(record, this.#clock)
    this.#record = record
    if (record !== null) this.#volumeUids.add(record.uid)
    this.#settleDoomed()
  }

  /** Nothing is left of a pod without files and record; its containers went before those. */
  #settleDoomed(): void {
    for (const uid of this.#doomedUids) {
      if (!this.#volumeUids.has(uid) && this.#record?.uid !== uid) this.#doomedUids.delete(uid)
    }
  }
}

/** Computed once: clocks are set. A time in the future is now. */
function startTickOf(record: PodRecord | null, clock: Clock): number | null {
  if (record?.startedAtMs === undefined) return null
  return clock.tickMs() - Math.max(0, clock.wallMs() - record.startedAtMs)
}
