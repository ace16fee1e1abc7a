/** How far pods are that are being made: a line for each container that waits, with a bar where it is known how much is left. */

import type { ListedPod } from '../pod-summary.js'
import { printable } from '../printable.js'

const mostLines = 8
const barWidth = 20

export function progressLines(pods: readonly ListedPod[]): string[] {
  const lines = pods.flatMap(({ metadata, status }) =>
    [...(status.initContainerStatuses ?? []), ...status.containerStatuses].flatMap(({ name, state: { waiting } }) => {
      if (waiting === undefined || waiting.reason === 'PodInitializing') return []
      const words = waiting.message === undefined ? waiting.reason : printable(waiting.message)
      return [`pod/${metadata.name} ${name}: ${withBar(words)}`]
    }),
  )
  const more = lines.length > mostLines ? [`... and ${lines.length - mostLines} more`] : []
  return [...lines.slice(0, mostLines), ...more]
}

/** Of a pull podkeep says "pulling image X: 42 % of 100 MB". How far it is comes first: the end of a long line is cut off. */
function withBar(words: string): string {
  const { what, percent, size } = /^(?<what>.*): (?<percent>\d{1,3}) % of (?<size>[^:]*)$/.exec(words)?.groups ?? {}
  if (what === undefined || percent === undefined || size === undefined) return words
  const full = Math.round((Math.min(100, Number(percent)) * barWidth) / 100)
  return `[${'#'.repeat(full)}${'-'.repeat(barWidth - full)}] ${percent.padStart(2)} % of ${size}, ${what}`
}
