/** A complete v1 Pod in podkeep's own terms and units. */

import {
  podKey,
  podUid,
  type DesiredContainer,
  type DesiredPod,
  type DesiredPort,
  type DesiredResources,
  type DesiredVolume,
  type HostPathType,
  type ImagePullPolicy,
  type PortProtocol,
  type RestartPolicy,
  type V1Pod,
} from '../pod/index.js'
import { absoluteMountPath } from './container-rules.js'
import type { Json } from './normal-form.js'
import { milliUnits, parseQuantity, wholeUnits } from './quantity.js'
import { listOf, numberOf, objectOf, objectsOf, textOf } from './shape.js'

/** `manifest` has passed every check and has its defaults. */
export function desiredPod(manifest: V1Pod, file: string): DesiredPod {
  const { name, namespace, uid } = manifest.metadata
  const { spec } = manifest
  return {
    key: podKey(namespace, name),
    namespace,
    name,
    uid: uid === undefined ? null : podUid(uid),
    file,
    restartPolicy: textOf(spec, 'restartPolicy') as RestartPolicy,
    graceMs: (numberOf(spec, 'terminationGracePeriodSeconds') ?? 30) * 1000,
    hostNetwork: spec['hostNetwork'] === true,
    volumes: objectsOf(spec, 'volumes').map(({ item }) => desiredVolume(item)),
    initContainers: objectsOf(spec, 'initContainers').map(({ item }) => desiredContainer(item)),
    containers: objectsOf(spec, 'containers').map(({ item }) => desiredContainer(item)),
    manifest,
  }
}

function desiredContainer(container: Json): DesiredContainer {
  return {
    name: textOf(container, 'name') ?? '',
    image: textOf(container, 'image') ?? '',
    imagePullPolicy: textOf(container, 'imagePullPolicy') as ImagePullPolicy,
    command: words(container, 'command'),
    args: words(container, 'args'),
    env: objectsOf(container, 'env').map(({ item }) => ({
      name: textOf(item, 'name') ?? '',
      value: textOf(item, 'value') ?? '',
    })),
    workingDir: textOrNull(container, 'workingDir'),
    ports: objectsOf(container, 'ports').map(({ item }) => desiredPort(item)),
    mounts: objectsOf(container, 'volumeMounts').map(({ item }) => ({
      volume: textOf(item, 'name') ?? '',
      mountPath: absoluteMountPath(textOf(item, 'mountPath') ?? ''),
      readOnly: item['readOnly'] === true,
    })),
    resources: desiredResources(objectOf(container, 'resources')),
  }
}

/** An empty list keeps what the image has, as in the kubelet. */
function words(container: Json, field: string): string[] | null {
  const list = listOf(container, field).map(String)
  return list.length === 0 ? null : list
}

function desiredPort(port: Json): DesiredPort {
  return {
    name: textOrNull(port, 'name'),
    containerPort: numberOf(port, 'containerPort') ?? 0,
    protocol: textOf(port, 'protocol') as PortProtocol,
    hostPort: numberOf(port, 'hostPort') ?? null,
    hostIP: textOrNull(port, 'hostIP'),
  }
}

function desiredResources(resources: Json): DesiredResources {
  const requests = objectOf(resources, 'requests')
  const limits = objectOf(resources, 'limits')
  return {
    cpuRequestMillis: millis(requests, 'cpu'),
    cpuLimitMillis: millis(limits, 'cpu'),
    memoryRequestBytes: bytes(requests, 'memory'),
    memoryLimitBytes: bytes(limits, 'memory'),
  }
}

function desiredVolume(volume: Json): DesiredVolume {
  const name = textOf(volume, 'name') ?? ''
  if ('hostPath' in volume) {
    const source = objectOf(volume, 'hostPath')
    return { kind: 'hostPath', name, path: textOf(source, 'path') ?? '', type: textOf(source, 'type') as HostPathType }
  }
  const source = objectOf(volume, 'emptyDir')
  const medium = textOf(source, 'medium') === 'Memory' ? 'Memory' : ''
  return { kind: 'emptyDir', name, medium, sizeLimitBytes: bytes(source, 'sizeLimit') }
}

function textOrNull(object: Json, field: string): string | null {
  const text = textOf(object, field) ?? ''
  return text === '' ? null : text
}

function millis(amounts: Json, name: string): number | null {
  const quantity = parseQuantity(textOf(amounts, name) ?? '')
  return quantity === null ? null : Number(milliUnits(quantity))
}

function bytes(amounts: Json, name: string): number | null {
  const quantity = parseQuantity(textOf(amounts, name) ?? '')
  return quantity === null ? null : Number(wholeUnits(quantity))
}
