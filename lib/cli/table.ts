/** A table as kubectl prints it: no lines, columns three spaces apart, upper-case titles, nothing cut off. */

import stringWidth from 'string-width'

import { printable } from './printable.js'
import type { Color, Paint } from './terminal.js'

export interface Cell {
  readonly text: string
  readonly color: Color | null
}

const gap = '   '

/** @param titles null: rows only */
export function renderTable(
  titles: readonly string[] | null,
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string {
  const head = titles === null ? [] : [titles.map((title) => cell(title, 'bold'))]
  const lines = [...head, ...rows].map((row) =>
    row.map(({ text, color }) => {
      const shown = printable(text)
      return { shown, color, width: stringWidth(shown) }
    }),
  )
  const columns = Math.max(0, ...lines.map((line) => line.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    lines.reduce((most, line) => Math.max(most, line[column]?.width ?? 0), 0),
  )
  const text = lines.map((line) => {
    const cells = line.map(({ shown, color, width }, column) => {
      const painted = color === null ? shown : paint(color, shown)
      return `${painted}${' '.repeat((widths[column] ?? width) - width)}`
    })
    return cells.join(gap).trimEnd()
  })
  return `${text.join('\n')}\n`
}

export function cell(text: string, color: Color | null = null): Cell {
  return { text, color }
}
