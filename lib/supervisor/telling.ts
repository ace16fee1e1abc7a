/**
 * What is told of one pod, in the log and as events: its actions, its ends, its waits, and each only when it is news.
 * Which events a thing is, status/ says.
 */

import { failureReason, sandboxName, type Action, type Desire, type Wait } from '../plan/index.js'
import {
  ranMs,
  type ContainerFacts,
  type ContainerId,
  type DesiredPod,
  type PodEvent,
  type PodKey,
  type PodkeepError,
  type ProbeKind,
} from '../pod/index.js'
import type { ActionTally, Clock, EventRecorder, Logger, ProbeAnswer, TalliedKind } from '../ports/index.js'
import {
  beginEvents,
  doneEvents,
  endEvent,
  hookFailedEvent,
  isNewWait,
  probeEvent,
  removedByOtherEvent,
  startFailedEvent,
  waitEvents,
  waitKey,
} from '../status/index.js'
import { actionFields, containerFields, endFields, endPhrase, isRoutine, phraseOf } from './action-log.js'
import { PodStart } from './pod-start.js'
import { WaitLog } from './wait-log.js'

export interface TellingParts {
  readonly key: PodKey
  readonly logger: Logger
  readonly clock: Clock
  readonly events: EventRecorder
  readonly tally: ActionTally
  /** As last known. */
  readonly pod: () => DesiredPod | null
  readonly uid: () => string
}

/** A trouble that words itself anew each time must not be remembered for ever. */
const mostToldWaits = 50

export class Telling {
  readonly #parts: TellingParts
  readonly #logger: Logger
  readonly #waitLog: WaitLog
  readonly #toldWaits = new Map<string, Wait>()
  /** A stop begins with a hook or with a signal, and is one event. */
  readonly #toldStops = new Set<ContainerId>()
  readonly #pulled = new Set<string>()
  #toldStartFault = ''
  /** How long the sandbox took to be made that is not started yet. */
  #sandboxMadeMs = 0
  /** null: it is not new, or all of it ran. */
  #start: PodStart | null = null

  constructor(parts: TellingParts) {
    this.#parts = parts
    this.#logger = parts.logger.child({ pod: parts.key })
    this.#waitLog = new WaitLog(this.#logger, parts.clock)
  }

  desires(before: Desire | null, desire: Desire): void {
    if (desire.kind === 'hold') this.#holds(desire)
    else if (desire.kind === 'remove') this.#logger.info({}, 'manifest is gone, pod is being removed')
    else if (desire.kind === 'stop') this.#logger.info({}, 'pod is being stopped')
    else if (before?.kind === 'hold') this.#logger.info({}, 'manifest is good again')
  }

  /** @param nodeName of a pod that is new: nothing of it was there. null: it is not */
  meets(nodeName: string | null): void {
    const { key, clock, tally, pod } = this.#parts
    tally.podMet(pod()?.containers.length ?? 0)
    if (nodeName === null) return
    this.#start = new PodStart(clock.tickMs())
    const message = `Successfully assigned ${key} to ${nodeName}`
    this.#record([{ type: 'Normal', reason: 'Scheduled', message, fieldPath: '' }])
  }

  isEdited(changes: readonly string[]): void {
    // What else its file holds was edited: a comment, another pod, a ConfigMap.
    const isOther = changes.length === 0
    const message = isOther
      ? 'The file was edited, and says of this pod what it said'
      : `The manifest changed: ${changes.join(', ')}`
    this.#record([{ type: 'Normal', reason: 'ManifestChanged', message, fieldPath: '' }])
  }

  /** The directory's own fault is told once, not for every pod. */
  #holds({ cause, why }: Desire & { kind: 'hold' }): void {
    const fields = { reason: why }
    if (cause === 'file') {
      this.#logger.warn(fields, 'manifest is broken, pod is kept as it was')
      const message = `The manifest is broken, the pod is kept as it was: ${why}`
      this.#record([{ type: 'Warning', reason: 'FailedValidation', message, fieldPath: '' }])
    } else if (cause === 'stranger') this.#logger.warn(fields, 'pod is left alone')
    else this.#logger.debug(fields, 'pod is kept as it is')
  }

  /** @param failedProbe which probe says that the container is not well */
  begins(action: Action, failedProbe: Exclude<ProbeKind, 'readiness'> | null): void {
    if (action.kind === 'RunHook' || action.kind === 'KillContainer') {
      if (action.kind === 'RunHook' && action.hook !== 'preStop') return
      const isFirst = !this.#toldStops.has(action.id)
      this.#toldStops.add(action.id)
      if (!isFirst && action.reason !== 'GraceExpired') return
    }
    this.#record(beginEvents(action, this.#parts.pod(), failedProbe))
  }

  done(action: Action, durationMs: number): void {
    const fields = { ...actionFields(action), durationMs: Math.round(durationMs) }
    this.#count(action, durationMs)
    if (action.kind === 'StartContainer') this.#countStart(action.container)
    if (isRoutine(action)) this.#logger.debug(fields, phraseOf(action))
    else this.#logger.info(fields, phraseOf(action))
    const wasPulled = action.kind === 'CreateContainer' && this.#pulled.delete(action.spec.image)
    if (action.kind === 'PullImage') {
      this.#pulled.add(action.image)
      this.#start?.waited(durationMs, this.#parts.clock.tickMs())
    }
    this.#record(doneEvents({ action, durationMs, wasPulled }, this.#parts.pod()))
    if (action.kind === 'StartContainer') this.#goesOn(action.container)
    if (action.kind === 'RemoveContainer') this.#toldStops.delete(action.id)
  }

  hookFailed(action: Action & { kind: 'RunHook' }, why: string): void {
    this.#logger.warn({ ...actionFields(action), reason: why }, 'lifecycle hook failed')
    if (action.hook === 'postStart')
      this.#parts.tally.failed(action.kind, this.#kindOf(action), 'PostStartHookError', 0)
    this.#record([hookFailedEvent(action, why, this.#parts.pod())])
  }

  /** @param count how often in a row */
  failed(action: Action, error: PodkeepError, { count, durationMs }: { count: number; durationMs: number }): void {
    const fields = { action: action.kind, ...actionFields(action), err: error }
    this.#countFailure(action, error, durationMs)
    if (count === 1 && error.retry !== 'engine') this.#logger.warn(fields, 'action failed, will be tried again')
    else this.#logger.debug({ ...fields, count }, 'action failed again')
  }

  /** The same fault again and again is told once. */
  cannotStart(action: Action, error: PodkeepError, facts: ContainerFacts, durationMs: number): void {
    const { name, error: words } = facts
    const fields = { ...actionFields(action), err: error }
    this.#countFailure(action, error, durationMs)
    if (facts.kind !== 'sandbox')
      this.#record([startFailedEvent(name, words === '' ? error.message : words, this.#parts.pod())])
    const fault = `${name} ${words}`
    if (fault === this.#toldStartFault) this.#logger.debug(fields, 'container could not be started again')
    else this.#logger.warn(fields, 'container could not be started')
    this.#toldStartFault = fault
  }

  ended(facts: ContainerFacts, wasAsked: boolean): void {
    const fields = endFields(facts, wasAsked)
    if (wasAsked && facts.kind === 'sandbox') this.#logger.debug(fields, endPhrase(facts, wasAsked))
    else this.#logger.info(fields, endPhrase(facts, wasAsked))
    this.#toldStops.delete(facts.id)
    if (facts.kind === 'init') this.#start?.waited(ranMs(facts), this.#parts.clock.tickMs())
    if (!wasAsked) this.#record([endEvent(facts, this.#parts.pod())])
  }

  probed(answer: ProbeAnswer): void {
    this.#record([probeEvent(answer, this.#parts.pod())])
  }

  removedByOther(known: ContainerFacts): void {
    this.#logger.warn(containerFields(known), 'container was removed by someone else')
    this.#record([removedByOtherEvent(known, this.#parts.pod())])
  }

  waits(waits: readonly Wait[]): void {
    this.#waitLog.tell(waits)
    for (const wait of waits) {
      if (wait.reason === 'InFlight' || !isNewWait(wait, this.#toldWaits)) continue
      if (this.#toldWaits.size >= mostToldWaits) this.#toldWaits.clear()
      this.#toldWaits.set(waitKey(wait), wait)
      this.#record(waitEvents(wait, { pod: this.#parts.pod(), uid: this.#parts.uid() }))
    }
  }

  /** A sandbox is made and started in two steps, which are one operation of the kubelet's. */
  #count(action: Action, durationMs: number): void {
    const kind = this.#kindOf(action)
    const isSandboxStart = action.kind === 'StartContainer' && kind === 'pod_sandbox'
    this.#parts.tally.done(action.kind, kind, durationMs + (isSandboxStart ? this.#sandboxMadeMs : 0))
    if (action.kind === 'CreateSandbox') this.#sandboxMadeMs = durationMs
    else if (isSandboxStart) this.#sandboxMadeMs = 0
  }

  #countFailure(action: Action, error: PodkeepError, durationMs: number): void {
    // As of the first try: what a later one is called tells of the back-off, and that one was tried.
    const why = failureReason(action, { code: error.code, count: 1 })
    this.#parts.tally.failed(action.kind, this.#kindOf(action), why, durationMs)
  }

  /** Of an image: what is in need of it first. */
  #kindOf(action: Action): TalliedKind {
    if (action.kind === 'CreateSandbox' || isOfSandbox(action)) return 'pod_sandbox'
    const inits = this.#parts.pod()?.initContainers ?? []
    if (action.kind === 'PullImage' || action.kind === 'InspectImage')
      return inits.some(({ image }) => image === action.image) ? 'init_container' : 'container'
    const name =
      action.kind === 'CreateContainer' ? action.spec.identity.name : 'container' in action && action.container
    return inits.some((one) => one.name === name) ? 'init_container' : 'container'
  }

  /** Of a pod that was new: how long it took until all of it ran. */
  #countStart(container: string): void {
    const { pod, clock, tally } = this.#parts
    const times = this.#start?.started(container, pod(), clock.tickMs()) ?? null
    if (times === null) return
    tally.podStarted(times.wholeMs, times.ownMs)
    this.#start = null
  }

  #goesOn(container: string): void {
    this.#waitLog.goesOn(container)
    for (const [key, wait] of this.#toldWaits) {
      if (wait.container === container || wait.container === null) this.#toldWaits.delete(key)
    }
  }

  #record(events: readonly PodEvent[]): void {
    const { key, uid } = this.#parts
    for (const event of events) this.#parts.events.record({ kind: 'Pod', key, uid: uid() }, event)
  }
}

function isOfSandbox(action: Action): boolean {
  return 'container' in action && action.container === sandboxName
}
