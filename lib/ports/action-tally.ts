/** Where podkeep counts what it does, for metrics. Implemented by http/. Costs next to nothing. */

import type { ProbeKind } from '../pod/index.js'

export interface ActionTally {
  /** @param action its kind: PullImage, StartContainer ... @param isSandbox of a container */
  done(action: string, isSandbox: boolean, durationMs: number): void
  failed(action: string, isSandbox: boolean, code: string): void
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
