/** What podkeep tells whoever asks. Implemented by supervisor/, read by http/. */

import type { PodKey, Problem, V1Pod, V1PodStatus } from '../pod/index.js'

export interface StatusBoard {
  pods(): PodStatusEntry[]
  manifests(): ManifestsStatus
  readiness(): Readiness
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
  /** ok: in force. held: wrong, and what it last said well stays in force. refused: wrong, and nothing of it runs. ignored: not a manifest. */
  readonly state: 'ok' | 'held' | 'refused' | 'ignored'
  /** Why it is ignored; null otherwise. */
  readonly reason: string | null
  readonly pods: readonly PodKey[]
  readonly problems: readonly Problem[]
}

export interface Readiness {
  readonly ready: boolean
  /** Name, and null when fine or else what is awaited. */
  readonly checks: readonly { readonly name: string; readonly waitingFor: string | null }[]
}
