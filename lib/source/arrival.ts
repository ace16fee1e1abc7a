/**
 * Whether a file that came is there whole, or is still being written.
 *
 * A1  A rename brings no write event with it, creating and writing does. A write whose bytes were read has its event in the
 *     kernel's queue, so two more turns of the event loop bring it before the bytes are believed.
 * A2  But the kernel shows the bytes an instant before it queues the event (about one file in a thousand was caught like that
 *     when created and written while podkeep looked). So a file whose last change is a write of just now is given writeTailMs
 *     more. A file that was renamed a clock tick after it was written does not wait.
 * A3  A writer that the scheduler stops in that instant for longer can slip through; its event then corrects what was read.
 */

import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'

import type { FileReading, Reading } from './read-file.js'

export interface Move {
  /** Its bytes or attributes changed afterwards. */
  written: boolean
}

const writeTailMs = 2
const justNowMs = 10

/** @returns when an event of any write that could be read has been told. */
export async function eventsOf(moved: readonly Reading[]): Promise<void> {
  await turn()
  await turn()
  if (moved.some(isWrittenJustNow)) await delay(writeTailMs)
}

function isWrittenJustNow(reading: Reading): boolean {
  return reading.kind === 'found' && reading.endsInWrite && Math.abs(Date.now() - reading.modifiedAtMs) < justNowMs
}

/** Of a file that an event brought. An empty one is about to be written. */
export function cameWhole(reading: FileReading, move: Move): boolean {
  return !move.written && reading.file.kind === 'read' && reading.file.bytes.length > 0
}

/** Of a file found without an event. */
export function isOldEnough(reading: FileReading, settleMs: number): boolean {
  return reading.file.kind !== 'read' || Math.abs(Date.now() - reading.modifiedAtMs) >= settleMs
}
