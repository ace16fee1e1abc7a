/**
 * When to try again: one place for every delay.
 * Source: kubelet pkg/kubelet/kuberuntime doBackOff and client-go flowcontrol: 10 s doubling to 5 min, the first restart at
 * once, reset after ten good minutes; the pod's annotations may say others than 10 s and 5 min. Differs: the position is read from labels, so it survives podkeep's own restart.
 */

import { ranMs, type BackOff, type ObservedContainer } from '../pod/index.js'
import type { Failure } from './plan.js'
import { wasStopped } from './restart-policy.js'

const second = 1000
const pullBaseMs = 10 * second
const pullMaxMs = 300 * second
const goodRunMs = 600 * second
const sandboxStartMaxMs = 30 * second

/** The position in the back-off of the instance that follows `dead`. */
export function crashesAfter(dead: ObservedContainer): number {
  if (isNoCrash(dead)) return dead.crashes
  return ranMs(dead) >= goodRunMs ? 1 : dead.crashes + 1
}

/** How long after `dead` ended its successor may start. */
export function crashDelayMs(dead: ObservedContainer, { baseMs, maxMs }: BackOff): number {
  if (isNoCrash(dead)) return 0
  const crashes = crashesAfter(dead)
  return crashes <= 1 ? 0 : doubling(baseMs, crashes - 2, maxMs)
}

/** A sandbox that never started failed at the engine or at a port in use: that passes sooner than a program's fault. */
export function sandboxDelayMs(dead: ObservedContainer, backOff: BackOff): number {
  if (isNoCrash(dead)) return 0
  if (dead.startedAtMs === null) return doubling(second, dead.crashes, sandboxStartMaxMs)
  return crashDelayMs(dead, backOff)
}

/** How long a pod stays out that was put out so often in a row. */
export function evictionDelayMs(count: number, { baseMs, maxMs }: BackOff): number {
  return doubling(baseMs, count - 1, maxMs)
}

/** How long after it another one counts as the next in a row: ten good minutes forget it. */
export function evictionMemoryMs(count: number, backOff: BackOff): number {
  return evictionDelayMs(count, backOff) + goodRunMs
}

/** How long after a failed action it may be tried again; null: not before the manifest changes. */
export function retryDelayMs(failure: Failure, isPull: boolean): number | null {
  switch (failure.retry) {
    case 'never':
      return null
    case 'engine':
      return second
    case 'soon':
      return doubling(second, failure.count - 1, 30 * second)
    case 'later':
      return isPull
        ? doubling(pullBaseMs, failure.count - 1, pullMaxMs)
        : doubling(2 * second, failure.count - 1, 60 * second)
  }
}

/** It ended because podkeep asked it to though it was well, or together with the engine or the machine. */
function isNoCrash(dead: ObservedContainer): boolean {
  return dead.diedWithEngine || (wasStopped(dead) && !dead.stoppedAsCrash)
}

function doubling(baseMs: number, doublings: number, maxMs: number): number {
  return Math.min(maxMs, baseMs * 2 ** Math.min(Math.max(0, doublings), 30))
}
