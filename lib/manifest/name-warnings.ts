/**
 * Services that are named like a pod which is not behind them. In Kubernetes a pod has no such name; here it has, and the Service takes
 * it. A warning and no problem: each manifest is right by itself, and the Service means what it means in a cluster.
 */

import { selects, type DesiredPod, type PodKey, type Problem } from '../pod/index.js'
import type { DecodedService } from './decode-file.js'

/** @param pods those in force */
export function nameWarnings(services: Iterable<DecodedService>, pods: ReadonlyMap<PodKey, DesiredPod>): Problem[] {
  const warnings: Problem[] = []
  for (const { service, line, column } of services) {
    const pod = pods.get(service.key)
    if (pod === undefined || pod.hostNetwork) continue
    const labels = pod.manifest.metadata.labels ?? {}
    if (selects(service, { namespace: pod.namespace, labels })) continue
    warnings.push({
      file: service.file,
      line,
      column,
      field: 'metadata.name',
      message: `pod ${pod.key} in ${pod.file} has this name too and is not behind the Service: the name leads to the Service's ready pods, and never to it`,
      suggestion: 'rename one of the two',
      pod: null,
    })
  }
  return warnings
}
