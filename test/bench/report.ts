/** The figures as a table for people and as a document for machines. */

import { cpus, release, totalmem } from 'node:os'

import { isMet, ratioOf, type Figure, type Spread } from './figures.js'

export interface Report {
  readonly figures: readonly Figure[]
  /** Of measures that broke off. */
  readonly failures: readonly { readonly measure: string; readonly why: string }[]
  readonly tookMs: number
}

const columns = ['measure', 'what', 'podkeep', '(min..max)', 'floor', '(min..max)', 'ratio', 'target', ''] as const

export function table({ figures, failures, tookMs }: Report): string {
  const broken = failures.map(({ measure, why }) => `${measure} failed: ${why}`)
  const floors = new Set(figures.flatMap(({ measure, floor }) => (floor === null ? [] : [`${measure}: ${floor.what}`])))
  return [
    lines(figures).trimEnd(),
    ...broken,
    '',
    'Medians. The floor is the same done without podkeep, in turns with it:',
    ...[...floors].map((floor) => `  ${floor}`),
    `${machine()}, measured in ${Math.round(tookMs / 1000)} s`,
    '',
  ].join('\n')
}

/** The figures alone, in columns. */
export function lines(figures: readonly Figure[]): string {
  const rows = [columns, ...figures.map(row)]
  const widths = columns.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)))
  const padded = rows.map((cells) =>
    cells
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${padded.join('\n')}\n`
}

export function json(report: Report): string {
  const figures = report.figures.map((figure) => ({ ...figure, ratio: ratioOf(figure), isMet: isMet(figure) }))
  return `${JSON.stringify({ ...report, figures, machine: machine() }, null, 2)}\n`
}

function row(figure: Figure): string[] {
  const { measure, what, podkeep, floor, target } = figure
  const ratio = ratioOf(figure)
  const met = isMet(figure)
  const number = (value: number): string => `${rounded(value)} ${figure.unit}`
  const between = ({ min, max, samples }: Spread): string =>
    samples < 2 ? '' : `(${rounded(min)}..${rounded(max)}, ${samples})`
  return [
    measure,
    what,
    number(podkeep.median),
    between(podkeep),
    floor === null ? '' : number(floor.spread.median),
    floor === null ? '' : between(floor.spread),
    ratio === null ? '' : ratio.toFixed(2),
    target === null ? '' : target.kind === 'ratio' ? target.atMost.toFixed(2) : number(target.atMost),
    met === null ? '' : met ? 'ok' : 'over',
  ]
}

function rounded(value: number): string {
  const size = Math.abs(value)
  return value.toFixed(size >= 100 || value === 0 ? 0 : size >= 1 ? 1 : 3)
}

function machine(): string {
  const cores = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `Node ${process.versions.node}, Linux ${release()}, ${cores.length} cores ${cores[0]?.model.trim() ?? ''}, ${memory}`
}
