/** Waits until pods are as somebody wants them, and shows meanwhile how far those are that are being made. */

import { setTimeout as sleep } from 'node:timers/promises'

import { askPods, askPodsIfRunning } from '../pods/listed-pods.js'
import type { ListedPod } from '../pod-summary.js'
import type { Flags } from '../run-options.js'
import { follow } from '../server/stream.js'
import type { Surroundings } from '../surroundings.js'
import type { Session } from '../verb.js'
import { progressLines } from './progress.js'

export interface Patience {
  readonly timeoutMs: number
  /** Whose progress is shown. */
  readonly isMeant: (pod: ListedPod) => boolean
}

/** Asked again too, when no pod changed: what it looks at may be more than pods, and how far a pull has come is no change of its own. */
const lookAgainMs = 1000

/** @returns whether it came true before the time was over. With no time at all there is one look. */
export async function watchUntil(
  isSo: (pods: readonly ListedPod[]) => boolean | Promise<boolean>,
  { timeoutMs, isMeant }: Patience,
  flags: Flags,
  { surroundings, terminal }: Session,
): Promise<boolean> {
  const { items } = await askPods(flags, surroundings)
  if (await isSo(items)) return true
  if (timeoutMs <= 0) return false
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), timeoutMs)
  const pods = follow(flags, surroundings, AbortSignal.any([over.signal, terminal.gone]))
  let next = pods.next()
  let known: readonly ListedPod[] = items
  try {
    for (;;) {
      const change = await Promise.race([next, sleep(lookAgainMs, null)])
      if (change?.done === true) return false
      if (change === null) known = await knownNow(known, isMeant, flags, surroundings)
      else {
        next = pods.next()
        if (change.value.kind !== 'pods') continue
        known = change.value.pods
      }
      // What is printed meanwhile stands above what is replaced.
      terminal.progress([])
      if (await isSo(known)) return true
      if (over.signal.aborted) return false
      terminal.progress(progressLines(known.filter(isMeant)))
    }
  } finally {
    terminal.progress([])
    clearTimeout(timer)
    over.abort()
    // What was asked for last settles when its connection ends.
    next.catch(() => undefined)
  }
}

/** Who is being made is asked after. A podkeep that is away for a moment is waited for by the stream. */
async function knownNow(
  known: readonly ListedPod[],
  isMeant: (pod: ListedPod) => boolean,
  flags: Flags,
  surroundings: Surroundings,
): Promise<readonly ListedPod[]> {
  if (progressLines(known.filter(isMeant)).length === 0) return known
  return (await askPodsIfRunning(flags, surroundings))?.items ?? known
}
