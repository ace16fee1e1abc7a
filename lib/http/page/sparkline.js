/** A small line: how an amount went, and what it is now. */

import { drawing, element } from './elements.js'

const width = 100
const height = 20

/**
 * @param {readonly number[]} amounts the newest last
 * @param {string} what
 * @param {(amount: number) => string} text
 */
export function sparkline(amounts, what, text) {
  const now = text(amounts.at(-1) ?? 0)
  const most = Math.max(...amounts, 1e-9)
  const step = width / Math.max(1, amounts.length - 1)
  const points = amounts.map(
    (amount, at) => `${(at * step).toFixed(1)},${(height - (amount / most) * height).toFixed(1)}`,
  )
  const line = drawing('path', { d: `M${points.join('L')}` })
  const picture = drawing(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    ...(amounts.length > 1 ? [line] : []),
  )
  return element('span', { class: 'spark' }, picture, `${what} ${now}`)
}
