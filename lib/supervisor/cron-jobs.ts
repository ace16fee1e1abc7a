/**
 * Keeps the CronJobs: looks when one is due, remembers its runs in the state folder, and says which runs' pods there should be.
 *
 * C1  A run is remembered before anything of it is made, and forgotten before anything of it is removed: killed in between,
 *     podkeep neither loses a run nor runs one twice.
 * C2  Nothing is decided before the engine has told what became of earlier runs.
 * C3  One timer for all of them. It rings once a minute at least, for the wall clock may be set; without a CronJob it never does.
 */

import { decodeStoredPod, latestTime, nextTime, runOf } from '../manifest/index.js'
import {
  countedFromMs,
  planCronJob,
  underThisClock,
  type CronTimes,
  type PodView,
  type RunState,
} from '../plan/index.js'
import { PodkeepError, podKey, type CronRecord, type CronRun, type DesiredCronJob, type PodKey } from '../pod/index.js'
import type { Clock, CronRecords, Logger } from '../ports/index.js'
import { podPhase } from '../status/index.js'
import type { ManifestBook } from './manifest-book.js'

export interface CronJobsParts {
  readonly records: CronRecords
  readonly clock: Clock
  readonly logger: Logger
  /** null until it is there. */
  readonly book: () => ManifestBook | null
  /** What the directory and the engine have has been seen. */
  readonly isSettled: () => boolean
  readonly viewOf: (pod: PodKey) => PodView | null
  /** Pods of runs that are wanted now, or not any more. */
  readonly onRuns: (pods: readonly PodKey[]) => void
}

const longestTimerMs = 60_000
const saveAgainMs = 10_000

export class CronJobs {
  readonly #parts: CronJobsParts
  readonly #records = new Map<PodKey, CronRecord>()
  readonly #saving = new Set<PodKey>()
  /** The times that were passed over, as told. */
  readonly #told = new Map<PodKey, string>()
  #isScheduled = false
  #isClosed = false
  #cancelTimer: (() => void) | null = null

  constructor(parts: CronJobsParts) {
    this.#parts = parts
  }

  restore(records: readonly CronRecord[]): void {
    for (const record of records) this.#records.set(record.key, record)
    this.#tellRuns()
  }

  /** Looks at all of them, soon, however often this is called until then. */
  nudge(): void {
    if (this.#isScheduled || this.#isClosed) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      if (!this.#isClosed) this.#look()
    })
  }

  close(): void {
    this.#isClosed = true
    this.#cancelTimer?.()
  }

  #look(): void {
    const { clock, isSettled } = this.#parts
    const book = this.#parts.book()
    this.#cancelTimer?.()
    this.#cancelTimer = null
    if (book === null || !isSettled()) return
    for (const { key, file } of this.#records.values()) if (book.isCronJobGone(key, file)) this.#forget(key)
    const nowMs = clock.wallMs()
    const untils = [...book.cronJobs.values()].flatMap((cronJob) => this.#lookAt(cronJob, nowMs) ?? [])
    if (untils.length === 0) return
    const delayMs = Math.min(longestTimerMs, Math.max(1, Math.min(...untils) - nowMs))
    this.#cancelTimer = clock.timer(delayMs, () => this.nudge())
  }

  /** @returns when it is due next; null: no time will come */
  #lookAt(cronJob: DesiredCronJob, nowMs: number): number | null {
    if (this.#saving.has(cronJob.key)) return null
    const known = this.#records.get(cronJob.key)
    const record =
      known === undefined ? newRecord(cronJob, nowMs) : underThisClock(asEdited(known, cronJob, nowMs), nowMs)
    const plan = planCronJob(cronJob, record, (run) => this.#stateOf(run), timesOf(cronJob, record, nowMs), nowMs)
    this.#tellPassedOver(cronJob, plan.passedOver)
    const runs = record.runs.filter(({ name }) => !plan.remove.includes(name))
    const begun = plan.startMs === null ? [] : [runOf(cronJob, plan.runName, plan.startMs)]
    const next: CronRecord = {
      ...record,
      lastScheduledMs: plan.startMs ?? record.lastScheduledMs,
      runs: [...runs, ...begun],
    }
    if (known !== undefined && JSON.stringify(next) === JSON.stringify(known)) return plan.untilMs
    this.#save(next, begun)
    return plan.untilMs
  }

  #save(record: CronRecord, begun: readonly CronRun[]): void {
    const { records, logger } = this.#parts
    this.#change(
      record.key,
      () => records.save(record),
      () => {
        this.#records.set(record.key, record)
        for (const { name } of begun) logger.info({ cronJob: record.key, run: name }, 'run of a CronJob begins')
        this.#tellRuns()
      },
    )
  }

  #forget(key: PodKey): void {
    if (this.#saving.has(key)) return
    this.#change(
      key,
      () => this.#parts.records.remove(key),
      () => {
        this.#records.delete(key)
        this.#told.delete(key)
        this.#tellRuns()
      },
    )
  }

  /** Nothing follows before the state folder has it; should it fail, it is tried again. */
  #change(key: PodKey, write: () => Promise<void>, then: () => void): void {
    const { clock, logger } = this.#parts
    this.#saving.add(key)
    const again = (): void => {
      this.#saving.delete(key)
      this.nudge()
    }
    write()
      .then(() => {
        if (this.#isClosed) return
        then()
        again()
      })
      .catch((error: unknown) => {
        if (!(error instanceof PodkeepError)) throw error
        logger.warn({ cronJob: key, err: error }, 'what a CronJob did cannot be remembered, so nothing of it begins')
        if (!this.#isClosed) clock.timer(saveAgainMs, again)
      })
      .catch((bug: unknown) => {
        queueMicrotask(() => {
          throw bug
        })
      })
  }

  #tellRuns(): void {
    const pods = [...this.#records.values()].flatMap(({ runs, file }) =>
      runs.flatMap((run) => run.pods.flatMap((pod) => decodeStoredPod(pod, file) ?? [])),
    )
    this.#parts.onRuns(this.#parts.book()?.putRuns(pods) ?? [])
  }

  #stateOf({ pods }: CronRun): RunState {
    const phases = pods.map(({ metadata: { namespace, name } }) => {
      const view = this.#parts.viewOf(podKey(namespace, name))
      return view === null ? 'Pending' : podPhase(view)
    })
    if (phases.includes('Failed')) return 'failed'
    return phases.every((phase) => phase === 'Succeeded') ? 'succeeded' : 'active'
  }

  #tellPassedOver({ key }: DesiredCronJob, why: string | null): void {
    if (why !== null && this.#told.get(key) !== why)
      this.#parts.logger.warn({ cronJob: key, reason: why }, 'a time of a CronJob is passed over')
    if (why === null) this.#told.delete(key)
    else this.#told.set(key, why)
  }
}

function newRecord({ key, file, manifest }: DesiredCronJob, nowMs: number): CronRecord {
  return { key, file, manifest, sinceMs: nowMs, lastScheduledMs: null, runs: [] }
}

/** Another schedule counts from its edit on: no run begins because a time of the new one has passed. */
function asEdited(record: CronRecord, { file, manifest }: DesiredCronJob, nowMs: number): CronRecord {
  const scheduleOf = ({ spec }: CronRecord['manifest']): string => {
    const { schedule, timeZone } = spec as { readonly schedule?: unknown; readonly timeZone?: unknown }
    return JSON.stringify([schedule, timeZone])
  }
  const isSame = scheduleOf(record.manifest) === scheduleOf(manifest)
  return { ...record, file, manifest, sinceMs: isSame ? record.sinceMs : nowMs }
}

function timesOf({ schedule }: DesiredCronJob, record: CronRecord, nowMs: number): CronTimes {
  const { sinceMs } = record
  const afterMs = countedFromMs(record)
  return {
    missedMs: latestTime(schedule, { afterMs, nowMs, sinceMs }),
    nextMs: nextTime(schedule, Math.max(afterMs, nowMs), sinceMs),
  }
}
