/** Where podkeep counts what it does, for metrics. Implemented by http/. Costs next to nothing. */

import type { HandlerAnswer, PodKey, PodUid, ProbeKind } from '../pod/index.js'

/** What an action is for. Sidecars count as init containers, as in the kubelet. */
export type TalliedKind = 'pod_sandbox' | 'init_container' | 'container'

export interface ActionTally {
  /** @param action its kind: PullImage, StartContainer ... */
  done(action: string, of: TalliedKind, durationMs: number): void
  /** @param why in the kubelet's words: RunContainerError ... */
  failed(action: string, of: TalliedKind, why: string, durationMs: number): void
  /** A pod was seen for the first time since podkeep's start. @param containers how many it has, without init containers */
  podMet(containers: number): void
  /** All containers of a pod that was new run now. @param wholeMs since it was seen first @param ownMs without pulls and init containers */
  podStarted(wholeMs: number, ownMs: number): void
  /** A probe was answered. */
  probed(probe: TalliedProbe, result: HandlerAnswer['result'], durationMs: number): void
  /** Nothing of it is there any more. */
  podGone(pod: PodKey): void
}

/** Which probe of what. */
export interface TalliedProbe {
  readonly pod: PodKey
  readonly uid: PodUid
  /** The manifest's name. */
  readonly container: string
  readonly probe: ProbeKind
}
