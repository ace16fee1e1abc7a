/**
 * Pods as those who may want what only one may have at a time, and who of two is first in line for it:
 *
 * C1  The one that was made with it keeps it through its crashes until it is gone or done.
 * C2  Then who is down, and so would be up again with it; then who is there; then the first by name.
 */

import {
  needsSandbox,
  sandboxHash,
  type ContainerIdentity,
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
  /** All that it needs is there, but for what another pod has. */
  readonly isReadyToMove: boolean
  /** It has succeeded or failed for good. */
  readonly isDone: boolean
}

export function comesFirst(one: Contender, other: Contender, gripOf = grip): boolean {
  const [mine, its] = [gripOf(one), gripOf(other)]
  return mine > 0 && (mine > its || (mine === its && one.key < other.key))
}

/** How near it is to what it wants; 0: it does not want it now. An edited pod may want what it was made without. */
export function grip(contender: Contender): number {
  const { desire, pod, making } = contender
  const containers = contender.containers.filter((one) => !one.remembered)
  const sandboxes = containers.filter((one) => one.kind === 'sandbox')
  const hash = pod === null ? '' : sandboxHash(pod)
  // What has no sandbox stands on its containers, also between two of their lives.
  const grounds = pod === null || needsSandbox(pod) ? sandboxes : containers
  if (grounds.some(isOf(hash))) return 4
  const isUp = containers.some((one) => one.kind !== 'sandbox' && isAlive(one))
  if (isUp || making.length > 0) return 2
  if (desire?.kind !== 'run' && desire?.kind !== 'hold') return sandboxes.length > 0 ? 2 : 0
  const isElsewhere = pod !== null && pod.elsewhere !== null
  if (isElsewhere || contender.isDone) return 0
  return containers.length > 0 ? 3 : 1
}

/** What a pod wants is what its manifest says; what lives of a pod that is only remembered is right as it is. */
export function wantsOf({ desire, pod, containers }: Contender): DesiredPod | null {
  if (desire?.kind !== 'run' && desire?.kind !== 'hold') return null
  const spec = desire.kind === 'run' ? desire.later : desire
  return spec?.isRemembered === true && containers.some(isAlive) ? null : pod
}

export function isOf(podHash: string): (one: ContainerIdentity) => boolean {
  return (one) => one.podHash === podHash
}

export function isAlive({ state, remembered }: ObservedContainer): boolean {
  return state !== 'exited' && !remembered
}
