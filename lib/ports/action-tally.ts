/** Where podkeep counts what it does, for metrics. Implemented by http/. Costs next to nothing. */

import type { ProbeKind } from '../pod/index.js'

/** What an action is for. Sidecars count as init containers, as in the kubelet. */
export type TalliedKind = 'pod_sandbox' | 'init_container' | 'container'

export interface ActionTally {
  /** @param action its kind: PullImage, StartContainer ... */
  done(action: string, of: TalliedKind, durationMs: number): void
  /** @param why in the kubelet's words: RunContainerError ... */
  failed(action: string, of: TalliedKind, why: string, durationMs: number): void
  /** All containers of a pod that was new run now. @param durationMs since it was seen first */
  podStarted(durationMs: number): void
}

/** How often a probe answered what. */
export interface ProbeCount {
  readonly pod: string
  readonly container: string
  readonly probe: ProbeKind
  readonly success: number
  readonly failure: number
  readonly unknown: number
}
