/**
 * The manifests directory as a stream of scans.
 *
 * S1  What is there is found out by looking; events only say where. Without any event the slow rescan finds everything too.
 * S2  One event costs one look at one name. The whole directory is listed at the start, after anything unclear and by the
 *     slow rescan, which stretches itself so that it takes at most about 0.5 % of the time.
 * S3  A file renamed into place is taken at once, one that is being written when it has been quiet (arrival.ts, ledger.ts).
 * S4  A directory that cannot be read is not an empty directory, and one in its place says so by another directoryId.
 * S5  One look at a time; what happens meanwhile is looked at afterwards.
 */

import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { resolve } from 'node:path'

import type { DirectoryScan, Logger, ManifestSource } from '../ports/index.js'
import { cameWhole, eventsOf, isOldEnough, type Move } from './arrival.js'
import { DirectoryWatch, whyNoEvents, type WatchListener } from './directory-watch.js'
import { directoryInode, isWayOfLinks, listDirectory, type Listed, type Listing } from './directory.js'
import * as ledgers from './ledger.js'
import { withUsual, type DirectorySourceOptions } from './options.js'
import { PausedWriters, type Quiet } from './paused-writers.js'
import { readName, type Reading, type ReadTerms } from './read-file.js'
import { isSameScan } from './same-scan.js'
import { changedNames } from './unchanged.js'
import type { Writers } from './writers.js'

/** Looked at between two turns of the event loop. */
const batchNames = 64
/** With more names than this to look at, listing the directory is cheaper than asking one by one. */
const manyNames = 1_000
const scanShare = 0.005
const rescanMostMs = 300_000
const absentCheckMs = 1_000
const pollMs = 2_000
const mayFillMs = 2_000
const arrivalMostMs = 2_000

export class DirectorySource implements ManifestSource {
  readonly directory: string
  readonly #logger: Logger
  readonly #settleMs: number
  readonly #rescanMs: number
  readonly #checkMs: number
  readonly #writers: Writers | null
  readonly #terms: ReadTerms
  readonly #ledger: ledgers.Ledger
  readonly #paused: PausedWriters
  #onScan: (scan: DirectoryScan) => void = () => undefined
  #published: DirectoryScan | null = null
  #watch: DirectoryWatch | null = null
  #watchedInode: string | null = null
  /** The directory of the last good scan. */
  #inode: string | null = null
  /** The directory that every file of the last published scan was seen in. */
  #publishedInode: string | null = null
  /** Names that came or went and wait for a look. */
  readonly #moved = new Map<string, Move>()
  #wantsWhole = true
  #eventsFailed = false
  /** The directory cannot be read. */
  #lost = false
  /** A link or folder that manifests may be reached through was replaced. */
  #linksSwapped = false
  #arrivalDeadlineMs: number | null = null
  #rescanAtMs = 0
  #checkAtMs = 0
  #closed = false
  #working: Promise<void> | null = null
  #timer: NodeJS.Timeout | undefined
  #wakeAtMs = Infinity
  #firstPublished: (() => void) | null = null

  constructor(options: DirectorySourceOptions) {
    const { directory, logger, writers, settleMs, openMostMs, proc, ...rest } = withUsual(options)
    this.directory = resolve(directory)
    this.#logger = logger
    this.#settleMs = settleMs
    this.#rescanMs = rest.rescanMs
    this.#checkMs = rest.checkMs
    this.#writers = writers
    this.#terms = { limitBytes: rest.maxFileBytes, writers }
    this.#ledger = ledgers.newLedger(settleMs, rest.maxTotalBytes)
    this.#paused = new PausedWriters({ directory: this.directory, logger, ledger: this.#ledger, openMostMs, proc })
  }

  async start(onScan: (scan: DirectoryScan) => void): Promise<void> {
    this.#onScan = onScan
    const published = new Promise<void>((done) => {
      this.#firstPublished = done
    })
    this.#nudge()
    await published
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#working
    await this.#watch?.close()
    this.#watch = null
    this.#firstPublished?.()
  }

  #nudge(): void {
    if (this.#closed || this.#working !== null) return
    this.#working = this.#work().finally(() => {
      this.#working = null
      this.#schedule()
    })
  }

  /** Looks until nothing is left to look at now. */
  async #work(): Promise<void> {
    await turn()
    while (!this.#closed) {
      const nowMs = performance.now()
      if (!this.#wantsWhole && nowMs >= this.#checkAtMs) await this.#checkDirectory()
      if (nowMs >= this.#rescanAtMs || this.#moved.size > manyNames) this.#wantsWhole = true
      if (this.#lost && this.#moved.size + this.#ledger.unsettled.size > 0) this.#wantsWhole = true
      if (this.#wantsWhole) await this.#scanWhole()
      else if (!(await this.#lookAround(nowMs))) return
    }
  }

  async #lookAround(nowMs: number): Promise<boolean> {
    const moved = [...this.#moved.keys()]
    const due = ledgers
      .dueNames(this.#ledger, nowMs)
      .filter((name) => !this.#moved.has(name) && !this.#paused.isHeld(name, nowMs))
    if (moved.length + due.length === 0) return false
    await this.#look(moved, 'moved')
    await this.#look(due, 'due')
    await this.#removeMissing()
    this.#publish()
    return true
  }

  #schedule(): void {
    if (this.#closed) return
    const nextMs = Math.min(this.#rescanAtMs, this.#checkAtMs, ledgers.nextDueMs(this.#ledger) ?? Infinity)
    this.#wakeAtMs = Infinity
    this.#wakeBy(this.#wantsWhole || this.#moved.size > 0 ? 0 : nextMs)
  }

  #wakeBy(atMs: number): void {
    if (this.#closed || this.#wakeAtMs <= atMs) return
    this.#wakeAtMs = atMs
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => {
        this.#nudge()
      },
      Math.ceil(Math.max(0, atMs - performance.now())),
    )
  }

  async #checkDirectory(): Promise<void> {
    this.#checkAtMs = performance.now() + this.#checkMs
    if ((await directoryInode(this.directory, this.#writers)) !== this.#inode) this.#wantsWhole = true
  }

  async #scanWhole(): Promise<void> {
    const startedMs = performance.now()
    this.#wantsWhole = false
    const listing = await this.#watchAndList()
    if (this.#closed) return
    this.#lost = listing.kind === 'unreadable'
    if (listing.kind === 'unreadable') {
      this.#arrivalDeadlineMs = null
      ledgers.forgetDoubts(this.#ledger)
      this.#moved.clear()
      this.#postpone(absentCheckMs)
      this.#emit(listing)
      return
    }
    await this.#takeListing(listing)
    const costMs = performance.now() - startedMs
    const leastMs = this.#eventsFailed ? Math.min(pollMs, this.#rescanMs) : this.#rescanMs
    this.#postpone(Math.min(rescanMostMs, Math.max(leastMs, costMs / scanShare)))
    this.#publish()
  }

  #postpone(delayMs: number): void {
    this.#rescanAtMs = performance.now() + delayMs
    this.#checkAtMs = performance.now() + Math.min(delayMs, this.#checkMs)
  }

  /** Watches first and lists then, so that nothing falls between. */
  async #watchAndList(): Promise<Listing> {
    const inode = await directoryInode(this.directory, this.#writers)
    if (inode !== this.#watchedInode) await this.#unwatch()
    if (typeof inode !== 'string') return inode
    if (this.#watch === null && !this.#eventsFailed && !this.#closed) {
      this.#watchedInode = inode
      this.#watch = await DirectoryWatch.open(this.directory, this.#listener())
    }
    const listing = await listDirectory(this.directory, this.#writers)
    if (listing.kind === 'unreadable') return listing
    if (listing.inode !== inode) this.#wantsWhole = true
    const isReplaced = this.#inode !== null && listing.inode !== this.#inode
    ledgers.allowRefill(this.#ledger, isReplaced ? mayFillMs : null)
    this.#inode = listing.inode
    return listing
  }

  async #unwatch(): Promise<void> {
    const watch = this.#watch
    this.#watch = null
    this.#watchedInode = null
    await watch?.close()
  }

  async #takeListing(listing: Listed): Promise<void> {
    if (this.#published?.kind !== 'scanned') this.#arrivalDeadlineMs ??= performance.now() + arrivalMostMs
    const { entries, unsettled } = this.#ledger
    const listed = new Set(listing.names.map(({ name }) => name))
    const vanished = [...entries.keys()].filter((name) => !listed.has(name))
    const changed = await changedNames(this.directory, listing.names, entries, () => this.#closed)
    await this.#look(
      [...vanished, ...changed].filter((name) => this.#linksSwapped || !unsettled.has(name) || this.#moved.has(name)),
      'found',
    )
    this.#linksSwapped = false
    await this.#removeMissing()
  }

  /** moved: an event named it. due: it should be quiet by now. found: the scan saw a difference without an event. */
  async #look(names: readonly string[], why: 'moved' | 'due' | 'found'): Promise<void> {
    for (let start = 0; start < names.length && !this.#closed; start += batchNames) {
      const batch = names.slice(start, start + batchNames).map((name) => {
        const move = this.#moved.get(name)
        return { name, move, reading: readName(this.directory, name, this.#terms) }
      })
      await eventsOf(batch.flatMap(({ move, reading }) => (move === undefined ? [] : [reading])))
      const held = await this.#paused.hold(batch.flatMap((one) => (this.#mayBeHalf(one) ? [one] : [])))
      for (const { name, move, reading } of batch) {
        if (this.#moved.get(name) !== move) continue
        this.#moved.delete(name)
        if (!held.has(name)) this.#record(name, reading, move, why === 'due')
      }
    }
  }

  /** What a rename brought is whole; what is as before is nothing new. */
  #mayBeHalf(look: { name: string; move: Move | undefined; reading: Reading }): look is Quiet & { move: undefined } {
    const { name, move, reading } = look
    if (move !== undefined || reading.kind === 'missing' || reading.file.kind !== 'read') return false
    if (this.#linksSwapped && reading.isLink) return false
    const known = this.#ledger.entries.get(name)
    return known === undefined || !ledgers.sameFile(known.file, reading.file)
  }

  #record(name: string, reading: Reading, move: Move | undefined, isDue: boolean): void {
    const nowMs = performance.now()
    const known = this.#ledger.entries.get(name)
    if (move?.written === true) ledgers.noteWriting(this.#ledger, name, nowMs)
    const arrival = this.#isWhole(name, reading, move) ? 'whole' : 'writing'
    if (isDue) ledgers.recordDue(this.#ledger, name, reading, nowMs)
    else ledgers.record(this.#ledger, name, reading, arrival, nowMs)
    if (move !== undefined && [known, reading].some(isWayOfLinks)) {
      this.#wantsWhole = true
      this.#linksSwapped = true
    }
    const isFollowed = reading.kind === 'found' && reading.isLink && reading.file.kind === 'read'
    const isNewlyWatched = this.#watch?.followLink(name, isFollowed ? reading.inode : null) === true
    if (isNewlyWatched) ledgers.noteWriting(this.#ledger, name, nowMs)
  }

  #isWhole(name: string, reading: Reading, move: Move | undefined): boolean {
    if (reading.kind === 'missing') return false
    if (move !== undefined) return cameWhole(reading, move)
    if (this.#linksSwapped && reading.isLink && reading.inode !== this.#ledger.entries.get(name)?.inode) return true
    if (this.#ledger.unsettled.has(name)) return false
    return isOldEnough(reading, this.#settleMs)
  }

  /** A file is gone when it is missing from the same directory for long enough. */
  async #removeMissing(): Promise<void> {
    const names = ledgers.overdueMissing(this.#ledger, performance.now())
    if (names.length === 0) return
    if ((await directoryInode(this.directory, this.#writers)) !== this.#inode) {
      this.#wantsWhole = true
      return
    }
    for (const name of names) {
      ledgers.forget(this.#ledger, name)
      this.#watch?.followLink(name, null)
    }
  }

  #listener(): WatchListener {
    return {
      nameMoved: (name) => {
        this.#moved.set(name, { written: false })
        this.#nudge()
      },
      contentChanged: (name) => {
        const move = this.#moved.get(name)
        if (move !== undefined) move.written = true
        else ledgers.noteWriting(this.#ledger, name, performance.now())
        if (this.#working === null) this.#wakeBy(performance.now() + this.#settleMs)
      },
      unclear: () => {
        this.#watchedInode = null
        this.#wantsWhole = true
        this.#nudge()
      },
      failed: (error) => {
        this.#fallBackToPolling(error)
      },
    }
  }

  #fallBackToPolling(error: unknown): void {
    if (this.#closed || this.#eventsFailed) return
    this.#eventsFailed = true
    const hint = whyNoEvents(error)
    this.#logger.warn({ file: this.directory, err: error, hint }, 'no file events: looking every 2 s instead')
    this.#watchedInode = null
    this.#wantsWhole = true
    this.#nudge()
  }

  #publish(): void {
    if (this.#closed) return
    const arriving = this.#arrivalDeadlineMs === null ? [] : ledgers.arriving(this.#ledger)
    if (this.#arrivalDeadlineMs !== null && arriving.length > 0) {
      if (performance.now() < this.#arrivalDeadlineMs) return
      for (const name of arriving) ledgers.holdPlace(this.#ledger, name)
    }
    this.#arrivalDeadlineMs = null
    // Whoever believes a directory for its files must not be shown those of the one before it.
    if (this.#publishedInode === null || this.#ledger.missing.size === 0) this.#publishedInode = this.#inode
    this.#emit({
      kind: 'scanned',
      directoryId: this.#publishedInode ?? '',
      files: ledgers.files(this.#ledger, performance.now()),
    })
  }

  #emit(scan: DirectoryScan): void {
    if (this.#published !== null && isSameScan(this.#published, scan)) return
    this.#published = scan
    this.#onScan(scan)
    this.#firstPublished?.()
    this.#firstPublished = null
  }
}
