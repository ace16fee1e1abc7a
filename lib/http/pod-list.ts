/**
 * The status board's pods as a v1 PodList.
 *
 * What Kubernetes has no field for is in annotations: io.podkeep.manifest names the file, io.podkeep.desire is run, hold (the
 * manifest is broken, the pod stays as it was) or remove.
 */

import type { V1PodStatus } from '../pod/index.js'
import type { PodStatusEntry } from '../ports/index.js'

export interface PodItem {
  readonly metadata: Readonly<Record<string, unknown>>
  readonly spec: Readonly<Record<string, unknown>>
  readonly status: V1PodStatus
}

/** The JSON text. */
export function podList(entries: readonly PodStatusEntry[], nodeName: string): string {
  const items = [...entries].sort((a, b) => (a.key < b.key ? -1 : 1)).map((entry) => podItem(entry, nodeName))
  return JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items })
}

export function podItem(entry: PodStatusEntry, nodeName: string): PodItem {
  const { manifest, status, uid } = entry
  const slash = entry.key.indexOf('/')
  const named = { name: entry.key.slice(slash + 1), namespace: entry.key.slice(0, slash) }
  const metadata = {
    ...named,
    ...manifest?.metadata,
    uid,
    creationTimestamp: manifest?.metadata.creationTimestamp ?? status.startTime ?? null,
    annotations: {
      ...manifest?.metadata.annotations,
      'kubernetes.io/config.source': 'file',
      'io.podkeep.manifest': entry.file,
      'io.podkeep.desire': entry.desire,
    },
  }
  return { metadata, spec: { ...(manifest?.spec ?? seenSpec(status)), nodeName }, status }
}

/** Of a pod of which only the containers are known. */
function seenSpec(status: V1PodStatus): Record<string, unknown> {
  const seen = (statuses: V1PodStatus['containerStatuses']): { name: string; image: string }[] =>
    statuses.map(({ name, image }) => ({ name, image }))
  const initContainers = seen(status.initContainerStatuses ?? [])
  return { ...(initContainers.length > 0 && { initContainers }), containers: seen(status.containerStatuses) }
}
