/** What a pod refers to of ConfigMaps and Secrets. */

import type { ConfigKey, ConfigReference } from './config.js'
import type { DesiredContainer, DesiredPod } from './desired.js'

/** What the variables of a container are made from, in the order in which they are. */
export function variableReferences(container: DesiredContainer): ConfigReference[] {
  const whole = container.envFrom.map(({ object, optional }) => ({ object, key: null, optional }))
  const single = container.env.flatMap(({ valueFrom }) =>
    valueFrom?.kind === 'configKeyRef'
      ? [{ object: valueFrom.object, key: valueFrom.key, optional: valueFrom.optional }]
      : [],
  )
  return [...whole, ...single]
}

/** Every object that the pod refers to anywhere. */
export function configKeysOf(pod: DesiredPod): ReadonlySet<ConfigKey> {
  const containers = [...pod.initContainers, ...pod.containers]
  return new Set([...containers.flatMap(variableReferences).map(({ object }) => object), ...pod.pullSecrets])
}
