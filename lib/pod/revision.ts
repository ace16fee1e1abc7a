/** One version of a pod's manifest, from when it came until the next one, and what became of it. */

import type { PodKey } from './identity.js'
import type { V1Pod } from './v1.js'

/**
 * pending: it was not seen to run yet. running: its containers run. ready: it was Ready, or did its work. failed: a container
 * of it fails. held: it is broken, and the pod stayed as it was. superseded: the next one came before it was seen to run.
 */
export type RevisionOutcome = 'pending' | 'running' | 'ready' | 'failed' | 'held' | 'superseded'

export interface PodRevision {
  /** Counts from 1 in each pod. */
  readonly revision: number
  readonly atMs: number
  /** The manifest's file name. */
  readonly file: string
  readonly outcome: RevisionOutcome
  readonly outcomeAtMs: number
  /** Why it failed or is held; empty otherwise. */
  readonly message: string
  /** The fields that differ from the revision before, as a person would write them; empty in the first. */
  readonly changes: readonly string[]
  /** With defaults; null when it is held: then nothing of it can be read. */
  readonly manifest: V1Pod | null
  /** As it was written; left out where that is not known, or may hold a Secret. */
  readonly source?: string
}

export interface PodHistory {
  readonly pod: PodKey
  /** Oldest first. */
  readonly revisions: readonly PodRevision[]
}
