/**
 * Fills in what a checked Pod leaves open, as the API server does, in Kubernetes' shape and in the schema's order of fields.
 * Source: pkg/apis/core/v1/defaults.go; the namespace from the kubelet's applyDefaults.
 */

import { invariant, type V1ObjectMeta, type V1Pod } from '../pod/index.js'
import { priorityOfClass } from './priority-classes.js'
import { defaultPullPolicy } from './image-reference.js'
import { isObject, normalPod, type Json } from './normal-form.js'
import { podResourcesWithDefaults } from './pod-resource-rules.js'
import { numberOf, objectOf, objectsOf, textOf } from './shape.js'

/** What an API server notes about the objects it keeps; a file is not one. */
const bookkeeping = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
])

/** `pod` has passed every check. */
export function withDefaults(pod: Json): V1Pod {
  const complete = normalPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataWithDefaults(objectOf(pod, 'metadata')),
    spec: specWithDefaults(objectOf(pod, 'spec')),
  })
  invariant(isPod(complete), 'a checked pod with defaults is a pod')
  return complete
}

function isPod(value: unknown): value is V1Pod {
  return isObject(value) && isObject(value['metadata']) && isObject(value['spec'])
}

function metadataWithDefaults(metadata: Json): V1ObjectMeta {
  const kept = Object.entries(metadata).filter(([field]) => !bookkeeping.has(field))
  return {
    ...Object.fromEntries(kept),
    name: textOf(metadata, 'name') ?? '',
    namespace: textOr(metadata, 'namespace', 'default'),
    uid: textOf(metadata, 'uid') === '' ? null : metadata['uid'],
  } as V1ObjectMeta
}

function specWithDefaults(spec: Json): Json {
  const hostNetwork = spec['hostNetwork'] === true
  const containers = (field: string): Json[] =>
    objectsOf(spec, field).map(({ item }) => containerWithDefaults(item, hostNetwork))
  return {
    ...spec,
    restartPolicy: textOr(spec, 'restartPolicy', 'Always'),
    dnsPolicy: textOr(spec, 'dnsPolicy', 'ClusterFirst'),
    schedulerName: textOr(spec, 'schedulerName', 'default-scheduler'),
    terminationGracePeriodSeconds: numberOf(spec, 'terminationGracePeriodSeconds') ?? 30,
    priority: numberOf(spec, 'priority') ?? priorityOfClass(textOf(spec, 'priorityClassName') ?? '') ?? null,
    enableServiceLinks: spec['enableServiceLinks'] ?? true,
    securityContext: objectOf(spec, 'securityContext'),
    resources: podResourcesWithDefaults(spec),
    volumes: orAbsent(objectsOf(spec, 'volumes').map(({ item }) => volumeWithDefaults(item))),
    initContainers: orAbsent(containers('initContainers')),
    containers: containers('containers'),
  }
}

function containerWithDefaults(container: Json, hostNetwork: boolean): Json {
  const image = textOf(container, 'image') ?? ''
  return {
    ...container,
    imagePullPolicy: textOr(container, 'imagePullPolicy', defaultPullPolicy(image)),
    terminationMessagePath: textOr(container, 'terminationMessagePath', '/dev/termination-log'),
    terminationMessagePolicy: textOr(container, 'terminationMessagePolicy', 'File'),
    ports: orAbsent(objectsOf(container, 'ports').map(({ item }) => portWithDefaults(item, hostNetwork))),
    resources: resourcesWithDefaults(objectOf(container, 'resources')),
    env: orAbsent(objectsOf(container, 'env').map(({ item }) => variableWithDefaults(item))),
    lifecycle: lifecycleWithDefaults(container['lifecycle']),
    startupProbe: probeWithDefaults(container['startupProbe']),
    readinessProbe: probeWithDefaults(container['readinessProbe']),
    livenessProbe: probeWithDefaults(container['livenessProbe']),
  }
}

function variableWithDefaults(variable: Json): Json {
  const from = variable['valueFrom']
  if (!isObject(from) || !isObject(from['fieldRef'])) return variable
  const fieldRef = { ...from['fieldRef'], apiVersion: textOr(from['fieldRef'], 'apiVersion', 'v1') }
  return { ...variable, valueFrom: { ...from, fieldRef } }
}

/** 0 is Go's "not set" for the numbers that have a default. */
function probeWithDefaults(probe: unknown): Json | null {
  if (!isObject(probe)) return null
  const number = (field: string, otherwise: number): number => {
    const given = numberOf(probe, field) ?? 0
    return given === 0 ? otherwise : given
  }
  return {
    ...handlerWithDefaults(probe),
    grpc: isObject(probe['grpc']) ? { ...probe['grpc'], service: textOf(probe['grpc'], 'service') ?? '' } : null,
    timeoutSeconds: number('timeoutSeconds', 1),
    periodSeconds: number('periodSeconds', 10),
    successThreshold: number('successThreshold', 1),
    failureThreshold: number('failureThreshold', 3),
  }
}

function lifecycleWithDefaults(lifecycle: unknown): Json | null {
  if (!isObject(lifecycle)) return null
  const hook = (field: string): Json | null => {
    const handler = lifecycle[field]
    return isObject(handler) ? handlerWithDefaults(handler) : null
  }
  return { ...lifecycle, postStart: hook('postStart'), preStop: hook('preStop') }
}

function handlerWithDefaults(handler: Json): Json {
  const get = handler['httpGet']
  if (!isObject(get)) return handler
  return { ...handler, httpGet: { ...get, path: textOr(get, 'path', '/'), scheme: textOr(get, 'scheme', 'HTTP') } }
}

function portWithDefaults(port: Json, hostNetwork: boolean): Json {
  const hostPort = numberOf(port, 'hostPort') ?? 0
  const effective = hostNetwork && hostPort === 0 ? port['containerPort'] : hostPort
  return { ...port, protocol: textOr(port, 'protocol', 'TCP'), hostPort: effective === 0 ? null : effective }
}

/** What is limited and not requested is requested up to its limit. */
function resourcesWithDefaults(resources: Json): Json {
  const limits = objectOf(resources, 'limits')
  const requests = { ...limits, ...objectOf(resources, 'requests') }
  return { ...resources, requests: Object.keys(requests).length === 0 ? null : requests }
}

function volumeWithDefaults(volume: Json): Json {
  const hasSource = Object.keys(volume).some((field) => field !== 'name')
  if (!hasSource) return { ...volume, emptyDir: {} }
  if (!('hostPath' in volume)) return volume
  const hostPath = objectOf(volume, 'hostPath')
  return { ...volume, hostPath: { ...hostPath, type: textOf(hostPath, 'type') ?? '' } }
}

function textOr(object: Json, field: string, otherwise: string): string {
  const text = textOf(object, field) ?? ''
  return text === '' ? otherwise : text
}

function orAbsent<Item>(items: readonly Item[]): readonly Item[] | null {
  return items.length === 0 ? null : items
}
