/**
 * Events, kept over podkeep's restart in a file of lines; a line replaces an earlier one of the same id.
 *
 * V1  Recording writes nothing and waits for nothing: what is new is written a moment later, all together.
 * V2  The file stays small: it is written anew, with what is remembered only, when it has grown.
 * V3  A damaged line costs that line. A disk that is full costs nothing but the file's newest lines, until it has room.
 */

import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf } from '../disk/index.js'
import { PodkeepError, type EventSubject, type PodEvent, type RecordedEvent } from '../pod/index.js'
import type { Clock, EventRecorder, Logger } from '../ports/index.js'
import { EventFold } from './event-fold.js'
import { decodeEvent, encodeEvent } from './event-line.js'
import { stateError } from './failure.js'
import { writeWhole } from './whole-file.js'

export interface EventLogOptions {
  readonly directory: string
  readonly clock: Clock
  readonly logger: Logger
}

const eventsFile = 'events.jsonl'
const writeAfterMs = 1000
/** That something happened once more can wait. */
const countAfterMs = 30_000
const againAfterMs = 30_000
const growthBytes = 512 * 1024

export class EventLog implements EventRecorder {
  readonly #options: EventLogOptions
  readonly #fold = new EventFold()
  readonly #unwritten = new Map<string, RecordedEvent>()
  readonly #listeners = new Set<(event: RecordedEvent) => void>()
  #sizeBytes = 0
  #mostBytes = growthBytes
  #mustRewrite = false
  #timer: { readonly atTickMs: number; readonly cancel: () => void } | null = null
  #writing: Promise<void> = Promise.resolve()
  #isFailing = false
  #isClosed = false

  private constructor(options: EventLogOptions) {
    this.#options = options
  }

  /** Never fails: a file that cannot be read is as one that is not there, and the log says so. */
  static async open(options: EventLogOptions): Promise<EventLog> {
    const log = new EventLog(options)
    await log.#load()
    return log
  }

  record(subject: EventSubject, event: PodEvent): void {
    const { clock } = this.#options
    const recorded = this.#fold.add(subject, event, clock.wallMs())
    this.#unwritten.set(recorded.id, recorded)
    this.#writeIn(recorded.count === 1 ? writeAfterMs : countAfterMs)
    for (const tell of this.#listeners) tell(recorded)
  }

  events(): readonly RecordedEvent[] {
    return this.#fold.events
  }

  onEvent(tell: (event: RecordedEvent) => void): () => void {
    this.#listeners.add(tell)
    return () => {
      this.#listeners.delete(tell)
    }
  }

  /** What is being written is on the disk, or could not be. */
  written(): Promise<void> {
    return this.#writing
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#timer = null
    await this.#writing
    await this.#write()
  }

  #writeIn(delayMs: number): void {
    const { clock } = this.#options
    const atTickMs = clock.tickMs() + delayMs
    if (this.#isClosed || (this.#timer !== null && this.#timer.atTickMs <= atTickMs)) return
    this.#timer?.cancel()
    const cancel = clock.timer(delayMs, () => {
      this.#timer = null
      this.#writing = this.#writing.then(() => this.#write())
    })
    this.#timer = { atTickMs, cancel }
  }

  async #write(): Promise<void> {
    if (this.#unwritten.size === 0) return
    const batch = new Map(this.#unwritten)
    this.#unwritten.clear()
    try {
      await this.#append([...batch.values()].map(encodeEvent).join(''))
      if (this.#isFailing) this.#options.logger.info({}, 'events can be written again')
      this.#isFailing = false
    } catch (error) {
      // The newer of one id wins.
      for (const [id, event] of batch) if (!this.#unwritten.has(id)) this.#unwritten.set(id, event)
      this.#mustRewrite = true
      if (!this.#isFailing) this.#options.logger.warn({ err: error }, 'events cannot be written, it is tried again')
      this.#isFailing = true
      this.#writeIn(againAfterMs)
    }
  }

  async #append(lines: string): Promise<void> {
    const { directory } = this.#options
    const path = join(directory, eventsFile)
    if (!this.#mustRewrite && this.#sizeBytes + Buffer.byteLength(lines) <= this.#mostBytes) {
      try {
        await appendFile(path, lines, { mode: 0o600 })
      } catch (error) {
        throw stateError(`cannot write ${path}`, error)
      }
      this.#sizeBytes += Buffer.byteLength(lines)
      return
    }
    const whole = this.#fold.events.map(encodeEvent).join('')
    await writeWhole(directory, eventsFile, whole)
    this.#sizeBytes = Buffer.byteLength(whole)
    this.#mostBytes = this.#sizeBytes + growthBytes
    this.#mustRewrite = false
  }

  async #load(): Promise<void> {
    const path = join(this.#options.directory, eventsFile)
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      this.#mustRewrite = true
      const err = error instanceof PodkeepError ? error : stateError(`cannot read ${path}`, error)
      this.#options.logger.warn({ err }, 'earlier events are lost')
      return
    }
    const lines = text.split('\n').filter((line) => line !== '')
    let damagedCount = 0
    for (const line of lines) {
      const event = decodeEvent(line)
      if (event === null) damagedCount += 1
      else this.#fold.restore(event)
    }
    this.#sizeBytes = Buffer.byteLength(text)
    // A last line that was cut off would swallow the next.
    this.#mustRewrite = damagedCount > 0 || (text !== '' && !text.endsWith('\n'))
    if (damagedCount > 0) this.#options.logger.warn({ file: path, damagedCount }, 'some earlier events are lost')
  }
}
