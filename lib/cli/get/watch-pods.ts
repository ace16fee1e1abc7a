/** `podkeep get pods --watch`: all rows once, then each that changes. */

import { objectText } from '../output/format.js'
import { summarize, type ListedPod } from '../pod-summary.js'
import type { Flags } from '../run-options.js'
import { follow } from '../server/stream.js'
import { tableRenderer } from '../table.js'
import type { Session } from '../verb.js'
import { asked, factsOf, podTable, type PodQuery } from './pods.js'

/** Until it is interrupted, or podkeep answers no more. */
export async function watchPods(flags: Flags, { surroundings, terminal }: Session, query: PodQuery): Promise<void> {
  const shown = new Map<string, string>()
  let { headers } = query
  const render = tableRenderer(terminal.paint)
  for await (const change of follow(flags, surroundings, terminal.gone)) {
    if (change.kind !== 'pods') continue
    const nowMs = Date.now()
    const pods = present(change.pods, query, shown.size === 0)
    const changed = pods.filter((pod) => shown.get(pod.metadata.uid ?? '') !== gist(pod))
    for (const pod of changed) shown.set(pod.metadata.uid ?? '', gist(pod))
    for (const pod of changed) {
      const text = objectText(query.format, { apiVersion: 'v1', kind: 'Pod', ...pod }, [`pod/${pod.metadata.name}`])
      if (text !== null) terminal.out(text)
    }
    if (changed.length > 0 && ['table', 'wide'].includes(query.format.kind)) {
      terminal.out(podTable(changed, { ...query, headers }, nowMs, render))
      headers = false
    }
  }
}

/** A name that is wrong is told at once; one that is gone later may come back. */
function present(all: readonly ListedPod[], query: PodQuery, isFirst: boolean): ListedPod[] {
  const { references } = query
  if (isFirst || references.length === 0) return asked({ kind: 'PodList', items: all }, query)
  const known = references.filter(({ name, namespace }) =>
    all.some(({ metadata }) => metadata.name === name && (namespace === null || metadata.namespace === namespace)),
  )
  return known.length === 0 ? [] : asked({ kind: 'PodList', items: all }, { ...query, references: known })
}

/** What a row shows, but for what only the clock changes. */
function gist(pod: ListedPod): string {
  const { ready, status, ip } = summarize(pod, factsOf(pod), 0)
  const restarts = pod.status.containerStatuses.map(({ restartCount }) => restartCount)
  return JSON.stringify([ready, status, ip, restarts, pod.metadata.labels])
}
