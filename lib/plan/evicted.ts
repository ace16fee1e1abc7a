/** Whether a pod is put out now: because something says that it takes too much, or because it was and its time is not over. */

import { evictionReturns, type DesiredPod, type Eviction, type ObservedContainer, type PodUid } from '../pod/index.js'
import { evictionDelayMs, evictionMemoryMs } from './back-off.js'
import { diskExcess } from './disk-excess.js'
import type { PlanContext } from './plan.js'
import { volumeExcess } from './volume-excess.js'

export interface ActiveEviction extends Eviction {
  /** null: it does not begin again by itself. */
  readonly untilTickMs: number | null
  /** Something of what it had may still be there. */
  readonly isEnding: boolean
}

export interface PastEviction {
  readonly message: string
  readonly count: number
  /** When it was allowed back. */
  readonly backAtMs: number
}

/** What the view of a pod begins with. */
interface Known {
  readonly pod: DesiredPod
  readonly uid: PodUid
  readonly sandboxes: readonly ObservedContainer[]
  readonly members: readonly ObservedContainer[]
}

/** null: it is not put out now. */
export function activeEviction(known: Known, context: PlanContext): ActiveEviction | null {
  const { eviction: before } = context
  const excess = volumeExcess(known, context) ?? diskExcess(known, context)
  if (excess !== null) {
    const { message, atMs, atTickMs } = excess
    const isInARow =
      before?.uid === known.uid && atTickMs - before.atTickMs < evictionMemoryMs(before.count, known.pod.backOff)
    const count = isInARow ? before.count + 1 : 1
    return { message, atMs, count, untilTickMs: dueTickMs(known, { count, atTickMs }), isEnding: true }
  }
  if (before?.uid !== known.uid || isBack(known) || isEdited(known, before, context)) return null
  const untilTickMs = dueTickMs(known, before)
  if (untilTickMs !== null && untilTickMs <= context.nowTickMs) return null
  const { message, atMs, count } = before
  return { message, atMs, count, untilTickMs, isEnding: !before.isCleared }
}

/** It is back, and another one would be the next in a row; null: it was not put out, or that is long ago. */
export function pastEviction(known: Known, context: PlanContext): PastEviction | null {
  const { eviction: before, nowTickMs } = context
  if (before?.uid !== known.uid || isEdited(known, before, context)) return null
  const { message, count, atMs, atTickMs } = before
  const { backOff } = known.pod
  if (nowTickMs - atTickMs > evictionMemoryMs(count, backOff)) return null
  return { message, count, backAtMs: atMs + evictionDelayMs(count, backOff) }
}

function isBack({ members, sandboxes }: Known): boolean {
  return members.length > 0 || sandboxes.length > 0
}

function dueTickMs({ pod }: Known, { count, atTickMs }: { count: number; atTickMs: number }): number | null {
  return evictionReturns(pod, count) ? atTickMs + evictionDelayMs(count, pod.backOff) : null
}

/** What was put out was another pod than this one, in a way; also when the file was edited while podkeep was down. */
function isEdited({ pod }: Known, { atTickMs }: { atTickMs: number }, { editedTickMs, record }: PlanContext): boolean {
  if (editedTickMs !== null && editedTickMs >= atTickMs) return true
  return record !== null && JSON.stringify(record.manifest) !== JSON.stringify(pod.manifest)
}
