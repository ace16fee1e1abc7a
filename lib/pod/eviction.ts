import type { DesiredPod } from './desired.js'

/** That a pod was put out because it took more of the machine than it may. What it had is gone; it begins again after a while. */
export interface Eviction {
  /** For people: what was too much. */
  readonly message: string
  /** Wall clock. */
  readonly atMs: number
  /** How often in a row. */
  readonly count: number
}

/** Whether it begins again by itself: what runs once does not, unless it is a Job's, which tries so often. */
export function evictionReturns({ backoffLimit, restartPolicy }: DesiredPod, count: number): boolean {
  return backoffLimit === null ? restartPolicy !== 'Never' : count <= backoffLimit
}
