/**
 * Which quiet files are not believed yet, because their writer has only paused: `cat > web.yaml` by hand, scp on a bad line,
 * rsync --inplace. Half a manifest is often a manifest, with fewer pods.
 *
 * P1  Whoever is seen to have the file open for writing is waited for, and named.
 * P2  Where not everybody can be seen, more quiet than usual has to do.
 * P3  Nobody is waited for for ever: a minute after the last change, or ten in all, what stands there counts.
 */

import type { Logger } from '../ports/index.js'
import { pause, type Ledger, type Pause } from './ledger.js'
import { openWriters, stillWrites, type OpenWriter } from './open-writers.js'
import type { FileReading } from './read-file.js'

export interface PausedWritersOptions {
  readonly directory: string
  readonly logger: Logger
  readonly ledger: Ledger
  /** How long a file may be open for writing without a change until it counts; ten times that with changes. */
  readonly openMostMs: number
  /** Where the machine's processes are seen. */
  readonly proc: string
}

export interface Quiet {
  readonly name: string
  readonly reading: FileReading
}

/** What may be half after this much more quiet than usual is whole, or its writer takes more than a moment's rest. */
const unseenQuiets = 7
/** A file that no event told of, and that was written before that, is nobody's who is at it now. */
const latelyMs = 10_000
const inAll = 10

export class PausedWriters {
  readonly #options: PausedWritersOptions
  readonly #known = new Map<string, OpenWriter>()

  constructor(options: PausedWritersOptions) {
    this.#options = options
  }

  /** Its writer is known and has not let go: nothing else has to be looked at. */
  isHeld(name: string, nowMs: number): boolean {
    const { directory, ledger, proc } = this.#options
    const writer = this.#known.get(name)
    const quietSinceMs = ledger.unsettled.get(name)?.quietSinceMs ?? null
    if (writer === undefined || quietSinceMs === null || this.#isTooLong(name, quietSinceMs, nowMs)) return false
    if (!stillWrites(directory, name, writer, proc)) return false
    pause(ledger, name, { untilMs: nowMs + ledger.settleMs, why: whyOf(writer) }, quietSinceMs)
    return true
  }

  /** Those of quiet files that are not believed yet; when to look at them again is noted. */
  async hold(quiet: readonly Quiet[]): Promise<ReadonlySet<string>> {
    const { directory, ledger, proc } = this.#options
    const asked = quiet.filter(({ name, reading }) => ledger.unsettled.has(name) || ageMs(reading) < latelyMs)
    const names = asked.map(({ name }) => name)
    for (const name of names) this.#known.delete(name)
    const { found, isCertain } = await openWriters(directory, names, proc)
    const held = new Set<string>()
    const nowMs = performance.now()
    for (const { name, reading } of asked) {
      const quietSinceMs = ledger.unsettled.get(name)?.quietSinceMs ?? nowMs - ageMs(reading)
      const doubt = this.#doubt(name, quietSinceMs, found.get(name), isCertain, nowMs)
      if (doubt === null) continue
      pause(ledger, name, doubt, quietSinceMs)
      held.add(name)
    }
    return held
  }

  #doubt(
    name: string,
    quietSinceMs: number,
    writer: OpenWriter | undefined,
    isCertain: boolean,
    nowMs: number,
  ): Pause | null {
    const { ledger } = this.#options
    const { settleMs } = ledger
    if (writer !== undefined) {
      const why = whyOf(writer)
      if (this.#isTooLong(name, quietSinceMs, nowMs)) {
        this.#tell(name, why, 'a manifest has been open for writing for too long, what stands there now counts')
        return null
      }
      this.#known.set(name, writer)
      // One that was never there is shown, and told, as a file that cannot be read.
      if (ledger.entries.has(name) && ledger.unsettled.get(name)?.pause?.why !== why)
        this.#tell(name, why, 'a manifest is being written, and counts once that is done')
      return { untilMs: nowMs + settleMs, why }
    }
    const enoughMs = quietSinceMs + unseenQuiets * settleMs
    return isCertain || nowMs >= enoughMs ? null : { untilMs: enoughMs, why: null }
  }

  #isTooLong(name: string, quietSinceMs: number, nowMs: number): boolean {
    const { ledger, openMostMs } = this.#options
    const sinceMs = ledger.unsettled.get(name)?.sinceMs ?? quietSinceMs
    return nowMs - quietSinceMs >= openMostMs || nowMs - sinceMs >= inAll * openMostMs
  }

  #tell(file: string, reason: string, phrase: string): void {
    this.#options.logger.warn({ file, reason }, phrase)
  }
}

function whyOf({ program, pid }: OpenWriter): string {
  return `${program} (process ${pid}) has it open for writing`
}

function ageMs({ modifiedAtMs }: FileReading): number {
  return Math.max(0, Date.now() - modifiedAtMs)
}
