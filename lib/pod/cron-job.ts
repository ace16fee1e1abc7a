/** A CronJob as wanted, and what the state folder keeps of it: which of its runs there were, so that none comes twice. */

import type { PodKey } from './identity.js'
import type { V1Pod } from './v1.js'

export interface CronSchedule {
  /** Five fields, or `@every` and a duration: checked. */
  readonly expression: string
  /** An IANA name. */
  readonly timeZone: string
}

export interface DesiredCronJob {
  /** `namespace/name`; a pod of the same key is something else. */
  readonly key: PodKey
  readonly namespace: string
  readonly name: string
  /** The manifest's file name inside the manifests directory. */
  readonly file: string
  readonly schedule: CronSchedule
  /** It says so, or its pods are for other nodes. */
  readonly isSuspended: boolean
  readonly concurrency: 'Allow' | 'Forbid' | 'Replace'
  /** So late a run may still begin; null: however late. */
  readonly startingDeadlineMs: number | null
  /** How many runs that are over stay to tell. */
  readonly successesKept: number
  readonly failuresKept: number
  /** Its document, complete: what the state folder keeps. */
  readonly manifest: CronJobManifest
}

export type CronJobManifest = Readonly<Record<string, unknown>>

/** One run of a CronJob: the Job that Kubernetes would make for it. */
export interface CronRun {
  /** `<name of the CronJob>-<minutes since 1970>`, as Kubernetes names it. */
  readonly name: string
  readonly scheduledMs: number
  /** As the CronJob said when the run began; what it says later is for later runs. */
  readonly pods: readonly V1Pod[]
}

/** What the state folder keeps of one CronJob; written before anything follows from it. */
export interface CronRecord {
  readonly key: PodKey
  readonly file: string
  readonly manifest: CronJobManifest
  /** No run is due for a time before that. */
  readonly sinceMs: number
  /** Of the newest run there ever was; null: there was none. */
  readonly lastScheduledMs: number | null
  /** Those that are not over, and those that stay to tell. */
  readonly runs: readonly CronRun[]
}
