/** /runningpods/: the pods of which something runs, with no more than the runtime knows. Source: kubelet getRunningPods. */

import type { PodStatusEntry } from '../ports/index.js'
import { nameOf, runningContainers } from './pod-containers.js'

export function runningPods(entries: readonly PodStatusEntry[]): Record<string, unknown> {
  const items = entries.flatMap((entry) => {
    const running = runningContainers(entry)
    if (running.length === 0) return []
    const containers = running.map(({ status: { name, image } }) => ({ name, image, resources: {} }))
    return [
      { metadata: { ...nameOf(entry), uid: entry.uid, creationTimestamp: null }, spec: { containers }, status: {} },
    ]
  })
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items }
}
