/**
 * One pod's worker: the only one that plans for it and the only one that writes what is known of it.
 *
 * W1  It never waits: actions run beside each other, each result plans again.
 * W2  It plans only when the directory was read once and the engine was listed once since it came (back).
 * W3  It holds at most one timer.
 */

import {
  actionKey,
  isMoving,
  planPod,
  viewPod,
  type Action,
  type Desire,
  type PlanContext,
  type PodView,
  type Wait,
} from '../plan/index.js'
import {
  changedFields,
  invariant,
  PodkeepError,
  type ContainerFacts,
  type ContainerId,
  type DesiredPod,
  type PodKey,
  type PodUid,
} from '../pod/index.js'
import type { ProbeAnswer } from '../ports/index.js'
import { discreetAnswer, discreetContainer, executeDiscreetly, type Confidant } from './discretion.js'
import { PodMemory } from './pod-memory.js'
import { PodTimer } from './pod-timer.js'
import { tellNeighbours } from './endpoint.js'
import { addressOf, probedContainers } from './probing.js'
import { RevisionWatch } from './revision-watch.js'
import { isSameDesire } from './same-desire.js'
import { Telling } from './telling.js'
import type { UnderWay } from './under-way.js'
import type { WorkerParts } from './worker-parts.js'

/** What a pod waits for of others, where that is no matter. */
const nobodyElse: Pick<PlanContext, 'unreadyDependencies' | 'takenClaims' | 'takenPorts'> = {
  unreadyDependencies: [],
  takenClaims: new Map(),
  takenPorts: [],
}

export class PodWorker {
  readonly memory: PodMemory
  readonly #parts: WorkerParts
  #desire: Desire | null = null
  #pod: DesiredPod | null = null
  #isEngineUp = false
  #isScheduled = false
  #isClosed = false
  #isMet = false
  readonly #timer: PodTimer
  #waits: readonly Wait[] = []
  #onStopped: (() => void) | null = null
  readonly #telling: Telling
  readonly #revisions: RevisionWatch
  /** When each action that is under way began. */
  readonly #underWay = new Map<string, UnderWay>()

  constructor(key: PodKey, parts: WorkerParts) {
    this.memory = new PodMemory(key, parts.clock, parts.newUid, (seen) => discreetContainer(seen, this.#confidant))
    this.#parts = parts
    this.#timer = new PodTimer(parts.clock, () => this.nudge())
    const { logger, clock, events, revisions, tally } = parts
    this.#telling = new Telling({ key, logger, clock, events, tally, pod: () => this.#pod, uid: () => this.#uid })
    this.#revisions = new RevisionWatch(key, revisions, clock)
  }

  get desire(): Desire | null {
    return this.#desire
  }

  /** When it should look at its pod at the latest; null: nothing is due. */
  get dueTickMs(): number | null {
    return this.#timer.dueTickMs
  }

  get underWay(): Iterable<UnderWay> {
    return this.#underWay.values()
  }

  /** As last known, also while it is being removed. */
  get pod(): DesiredPod | null {
    return this.#pod
  }

  /** What a plan, and the status, is made from beside the containers. */
  get context(): PlanContext {
    return this.#context({
      unreadyDependencies: (this.#pod?.dependsOn ?? []).filter((key) => !this.#parts.isReady(key, this.#pod)),
      takenClaims: this.#parts.takenClaims(this),
      takenPorts: this.#parts.takenPorts(this),
    })
  }

  /** As it stands, whatever others wait for; null while nothing is known of what is wanted. */
  get view(): PodView | null {
    return this.#pod === null ? null : viewPod(this.#pod, this.memory.observed, this.#context(nobodyElse))
  }

  #context(others: typeof nobodyElse): PlanContext {
    const uid = this.#pod?.uid ?? null
    const holder = uid === null || this.memory.holds(uid) ? null : this.#parts.uidHolder(uid, this.memory.key)
    return this.memory.context({
      ...this.#parts.machine(),
      config: this.#parts.config,
      uidHolder: holder,
      verdicts: this.#parts.prober.verdicts(this.memory.key),
      address: addressOf(this.#pod, this.memory.observed),
      ...others,
      services: this.#parts.neighbours.facts,
    })
  }

  get waits(): readonly Wait[] {
    return this.#waits
  }

  want(desire: Desire, lastKnown: DesiredPod | null): void {
    if (this.#desire !== null && isSameDesire(this.#desire, desire)) return
    // A removal that has begun is finished: a file that breaks meanwhile has nothing left to hold.
    if (this.#desire?.kind === 'remove' && desire.kind === 'hold' && this.memory.isBeyondHolding) return
    if (this.#desire?.kind !== desire.kind) this.#telling.desires(this.#desire, desire)
    const pod = desire.kind === 'run' || desire.kind === 'hold' ? desire.pod : lastKnown
    if (pod !== null && pod !== this.#pod) {
      if (this.#pod !== null) {
        const changes = changedFields(this.#pod.manifest, pod.manifest)
        // Its file may have changed beside it: then nothing that failed has become another matter.
        const isOtherStorage = pod.manifest === this.#pod.manifest
        if (changes.length > 0 || isOtherStorage) this.memory.startOver()
        if (desire.kind === 'run' && !isOtherStorage) this.#telling.isEdited(changes)
      }
      this.#pod = pod
    }
    this.#revisions.desires(this.#desire, desire)
    this.#desire = desire
    this.nudge()
  }

  /** Resolves when none of its containers runs any more, or when the engine is away and nothing can be done. */
  stop(): Promise<void> {
    const stopped = new Promise<void>((resolve) => (this.#onStopped = resolve))
    this.want({ kind: 'stop', pod: this.#pod }, this.#pod)
    if (!this.#isEngineUp) this.#onStopped?.()
    return stopped
  }

  /** The pod has, had or may yet get volumes under this uid. */
  claims(uid: PodUid): boolean {
    return this.#pod?.uid === uid || this.memory.claims(uid)
  }

  observe(facts: ContainerFacts): void {
    const known = this.memory.container(facts.id)
    if (!this.memory.observe(facts)) return
    if (facts.state === 'exited' && known?.state === 'running')
      this.#telling.ended(discreetContainer(facts, this.#confidant), this.memory.isEndAsked(facts.id))
    this.nudge()
  }

  /** The engine no longer has it. */
  forget(id: ContainerId): void {
    const known = this.memory.container(id)
    if (known === undefined) return
    if (!this.memory.isRemovalAsked(id)) this.#telling.removedByOther(known)
    this.memory.forget(id)
    this.nudge()
  }

  /** What a probe found, for people; what follows from it the plan says. */
  probed(answer: ProbeAnswer): void {
    this.#telling.probed(discreetAnswer(answer, this.#confidant))
  }

  engineUp(listed: readonly ContainerFacts[], askedAtTickMs: number): void {
    this.#isEngineUp = true
    this.memory.resync(listed, askedAtTickMs)
    this.memory.forgetEngineFailures()
    this.nudge()
  }

  resync(listed: readonly ContainerFacts[], askedAtTickMs: number): void {
    if (this.memory.resync(listed, askedAtTickMs)) this.nudge()
  }

  engineDown(): void {
    this.#isEngineUp = false
    this.#onStopped?.()
    this.#timer.cancel()
  }

  /** Nothing is being done about it, and nothing happened that it has not planned for. */
  get isStill(): boolean {
    return this.#desire !== null && !this.#isScheduled && this.#underWay.size === 0
  }

  /** Plans again, soon, however often this is called until then. */
  nudge(): void {
    if (this.#isScheduled || this.#isClosed) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      this.#work()
    })
  }

  close(): void {
    this.#isClosed = true
    this.#onStopped?.()
    this.#timer.cancel()
    this.#parts.prober.watch(this.memory.key, [])
    this.#parts.neighbours.tell(this.memory.key, null)
  }

  #work(): void {
    if (this.#isClosed || this.#desire === null || !this.#isEngineUp) return
    this.#watchProbes()
    this.#meet(this.#desire)
    tellNeighbours(this, this.#parts)
    const context = this.context
    const plan = planPod(this.#desire, this.memory.observed, context)
    if (this.#desire.kind === 'remove') {
      if (plan.actions.length > 0) this.memory.doom()
      if (plan.actions.length === 0 && plan.waits.length === 0 && this.memory.isEmpty) {
        this.#parts.onGone(this.memory.key)
        return
      }
    }
    const isStill = plan.actions.length === 0 && plan.waits.length === 0 && !isMoving(this.memory.inFlight)
    if (this.#desire.kind === 'stop' && isStill) this.#onStopped?.()
    this.#waits = plan.waits
    this.#telling.waits(plan.waits)
    this.#revisions.planned(() => this.view, plan.waits)
    this.#timer.set(plan.waits, context.nowTickMs)
    for (const action of plan.actions) this.#start(action)
    this.#parts.onChange(this.memory.key)
  }

  /** A pod of which nothing was there when podkeep saw it first is new. */
  #meet({ kind }: Desire): void {
    if (this.#isMet) return
    this.#isMet = true
    const { record, observed } = this.memory
    const isNew = kind === 'run' && record === null && observed.containers.length === 0
    this.#telling.meets(isNew ? this.#parts.machine().nodeName : null)
  }

  /** Before each plan: what is new to the probes has a verdict then. */
  #watchProbes(): void {
    const isEnding = this.#desire?.kind === 'remove' || this.#desire?.kind === 'stop'
    const probed = probedContainers(this.#pod, this.memory.observed, { isEnding, record: this.memory.record })
    this.#parts.prober.watch(this.memory.key, probed)
  }

  #start(action: Action): void {
    const key = actionKey(action)
    invariant(!this.memory.inFlight.has(key), `${key} is not under way twice`)
    this.memory.began(action)
    // When its hook began is to be remembered while it runs.
    if (action.kind === 'RunHook') this.nudge()
    if (action.kind === 'RemoveContainer') this.memory.asksRemoval(action.id)
    const startedTickMs = this.#parts.clock.tickMs()
    this.#underWay.set(key, { action, startedTickMs })
    this.#telling.begins(action, this.#failedProbe(action))
    const made = 'id' in action ? this.memory.container(action.id) : undefined
    executeDiscreetly(action, this.#parts, { ...this.#confidant, made })
      .then((outcome) => {
        if (outcome.kind === 'seen' && outcome.facts !== null) this.observe(outcome.facts)
        else if (outcome.kind !== 'seen') this.#telling.done(action, this.#parts.clock.tickMs() - startedTickMs)
        this.memory.succeeded(action, outcome)
        if (action.kind === 'RunHook' && outcome.kind === 'hook' && outcome.failure !== null) {
          this.#telling.hookFailed(action, outcome.failure)
        }
      })
      .catch((error: unknown) => this.#failed(action, error, this.#parts.clock.tickMs() - startedTickMs))
      .then(() => {
        this.memory.inFlight.delete(key)
        this.#underWay.delete(key)
        this.nudge()
      })
      .catch((bug: unknown) => {
        queueMicrotask(() => {
          throw bug
        })
      })
  }

  async #failed(action: Action, error: unknown, durationMs: number): Promise<void> {
    if (!(error instanceof PodkeepError)) throw error
    if (error.code === 'IMAGE_ABSENT' && action.kind === 'CreateContainer') {
      // Where nobody had asked for the image, this is the answer. Otherwise it is pulled again at once, and counted as a failure,
      // lest an image that is there for one call and not for another be pulled for ever.
      if (!this.memory.lacks(action.spec.image)) return
    }
    if (error.code === 'IMAGE_ABSENT' && action.kind === 'PrepareVolume' && action.volume.kind === 'image')
      this.memory.lacks(action.volume.image)
    if (error.code === 'CONTAINER_GONE' && 'id' in action) {
      this.memory.succeeded(action, { kind: 'gone', id: action.id })
      return
    }
    if (this.#isClosed) return
    if (error.code === 'MOUNT_FAILED') this.memory.forgetVolumes()
    if (error.code === 'NAME_TAKEN') this.#parts.onUnknownContainer()
    const facts = 'id' in action ? await this.#lookAgain(action.id) : null
    if (action.kind === 'StartContainer' && facts !== null && facts.state !== 'created') {
      // It started all the same, or its own fault ended it: then that is a death, and the back-off's affair.
      if (facts.state === 'exited') this.#telling.cannotStart(action, error, facts, durationMs)
      return
    }
    if ('id' in action && this.memory.container(action.id) === undefined) return
    this.#telling.failed(action, error, { count: this.memory.failed(action, error).count, durationMs })
  }

  /** What an action that failed did to its container all the same; null when that cannot be told. */
  async #lookAgain(id: ContainerId): Promise<ContainerFacts | null> {
    try {
      const facts = await this.#parts.runtime.inspect(id)
      if (facts === null) this.memory.forget(id)
      else this.memory.observe(facts)
      return facts === null ? null : discreetContainer(facts, this.#confidant)
    } catch (error) {
      if (error instanceof PodkeepError) return null
      throw error
    }
  }

  get #confidant(): Confidant {
    return { pod: this.#pod, config: this.#parts.config }
  }

  get #uid(): string {
    const { record, observed } = this.memory
    return this.#pod?.uid ?? record?.uid ?? observed.containers.at(-1)?.podUid ?? this.context.freshUid
  }

  #failedProbe(action: Action): 'startup' | 'liveness' | null {
    if (action.reason !== 'Unhealthy' || !('id' in action)) return null
    return this.#parts.prober.verdicts(this.memory.key).get(action.id)?.startup === 'failure' ? 'startup' : 'liveness'
  }
}
