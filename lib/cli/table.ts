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
export type TableRenderer = (titles: readonly string[] | null, rows: readonly (readonly Cell[])[]) => string

export function renderTable(
  titles: readonly string[] | null,
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string {
  return tableRenderer(paint)(titles, rows)
}

/** Rows that come later stand below those that were, as far as these leave room. */
export function tableRenderer(paint: Paint): TableRenderer {
  let widths: readonly number[] = []
  return (titles, rows) => {
    const lines = measured(titles, rows)
    const columns = Math.max(widths.length, ...lines.map((line) => line.length))
    widths = Array.from({ length: columns }, (_, column) =>
      lines.reduce((most, line) => Math.max(most, line[column]?.width ?? 0), widths[column] ?? 0),
    )
    return laidOut(lines, widths, paint)
  }
}

interface Measured extends Cell {
  readonly width: number
}

function measured(titles: readonly string[] | null, rows: readonly (readonly Cell[])[]): Measured[][] {
  const head = titles === null ? [] : [titles.map((title) => cell(title, 'bold'))]
  return [...head, ...rows].map((row) =>
    row.map(({ text, color }) => {
      const shown = printable(text)
      return { text: shown, color, width: stringWidth(shown) }
    }),
  )
}

function laidOut(lines: readonly (readonly Measured[])[], widths: readonly number[], paint: Paint): string {
  const text = lines.map((line) => {
    const cells = line.map(({ text: shown, color, width }, column) => {
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
