/** What a pod refers to of ConfigMaps and Secrets. */

import type { ConfigKey, ConfigReference } from './config.js'
import type { DesiredContainer, DesiredPod } from './desired.js'
import { isContentVolume, type DesiredVolume } from './volume.js'

/** What the variables of a container are made from, in the order in which they are. */
function variableReferences(container: DesiredContainer): ConfigReference[] {
  const whole = container.envFrom.map(({ object, optional }) => ({ object, key: null, optional }))
  const single = container.env.flatMap(({ valueFrom }) =>
    valueFrom?.kind === 'configKeyRef'
      ? [{ object: valueFrom.object, key: valueFrom.key, optional: valueFrom.optional }]
      : [],
  )
  return [...whole, ...single]
}

/** What the volumes are made from that a container mounts. */
function mountedReferences(pod: DesiredPod, container: DesiredContainer): ConfigReference[] {
  const names = new Set(container.mounts.map(({ volume }) => volume))
  return pod.volumes.filter(({ name }) => names.has(name)).flatMap(contentReferences)
}

/** What a change of which replaces a container: its variables, and where the pod asks for that its volumes too. */
export function replacingReferences(pod: DesiredPod, container: DesiredContainer): ConfigReference[] {
  const mounted = pod.onConfigChange.kind === 'restart' ? mountedReferences(pod, container) : []
  return [...variableReferences(container), ...mounted]
}

function contentReferences(volume: DesiredVolume): ConfigReference[] {
  if (!isContentVolume(volume)) return []
  return volume.sources.flatMap((source): ConfigReference[] => {
    if (source.kind !== 'object') return []
    const { object, items, optional } = source
    return items === null ? [{ object, key: null, optional }] : items.map(({ key }) => ({ object, key, optional }))
  })
}

/** Every object that the pod refers to anywhere. */
export function configKeysOf(pod: DesiredPod): ReadonlySet<ConfigKey> {
  const containers = [...pod.initContainers, ...pod.containers]
  const references = [...containers.flatMap(variableReferences), ...pod.volumes.flatMap(contentReferences)]
  return new Set([...references.map(({ object }) => object), ...pod.pullSecrets])
}
