/** What a pod's fields and resources say, for its variables and for the files of its downwardAPI volumes. */

import { allocatableDiskBytes, allocatableMemoryBytes, type FieldSource, type ResourceSource } from '../pod/index.js'
import type { PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

export function podFieldValue(
  { field, key }: FieldSource,
  view: PodView,
  address: string,
  context: PlanContext,
): string {
  const { metadata, spec } = view.pod.manifest
  switch (field) {
    case 'metadata.name':
      return view.pod.name
    case 'metadata.namespace':
      return view.pod.namespace
    case 'metadata.uid':
      return view.uid
    case 'metadata.labels':
      return own(metadata.labels, key)
    case 'metadata.annotations':
      return own(metadata.annotations, key)
    case 'spec.nodeName':
      return context.nodeName
    case 'spec.serviceAccountName':
      return typeof spec['serviceAccountName'] === 'string' ? spec['serviceAccountName'] : ''
    case 'status.hostIP':
    case 'status.hostIPs':
      return context.hostIP
    case 'status.podIP':
    case 'status.podIPs':
      return address
  }
}

/** `toString` is a legal name too. */
function own(map: Readonly<Record<string, string>> | undefined, key: string | null): string {
  return map !== undefined && key !== null && Object.hasOwn(map, key) ? (map[key] ?? '') : ''
}

export function resourceValue({ resource, amount, divisor }: ResourceSource, context: PlanContext): string {
  return String(Math.ceil((amount ?? allocatable(resource, context)) / divisor))
}

/** Source: kubelet pkg/kubelet defaultPodLimitsForDownwardAPI: what is without a limit is told what the node can give. */
function allocatable(resource: string, context: PlanContext): number {
  if (resource === 'cpu') return context.cpuCapacityMillis
  return resource === 'memory'
    ? allocatableMemoryBytes(context.memoryCapacityBytes)
    : allocatableDiskBytes(context.diskCapacityBytes)
}

/** All labels, or annotations, a line each. Source: kubelet fieldpath.FormatMap: sorted, values quoted as Go quotes them. */
export function mapValue(map: Readonly<Record<string, string>> = {}): string {
  return Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')
}
