/**
 * The log of `podkeep run`: pino's JSON lines, or the same lines made readable.
 *
 * L1  A reader that is slow, stuck or gone never stops podkeep: writing happens beside the event loop, beyond
 *     `bufferedBytes` lines are dropped, and a closed pipe is no error (pino's destination looks after that).
 * L2  Values of environment variables are never written.
 */

import { pino, stdTimeFunctions } from 'pino'

import { describeError } from './error-description.js'
import type { Logger } from '../ports/index.js'
import { readableLine } from './readable-log.js'
import type { LogFormat, LogLevel } from './run-options.js'
import { coloured, plain, wantsColour } from './terminal.js'

const bufferedBytes = 4 * 1024 * 1024
/** Every line is written as it comes; with 0 pino's flush would not wait for what is under way. */
const minLength = 1
const flushPatienceMs = 1000

export interface Log {
  readonly logger: Logger
  /** The last words: podkeep ends because of what `fields` say. */
  fatal(fields: Record<string, unknown>, phrase: string): void
  /**
   * Waits until what was logged is written. A reader that does not read would keep the process from ever ending, for Node
   * waits for the thread that writes: then the process kills itself, which is safe once everything else is closed.
   */
  flush(): Promise<void>
}

export interface LogSettings {
  readonly format: LogFormat
  readonly level: LogLevel
  readonly isTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** File descriptor, or a file's path. */
  readonly to: number | string
}

export function openLog({ format, level, isTerminal, env, to }: LogSettings): Log {
  const file = pino.destination({ dest: to, sync: false, minLength, maxLength: bufferedBytes })
  // A destination that cannot be written to has nobody to be told.
  file.on('error', () => undefined)
  const isReadable = format === 'pretty' || (format === 'auto' && isTerminal)
  const paint = wantsColour(isTerminal, env) ? coloured : plain
  const readable = { write: (line: string): void => void file.write(readableLine(line, paint)) }
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: ['env', '*.env', 'environment', '*.environment'],
    },
    isReadable ? readable : file,
  )
  return {
    logger,
    fatal: (fields, phrase) => {
      logger.fatal(fields, phrase)
    },
    flush: () => flushed(file),
  }
}

function flushed(file: { flush(done: (error?: Error) => void): void }): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => process.kill(process.pid, 'SIGKILL'), flushPatienceMs)
    file.flush(() => {
      clearTimeout(patience)
      resolve()
    })
  })
}
