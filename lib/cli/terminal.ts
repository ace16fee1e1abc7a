/** Where a command writes: what it found out goes to `out`, what a person should know besides to `note`. */

import { styleText } from 'node:util'

export interface Terminal {
  out(text: string): void
  note(text: string): void
  /** `out` is read by a person, not by a program. */
  readonly isInteractive: boolean
  readonly paint: Paint
}

export type Color = 'red' | 'yellow' | 'green' | 'cyan' | 'gray' | 'bold'
export type Paint = (color: Color, text: string) => string

export const plain: Paint = (_, text) => text
export const coloured: Paint = (color, text) => styleText(color, text, { validateStream: false })

export function processTerminal(): Terminal {
  const isInteractive = process.stdout.isTTY
  return {
    out: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    isInteractive,
    paint: wantsColour(isInteractive, process.env) ? coloured : plain,
  }
}

/** Source: no-color.org, and TERM=dumb as terminals without colours set it. */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const noColour = env['NO_COLOR']
  if (noColour !== undefined && noColour !== '') return false
  return isTerminal && env['TERM'] !== 'dumb'
}
