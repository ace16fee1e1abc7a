/** The machine's time. */

import type { Clock } from '../ports/index.js'

/** Node rings a timer longer than this at once. */
const longestDelayMs = 2 ** 31 - 1

export const systemClock: Clock = {
  tickMs: () => performance.now(),
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
