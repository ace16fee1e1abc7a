/** Conditions, waited for with a deadline so generous that only a hang misses it. */

import { setTimeout as sleep } from 'node:timers/promises'

/** Beyond the two minutes that podkeep gives an engine's call: one that hangs is made again, and so is survived. */
const usualDeadlineMs = 150_000
const betweenMs = 40

/** @returns the first answer that is not undefined. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  details: () => string = () => '',
  deadlineMs = usualDeadlineMs,
): Promise<T> {
  const startedMs = performance.now()
  while (performance.now() - startedMs < deadlineMs) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(betweenMs)
  }
  throw new Error(`waited ${deadlineMs / 1000} s in vain: ${what}\n${details()}`)
}
