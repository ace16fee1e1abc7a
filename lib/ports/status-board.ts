/** What podkeep tells whoever asks. Implemented by supervisor/, read by http/. */

import type { ConfigKey, PodKey, Problem, V1Pod, V1PodStatus } from '../pod/index.js'

export interface StatusBoard {
  pods(): PodStatusEntry[]
  /** undefined: there is no such pod. */
  pod(key: PodKey): PodStatusEntry | undefined
  manifests(): ManifestsStatus
  readiness(): Readiness
  /** What each pod waits for, and what is being done about it. */
  plans(): PodPlan[]
  /** `docker://20.10.24`; empty while the engine was not reached yet. */
  engineVersion(): string
  /** Why the workers do not turn; null when they do. */
  stuck(): string | null
  /** `tell` hears of each thing that may look different from now on, and must not throw; the answer ends it. */
  onChange(tell: (what: Changed) => void): () => void
}

/** A pod, or the list of manifests. */
export type Changed = { readonly kind: 'pod'; readonly key: PodKey } | { readonly kind: 'manifests' }

export interface PodPlan {
  readonly key: PodKey
  readonly desire: 'run' | 'hold' | 'remove' | 'stop'
  /** Why it is held; null when it is not. */
  readonly why: string | null
  readonly waits: readonly PlannedWait[]
  readonly underWay: readonly PlannedAction[]
}

export interface PlannedWait {
  /** Kubernetes' waiting reason, or podkeep's own. */
  readonly reason: string
  /** null: the whole pod. */
  readonly container: string | null
  readonly message: string
  /** When it is looked at again by itself, as wall-clock milliseconds; null: only a change helps. */
  readonly untilMs: number | null
}

export interface PlannedAction {
  readonly action: string
  readonly container: string | null
  /** Why it is done. */
  readonly reason: string
  /** What it is about: an image, a volume, a signal ...; never a value of a variable. */
  readonly details: Readonly<Record<string, unknown>>
  readonly sinceMs: number
}

export interface PodStatusEntry {
  readonly key: PodKey
  /** With defaults; null for a pod of which only the containers are known. */
  readonly manifest: V1Pod | null
  readonly uid: string
  readonly status: V1PodStatus
  /** run: as its manifest says. hold: its manifest is broken or unreadable, it stays as it was. remove: on its way out. */
  readonly desire: 'run' | 'hold' | 'remove'
  readonly file: string
}

export interface ManifestsStatus {
  readonly directory: string
  /** Why the directory as a whole cannot be read; null when it can. */
  readonly problem: string | null
  readonly files: readonly ManifestStatus[]
}

export interface ManifestStatus {
  readonly file: string
  /**
   * ok: in force. held: wrong, and what it last said well stays in force. refused: wrong, and nothing of it runs. waiting: still being
   * written, and nothing of it runs yet. ignored: not a manifest.
   */
  readonly state: 'ok' | 'held' | 'refused' | 'waiting' | 'ignored'
  /** Why it is ignored; null otherwise. */
  readonly reason: string | null
  readonly pods: readonly PodKey[]
  /** ConfigMaps and Secrets. */
  readonly objects: readonly ConfigKey[]
  readonly problems: readonly ShownProblem[]
  /** What is accepted, and not all that it might seem. */
  readonly warnings: readonly Problem[]
}

export interface ShownProblem extends Problem {
  /** The line of the file it is in; null where there is none, where it is long, and where it may be a Secret's. */
  readonly source: string | null
}

export interface Readiness {
  readonly ready: boolean
  /** Name, and null when fine or else what is awaited. */
  readonly checks: readonly { readonly name: string; readonly waitingFor: string | null }[]
}
