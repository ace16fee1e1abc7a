/** What was measured, and whether it is good enough. */

export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
  readonly samples: number
}

export type Unit = 'ms' | 's' | '%' | 'MB' | '/s' | 'containers'

/** One line of the table. */
export interface Figure {
  readonly measure: string
  readonly what: string
  readonly unit: Unit
  readonly podkeep: Spread
  /** What the same takes without podkeep, measured in turns with it; null where there is no such thing. */
  readonly floor: { readonly what: string; readonly spread: Spread } | null
  readonly target: Target | null
}

/** What must not be exceeded: the ratio of the two medians, or podkeep's median itself. */
export type Target =
  { readonly kind: 'ratio'; readonly atMost: number } | { readonly kind: 'value'; readonly atMost: number }

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2
  return { min: at(0), median, max: at(sorted.length - 1), samples: sorted.length }
}

/** null without a floor. */
export function ratioOf({ podkeep, floor }: Figure): number | null {
  return floor === null ? null : podkeep.median / floor.spread.median
}

/** null where nothing is asked for. */
export function isMet(figure: Figure): boolean | null {
  if (figure.target === null) return null
  const value = figure.target.kind === 'ratio' ? ratioOf(figure) : figure.podkeep.median
  return value !== null && value <= figure.target.atMost
}
