/** Where a command writes: what it found out goes to `out`, what a person should know besides to `note`. */

import { styleText } from 'node:util'

export interface Terminal {
  out(text: string): void
  note(text: string): void
  /** Lines that are replaced by the next ones; empty: they go. Seen by a person only. */
  progress(lines: readonly string[]): void
  /** `out` is read by a person, not by a program. */
  readonly isInteractive: boolean
  readonly paint: Paint
  /** Nobody reads `out` any more: what would go on for ever ends. */
  readonly gone: AbortSignal
}

export type Color = 'red' | 'yellow' | 'green' | 'cyan' | 'gray' | 'bold'
export type Paint = (color: Color, text: string) => string

export const plain: Paint = (_, text) => text
export const coloured: Paint = (color, text) => styleText(color, text, { validateStream: false })

export interface ProcessTerminal extends Terminal {
  /**
   * Waits until all that was written has been taken: with a pipe that is the reader's affair, and a process that exits before
   * cuts it off.
   *
   * @returns what kept `out` from being written. `podkeep get pods | head -1` ends the reader first, and a terminal may go:
   * nobody has lost anything then.
   */
  written(): Promise<Error | null>
}

export function processTerminal(): ProcessTerminal {
  const isInteractive = process.stdout.isTTY
  const leaving = new AbortController()
  let loss: Error | null = null
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') loss ??= error
    leaving.abort()
  })
  // There is nobody left to be told.
  process.stderr.on('error', () => undefined)
  return {
    out: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    progress: process.stderr.isTTY ? progressOn(process.stderr) : () => undefined,
    isInteractive,
    paint: wantsColour(isInteractive, process.env) ? coloured : plain,
    gone: leaving.signal,
    written: async () => {
      await Promise.all([taken(process.stdout), taken(process.stderr)])
      return loss
    },
  }
}

/** Source: ECMA-48: up so many lines, and erase from there to the end of the screen. */
function progressOn(stream: NodeJS.WriteStream): (lines: readonly string[]) => void {
  let shown = 0
  return (lines) => {
    const back = shown === 0 ? '' : `\u001b[${shown}F\u001b[0J`
    // A line that is cut off is one line.
    const cut = lines.map((line) => `${line.slice(0, Math.max(1, stream.columns - 1))}\n`)
    if (back !== '' || cut.length > 0) stream.write(`${back}${cut.join('')}`)
    shown = lines.length
  }
}

function taken(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => {
      resolve()
    })
  })
}

/** Source: no-color.org, and TERM=dumb as terminals without colours set it. */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const noColour = env['NO_COLOR']
  if (noColour !== undefined && noColour !== '') return false
  return isTerminal && env['TERM'] !== 'dumb'
}
