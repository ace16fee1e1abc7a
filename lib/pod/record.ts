/**
 * What the state folder keeps of one pod because the engine has no place for it: the last good manifest, so that a pod whose
 * file is broken is restarted when it crashes, also after podkeep's own restart; and how its containers ended, so that an
 * administrator's `docker container prune` does not make a finished pod run twice.
 */

import type { Eviction } from './eviction.js'
import type { PodKey, PodUid } from './identity.js'
import type { KnownVerdicts } from './probe.js'
import type { ContainerFacts, HookRun } from './observed.js'
import type { V1Pod } from './v1.js'

export interface PodRecord {
  readonly key: PodKey
  readonly uid: PodUid
  /** The manifest's file name inside the manifests directory. */
  readonly file: string
  /** With defaults. */
  readonly manifest: V1Pod
  /** When the pod was first seen; only of one that was written down before anything of it was made, for then no label tells. */
  readonly seenAtMs?: number
  /** When its first sandbox or container was made; only of one with a deadline, which may pass before any container is there to tell. */
  readonly startedAtMs?: number
  /** The newest ended instance of each container of a pod that does not restart for ever; empty for restartPolicy Always. */
  readonly ended: readonly ContainerFacts[]
  /** Only of a pod that was put out, until that is long ago. */
  readonly evicted?: Eviction
  /** What the probes said last of running containers, by id, so that nothing turns unready because podkeep was restarted. */
  readonly verdicts?: Readonly<Record<string, KnownVerdicts>>
  /** Of what content of their volumes running containers know, by id, as digests; where a change of it is told them by a signal. */
  readonly told?: Readonly<Record<string, string>>
  /** Containers that podkeep is stopping, or has stopped and not replaced yet. */
  readonly stopping?: StopsUnderWay
  /** Containers whose postStart hook is to come or has not ended well, by id. */
  readonly postStart?: Readonly<Record<string, PostStartUnderWay>>
}

export interface PostStartUnderWay {
  /** Of the run that it belongs to, by the engine; null: it has not begun. */
  readonly startedAtMs: number | null
  /** Why it failed; null: it is due, or runs. */
  readonly failure: string | null
}

/** Ticks count from the machine's start, so that setting its clock neither shortens a grace period nor lengthens it. */
export interface StopsUnderWay {
  /** The start of the machine that ticks count from: after another one they say nothing. */
  readonly bootId: string
  /** By container id. */
  readonly stops: Readonly<Record<string, StopUnderWay>>
}

export interface StopUnderWay {
  /** Of the run that is stopped, by the engine. */
  readonly startedAtMs: number | null
  /** null: it has none, or it has not begun. */
  readonly preStop: HookRun | null
  /** null: its preStop hook comes first. */
  readonly stopRequestedTickMs: number | null
  readonly asCrash: boolean
}
