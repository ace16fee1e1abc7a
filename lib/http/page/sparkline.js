/** A small line: how an amount went, and what it is now. */

import { drawing, element } from './elements.js'

const width = 100
const height = 20

/**
 * @param {readonly (number | null)[]} amounts the newest last; null: not known, as a rate before there are two looks
 * @param {string} what
 * @param {(amount: number) => string} text
 */
export function sparkline(amounts, what, text) {
  const last = amounts.at(-1) ?? null
  const now = last === null ? '–' : text(last)
  const known = amounts.filter((amount) => amount !== null)
  const most = Math.max(...known, 1e-9)
  const step = width / Math.max(1, known.length - 1)
  const points = known.map(
    (amount, at) => `${(at * step).toFixed(1)},${(height - (amount / most) * height).toFixed(1)}`,
  )
  const picture = drawing(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    ...(known.length > 1 ? [drawing('path', { d: `M${points.join('L')}` })] : []),
  )
  return element('span', { class: 'spark' }, picture, `${what} ${now}`)
}
