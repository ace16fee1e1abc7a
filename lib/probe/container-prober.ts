/**
 * Asks every container what its manifest says it is to be asked, and keeps the verdicts.
 *
 * P1  One question of a kind to a container at a time; an answer that comes when it was given up changes nothing.
 * P2  Nothing is scheduled for what is not asked: on hold, before the startup probe succeeded, after it did.
 * P3  What is known of a container holds until a probe of it says otherwise: across edits, and podkeep's own restart.
 *
 * Source: kubelet pkg/kubelet/prober. Differs: the first question comes when the initial delay is over and not at the next
 * tick; only containers that were there before podkeep are spread over the period, new ones are asked at once; a question that
 * could not be put is not repeated before the next period; an edited probe counts.
 */

import type { ContainerId, ContainerVerdicts, HandlerAnswer, PodKey, Probe, ProbeKind } from '../pod/index.js'
import type { Clock, HandlerRunner, Logger, ProbedContainer, ProbeListener, Prober } from '../ports/index.js'
import { Slots } from './slots.js'
import { heard, isAsked, newContainer, unasked, type ProbeState } from './verdict.js'

export interface ContainerProberOptions extends ProbeListener {
  readonly runner: HandlerRunner
  readonly clock: Clock
  readonly logger: Logger
  /** From 0 to 1, without 1. */
  readonly random: () => number
}

interface Watch {
  readonly kind: ProbeKind
  readonly of: Watched
  /** null: the manifest has none of this kind; the verdict is kept, for it may get one. */
  probe: Probe | null
  state: ProbeState
  dueTickMs: number
  /** Gives the question up that is under way. */
  giveUp: (() => void) | null
  message: string
}

interface Watched {
  readonly pod: PodKey
  target: ProbedContainer
  readonly startedTickMs: number
  /** It was there before podkeep. */
  readonly isAdopted: boolean
  readonly watches: Readonly<Record<ProbeKind, Watch>>
  verdicts: ContainerVerdicts
}

const kinds = ['startup', 'readiness', 'liveness'] as const

export class ContainerProber implements Prober {
  readonly #options: ContainerProberOptions
  readonly #startedWallMs: number
  readonly #pods = new Map<PodKey, Map<ContainerId, Watched>>()
  readonly #slots: Slots<Watch>
  #isClosed = false

  constructor(options: ContainerProberOptions) {
    this.#options = options
    this.#startedWallMs = options.clock.wallMs()
    this.#slots = new Slots(options.clock, (watch) => this.#ask(watch))
  }

  watch(pod: PodKey, containers: readonly ProbedContainer[]): void {
    if (this.#isClosed) return
    const before = this.#pods.get(pod) ?? new Map<ContainerId, Watched>()
    const after = new Map<ContainerId, Watched>()
    for (const target of containers) {
      const known = before.get(target.id)
      const watched = known ?? this.#meet(pod, target)
      if (known !== undefined) this.#update(known, target)
      after.set(target.id, watched)
    }
    for (const [id, watched] of before) if (!after.has(id)) for (const kind of kinds) this.#rest(watched.watches[kind])
    if (after.size === 0) this.#pods.delete(pod)
    else this.#pods.set(pod, after)
    for (const watched of after.values()) this.#arrange(watched)
  }

  verdicts(pod: PodKey): ReadonlyMap<ContainerId, ContainerVerdicts> {
    const verdicts = new Map<ContainerId, ContainerVerdicts>()
    for (const [id, watched] of this.#pods.get(pod) ?? []) verdicts.set(id, watched.verdicts)
    return verdicts
  }

  close(): void {
    this.#isClosed = true
    for (const containers of this.#pods.values()) {
      for (const watched of containers.values()) for (const kind of kinds) this.#rest(watched.watches[kind])
    }
    this.#pods.clear()
  }

  #meet(pod: PodKey, target: ProbedContainer): Watched {
    const { clock } = this.#options
    const isAdopted = target.startedAtMs < this.#startedWallMs
    const initial = { ...newContainer, ...target.known }
    const watchOf = (kind: ProbeKind): Watch => {
      const probe = target.probes[kind]
      const state = unasked(probe === null ? 'success' : initial[kind])
      return { kind, of: watched, probe, state, dueTickMs: 0, giveUp: null, message: '' }
    }
    // A start in the future, of a clock that was set back meanwhile, is taken for now.
    const ageMs = Math.max(0, clock.wallMs() - target.startedAtMs)
    const watched: Watched = {
      pod,
      target,
      startedTickMs: clock.tickMs() - ageMs,
      isAdopted,
      watches: {} as Watched['watches'],
      verdicts: { startup: 'unknown', readiness: 'failure', liveness: 'success', why: '' },
    }
    Object.assign(watched.watches, {
      startup: watchOf('startup'),
      readiness: watchOf('readiness'),
      liveness: watchOf('liveness'),
    })
    for (const kind of kinds) this.#setOut(watched.watches[kind])
    watched.verdicts = verdictsOf(watched)
    return watched
  }

  #update(watched: Watched, target: ProbedContainer): void {
    const { probes } = watched.target
    watched.target = target
    for (const kind of kinds) {
      if (isSame(probes[kind], target.probes[kind])) continue
      const watch = watched.watches[kind]
      this.#rest(watch)
      watch.probe = target.probes[kind]
      if (!watch.state.isOnHold) watch.state = unasked(watch.probe === null ? 'success' : watch.state.verdict)
      watch.dueTickMs = this.#firstTickMs(watch)
    }
    watched.verdicts = verdictsOf(watched)
  }

  /** When the first question is due, for a container that podkeep has just met. */
  #setOut(watch: Watch): void {
    const spreadMs = watch.of.isAdopted && watch.probe !== null ? this.#options.random() * watch.probe.periodMs : 0
    watch.dueTickMs = this.#firstTickMs(watch) + spreadMs
  }

  #firstTickMs(watch: Watch): number {
    return Math.max(this.#options.clock.tickMs(), watch.of.startedTickMs + (watch.probe?.initialDelayMs ?? 0))
  }

  /** Schedules what is to be asked now, and gives up what is not. */
  #arrange(watched: Watched): void {
    const container = {
      isStarted: watched.watches.startup.state.verdict === 'success',
      isStopping: watched.target.isStopping,
    }
    for (const kind of kinds) {
      const watch = watched.watches[kind]
      if (watch.probe === null || !isAsked(kind, watch.state, container)) this.#rest(watch)
      else if (watch.giveUp === null && !this.#slots.has(watch)) {
        watch.dueTickMs = Math.max(watch.dueTickMs, this.#options.clock.tickMs())
        this.#slots.at(watch.dueTickMs, watch)
      }
    }
  }

  #rest(watch: Watch): void {
    this.#slots.drop(watch)
    watch.giveUp?.()
    watch.giveUp = null
  }

  #ask(watch: Watch): void {
    const { probe, of } = watch
    if (probe === null) return
    const askedTickMs = this.#options.clock.tickMs()
    watch.giveUp = this.#options.runner.ask(probe.handler, of.target, probe.timeoutMs, (answer) => {
      watch.giveUp = null
      const { pod, target } = of
      const tallied = { pod, uid: target.podUid, container: target.name, probe: watch.kind }
      this.#options.onAsked?.(tallied, answer.result, this.#options.clock.tickMs() - askedTickMs)
      // As with a ticker: the rhythm is kept, and a tick that was missed is made up for at once, but only one.
      watch.dueTickMs = Math.max(watch.dueTickMs + probe.periodMs, this.#options.clock.tickMs())
      this.#hear(watch, probe, answer)
      this.#arrange(of)
    })
  }

  #hear(watch: Watch, probe: Probe, { result, message }: HandlerAnswer): void {
    const { pod, target } = watch.of
    const before = watch.state
    watch.state = heard(watch.kind, probe, before, result)
    const fields = { pod, container: target.name, probe: watch.kind, reason: message }
    if (result === 'failure' || (result === 'success' && message !== '')) {
      this.#options.onAnswer?.(pod, { container: target.name, probe: watch.kind, result, message })
    }
    if (message !== '' && message !== watch.message) this.#options.logger.debug({ ...fields, result }, 'probe says')
    watch.message = message
    if (watch.state.verdict === before.verdict) return
    watch.of.verdicts = verdictsOf(watch.of)
    if (watch.state.verdict === 'failure') this.#options.logger.warn(fields, 'container fails its probe')
    else this.#options.logger.info({ ...fields, reason: undefined }, 'container passes its probe')
    this.#options.onVerdict(pod)
  }
}

function verdictsOf({ watches: { startup, readiness, liveness } }: Watched): ContainerVerdicts {
  const failed = [liveness, startup, readiness].find(({ state }) => state.verdict === 'failure')
  return {
    startup: startup.state.verdict,
    readiness: readiness.state.verdict,
    liveness: liveness.state.verdict,
    why: failed?.message ?? '',
  }
}

function isSame(one: Probe | null, other: Probe | null): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
