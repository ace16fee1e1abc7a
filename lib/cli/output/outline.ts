/** Titles and values, indented, as `kubectl describe` lays them out. */

import { printable } from '../printable.js'
import type { Paint } from '../terminal.js'

/** A title with a line, several lines, or titles of its own. */
export type Outline = readonly [title: string, value: string | readonly string[] | readonly Outline[]]

const step = '  '

export function outlineText(outlines: readonly Outline[], paint: Paint, indent = ''): string {
  const width = Math.max(0, ...outlines.filter(([, value]) => isLine(value)).map(([title]) => title.length)) + 2
  return outlines.map((outline) => oneText(outline, { paint, indent, width })).join('')
}

function oneText(
  [title, value]: Outline,
  { paint, indent, width }: { readonly paint: Paint; readonly indent: string; readonly width: number },
): string {
  const head = `${indent}${paint('bold', `${printable(title)}:`)}`
  const pad = ' '.repeat(Math.max(1, width - title.length))
  if (typeof value === 'string') return `${head}${pad}${indented(value, indent.length + width + 1)}\n`
  if (value.length === 0) return `${head}${pad}<none>\n`
  if (isLines(value)) return `${head}\n${value.map((line) => `${indent}${step}${printable(line)}\n`).join('')}`
  return `${head}\n${outlineText(value, paint, `${indent}${step}`)}`
}

/** Further lines of a message stand below its first. */
function indented(value: string, by: number): string {
  return value
    .trimEnd()
    .split('\n')
    .map(printable)
    .join(`\n${' '.repeat(by)}`)
}

function isLine(value: Outline[1]): boolean {
  return typeof value === 'string' || value.length === 0
}

function isLines(value: readonly string[] | readonly Outline[]): value is readonly string[] {
  return typeof value[0] === 'string'
}

export function mapLines(map: Readonly<Record<string, unknown>>, between: string): string | string[] {
  const lines = Object.entries(map).map(
    ([name, value]) => `${name}${between}${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return lines.length === 0 ? '<none>' : lines.length === 1 ? (lines[0] ?? '') : lines
}

export function listed(title: string, lines: readonly string[]): Outline[] {
  return lines.length === 0 ? [] : [[title, lines]]
}
