/**
 * What podkeep needs to know whether its containers are well. Implemented by probe/, on top of a HandlerRunner, which is what
 * the simulation replaces.
 */

import type {
  ContainerId,
  ContainerVerdicts,
  HandlerAnswer,
  KnownVerdicts,
  PodKey,
  PodUid,
  Probe,
  ProbeKind,
} from '../pod/index.js'

import type { TalliedProbe } from './action-tally.js'

/** A running container that may be asked. */
export interface ProbedContainer {
  /** The manifest's name, for the log. */
  readonly name: string
  /** Another id is another instance: nothing that was known holds for it. */
  readonly id: ContainerId
  readonly podUid: PodUid
  readonly startedAtMs: number
  /** Where the pod answers: its own address, or 127.0.0.1 for a pod on the host's network. null: not known yet. */
  readonly address: string | null
  readonly probes: Readonly<Record<ProbeKind, Probe | null>>
  /** It is being stopped: liveness and startup are asked no more, readiness goes on. */
  readonly isStopping: boolean
  /**
   * Of a container that an earlier podkeep knew: what it knew, and that holds until a probe says otherwise. null: nothing, the
   * container is new. Read when the prober sees the id first.
   */
  readonly known: KnownVerdicts | null
}

/** What a probe found, for people. */
export interface ProbeAnswer {
  /** The manifest's name. */
  readonly container: string
  readonly probe: ProbeKind
  readonly result: 'success' | 'failure'
  readonly message: string
}

export interface ProbeListener {
  /** A verdict of this pod has changed. Never called from within watch(). */
  readonly onVerdict: (pod: PodKey) => void
  /** A probe found what it did not want, or has something to warn of; not heard of where it only could not be asked. */
  readonly onAnswer?: (pod: PodKey, answer: ProbeAnswer) => void
  /** A probe was answered, whatever it found: for metrics. */
  readonly onAsked?: (probe: TalliedProbe, result: HandlerAnswer['result'], durationMs: number) => void
}

export interface Prober {
  /**
   * What there is to watch in this pod from now on; replaces what was said before. What stays the same keeps its state and its
   * rhythm; an edited probe takes effect at once and the verdict stays until it says otherwise; a container that is left out
   * is forgotten.
   */
  watch(pod: PodKey, containers: readonly ProbedContainer[]): void
  /** Of every container that is watched. */
  verdicts(pod: PodKey): ReadonlyMap<ContainerId, ContainerVerdicts>
  /** Asks nobody any more. */
  close(): void
}
