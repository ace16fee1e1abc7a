/** The machine's time. */

import { readFileSync } from 'node:fs'

import type { Clock } from '../ports/index.js'

/** Node rings a timer longer than this at once. */
const longestDelayMs = 2 ** 31 - 1

export const systemClock: Clock = {
  // Linux' monotonic clock as it is, where performance.now() begins anew with each process.
  tickMs: () => Number(process.hrtime.bigint() / 1000n) / 1000,
  bootId: bootId(),
  wallMs: () => Date.now(),
  timer: setTimer,
}

function setTimer(delayMs: number, ring: () => void): () => void {
  let cancelRest = (): void => undefined
  const timer = setTimeout(
    () => {
      if (delayMs > longestDelayMs) cancelRest = setTimer(delayMs - longestDelayMs, ring)
      else ring()
    },
    Math.min(delayMs, longestDelayMs),
  )
  return () => {
    clearTimeout(timer)
    cancelRest()
  }
}

function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return null
  }
}
