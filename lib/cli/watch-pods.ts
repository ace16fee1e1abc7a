/** `podkeep get pods --watch`: all rows once, then each that changes. */

import { setTimeout as sleep } from 'node:timers/promises'

import { asked, factsOf, podTable, type PodQuery } from './get-pods.js'
import { objectText } from './output/format.js'
import { askPods } from './pods/listed-pods.js'
import { summarize, type ListedPod } from './pod-summary.js'
import type { Flags } from './run-options.js'
import type { Session } from './verb.js'

/** A look costs podkeep less than a millisecond. */
const pauseMs = 500

/** Until it is interrupted, or podkeep answers no more. */
export async function watchPods(flags: Flags, { surroundings, terminal }: Session, query: PodQuery): Promise<never> {
  const shown = new Map<string, string>()
  let headers = query.headers
  for (;;) {
    const nowMs = Date.now()
    const pods = asked(await askPods(flags, surroundings), query)
    const changed = pods.filter((pod) => shown.get(pod.metadata.uid ?? '') !== gist(pod))
    for (const pod of changed) shown.set(pod.metadata.uid ?? '', gist(pod))
    for (const pod of changed) {
      const text = objectText(query.format, { apiVersion: 'v1', kind: 'Pod', ...pod }, [`pod/${pod.metadata.name}`])
      if (text !== null) terminal.out(text)
    }
    if (changed.length > 0 && ['table', 'wide'].includes(query.format.kind)) {
      terminal.out(podTable(changed, { ...query, headers }, nowMs, terminal))
      headers = false
    }
    await sleep(pauseMs)
  }
}

/** What a row shows, but for what only the clock changes. */
function gist(pod: ListedPod): string {
  const { ready, status, ip } = summarize(pod, factsOf(pod), 0)
  const restarts = pod.status.containerStatuses.map(({ restartCount }) => restartCount)
  return JSON.stringify([ready, status, ip, restarts, pod.metadata.labels])
}
