/** Where podkeep counts what it does, for metrics. Implemented by http/. Costs next to nothing. */

import type { ProbeKind } from '../pod/index.js'

export interface ActionTally {
  /** @param action its kind: PullImage, StartContainer ... @param isSandbox of a container */
  done(action: string, isSandbox: boolean, durationMs: number): void
  failed(action: string, code: string): void
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
