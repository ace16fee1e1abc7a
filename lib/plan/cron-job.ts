/**
 * Which runs of a CronJob begin, which end, and which are forgotten. Source: pkg/controller/cronjob syncCronJob,
 * cleanupFinishedJobs; the times themselves are counted elsewhere and handed in.
 *
 * J1  A time is run for once: what was run for is remembered before its pods are made.
 * J2  Of the times that were missed only the last is made up for.
 * J3  A clock that was set back a little repeats no time; what is remembered from farther ahead was a wrong clock's.
 */

import type { CronRecord, CronRun, DesiredCronJob } from '../pod/index.js'

export type RunState = 'active' | 'succeeded' | 'failed'

export interface CronTimes {
  /** The last time that it was due and nothing was run for; null: there is none. */
  readonly missedMs: number | null
  /** When it is due next; null: never. */
  readonly nextMs: number | null
}

export interface CronPlan {
  /** For which time a run begins, under runName; null: none does. */
  readonly startMs: number | null
  readonly runName: string
  /** Names of runs whose pods are to be removed. */
  readonly remove: readonly string[]
  /** Why a time that is due is not run for, in the log's words; null: nothing is passed over. */
  readonly passedOver: 'too late' | 'the run before is not over' | null
  /** When to look again without being nudged; null: only a change helps. */
  readonly untilMs: number | null
}

const wrongClockMs = 3_600_000

/** Times up to here are done with. */
export function countedFromMs({ sinceMs, lastScheduledMs }: CronRecord): number {
  return Math.max(sinceMs, lastScheduledMs ?? 0)
}

/** What was remembered under a clock that was far ahead counts from now on. */
export function underThisClock(record: CronRecord, nowMs: number): CronRecord {
  if (countedFromMs(record) <= nowMs + wrongClockMs) return record
  return { ...record, sinceMs: nowMs, lastScheduledMs: null }
}

export function planCronJob(
  cronJob: DesiredCronJob,
  record: CronRecord,
  stateOf: (run: CronRun) => RunState,
  times: CronTimes,
  nowMs: number,
): CronPlan {
  const states = new Map(record.runs.map((run) => [run.name, stateOf(run)]))
  const active = record.runs.filter(({ name }) => states.get(name) === 'active').map(({ name }) => name)
  const over = (state: RunState, kept: number): string[] =>
    record.runs
      .filter(({ name }) => states.get(name) === state)
      .sort((a, b) => b.scheduledMs - a.scheduledMs)
      .slice(kept)
      .map(({ name }) => name)
  const old = [...over('succeeded', cronJob.successesKept), ...over('failed', cronJob.failuresKept)]
  const { missedMs } = times
  const name = runName(cronJob.name, missedMs ?? 0)
  const wait: CronPlan = { startMs: null, runName: name, remove: old, passedOver: null, untilMs: times.nextMs }
  if (cronJob.isSuspended) return { ...wait, untilMs: null }
  if (missedMs === null || states.has(name)) return wait
  if (cronJob.startingDeadlineMs !== null && missedMs + cronJob.startingDeadlineMs < nowMs)
    return { ...wait, passedOver: 'too late' }
  if (active.length === 0 || cronJob.concurrency === 'Allow') return { ...wait, startMs: missedMs }
  if (cronJob.concurrency === 'Replace') return { ...wait, startMs: missedMs, remove: [...old, ...active] }
  return { ...wait, passedOver: 'the run before is not over' }
}

/** Source: getJobName. */
function runName(cronJob: string, scheduledMs: number): string {
  return `${cronJob}-${Math.floor(scheduledMs / 60_000)}`
}
