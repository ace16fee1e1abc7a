/** The line of a manifest that a problem is in, short enough for a terminal, with a caret under the place. */

import type { Problem } from '../pod/index.js'

export interface SourceLine {
  readonly line: number
  readonly text: string
  /** Characters of `text` before the place. */
  readonly before: number
}

const widest = 100
const shownBefore = 60

export function sourceLine(lines: readonly string[], { line, column }: Problem): SourceLine | null {
  const text = line === null ? undefined : lines[line - 1]
  if (text === undefined || line === null) return null
  const characters = Array.from(text.replace(/\t/g, ' '))
  const before = Math.min((column ?? 1) - 1, characters.length)
  const start = Math.max(0, before - shownBefore)
  const shown = characters.slice(start, start + widest).join('')
  return { line, text: shown, before: before - start }
}

/** Two lines: the source, and the caret. */
export function caretText({ line, text, before }: SourceLine): string {
  const gutter = String(line).padStart(5)
  return `${gutter} | ${text}\n${' '.repeat(gutter.length)} | ${' '.repeat(before)}^\n`
}
