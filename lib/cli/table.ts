/** A table as kubectl prints it: no lines, columns three spaces apart, upper-case titles, nothing cut off. */

import Table from 'cli-table3'

import { printable } from './printable.js'
import type { Color, Paint } from './terminal.js'

export interface Cell {
  readonly text: string
  readonly color: Color | null
}

const noLines = {
  'top': '', 'top-mid': '', 'top-left': '', 'top-right': '',
  'bottom': '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  'left': '', 'left-mid': '', 'mid': '', 'mid-mid': '', 'right': '', 'right-mid': '', 'middle': '   ',
} // prettier-ignore

export function renderTable(titles: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string {
  const style = { 'padding-left': 0, 'padding-right': 0, head: [], border: [] }
  const table = new Table({ head: titles.map((title) => paint('bold', title)), chars: noLines, style })
  for (const row of rows) {
    table.push(
      row.map(({ text, color }) => {
        const shown = printable(text)
        return color === null ? shown : paint(color, shown)
      }),
    )
  }
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`
}

export function cell(text: string, color: Color | null = null): Cell {
  return { text, color }
}
