/**
 * Which of two pods has what only one may have at a time: a port of the host, a claim that is for one pod.
 *
 * C1  The one that is there has it, and keeps it through its crashes until it is gone or done.
 * C2  While neither is there, the first by name has it.
 */

import {
  sandboxHash,
  type ContainerSpec,
  type DesiredPod,
  type ObservedContainer,
  type PodKey,
  type SandboxSpec,
} from '../pod/index.js'
import type { Desire } from './plan.js'

export interface Contender {
  readonly key: PodKey
  readonly desire: Desire | null
  readonly pod: DesiredPod | null
  readonly containers: readonly ObservedContainer[]
  /** What is being made of it. */
  readonly making: readonly (SandboxSpec | ContainerSpec)[]
  /** It has succeeded or failed for good. */
  readonly isDone: boolean
}

/** How sure it is that what only one may have is its own; 0: it does not want it now. An edited pod may want what it was made without. */
export function grip(contender: Contender): number {
  const { desire, pod, containers, making } = contender
  const sandboxes = containers.filter((one) => one.kind === 'sandbox')
  const hash = pod === null ? '' : sandboxHash(pod)
  if (sandboxes.some((one) => one.hash === hash)) return 3
  const isThere = sandboxes.length > 0 || containers.some((one) => one.state === 'running')
  if (isThere || making.length > 0) return 2
  if (desire?.kind !== 'run' && desire?.kind !== 'hold') return 0
  const isElsewhere = pod !== null && pod.elsewhere !== null
  return isElsewhere || contender.isDone ? 0 : 1
}

export function comesFirst(one: Contender, other: Contender, gripOf = grip): boolean {
  const [mine, its] = [gripOf(one), gripOf(other)]
  return mine > 0 && (mine > its || (mine === its && one.key < other.key))
}
