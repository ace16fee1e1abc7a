/** What is shown of a file whose bytes do not count yet. */

import type { ScannedFile } from '../ports/index.js'

const message = 'it is still being written'

/** One that never said anything may have pods, and must not look as if it were not there. */
export function unfinished(name: string, waitsFor: string | null): ScannedFile {
  const suggestion = waitsFor === null ? null : 'rename a finished file into its place, and that counts at once'
  const whole = waitsFor === null ? message : `${message}: ${waitsFor}`
  return { kind: 'unreadable', name, message: whole, suggestion, isUnfinished: true }
}

/** What it said before counts on. */
export function behind(name: string, before: ScannedFile | undefined, waitsFor: string): ScannedFile {
  if (before?.kind === 'read') return { ...before, waitsFor }
  const isPlace = before?.kind === 'unreadable' && before.message === message
  return before === undefined || isPlace ? unfinished(name, waitsFor) : before
}
