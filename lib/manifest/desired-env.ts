/** Environment variables of a complete container, with the sources of their values. */

import {
  configKey,
  type EnvField,
  type EnvFromSource,
  type EnvSource,
  type EnvVar,
  type ResourceSource,
} from '../pod/index.js'
import type { Json } from './normal-form.js'
import { bytesOf, millisOf } from './quantity.js'
import { objectOf, objectsOf, textOf } from './shape.js'
import { splitFieldPath } from './field-path.js'

/** Where a variable stands: what its sources may name is looked for there. */
export interface EnvPlace {
  readonly container: Json
  readonly spec: Json
  readonly namespace: string
}

export function desiredVariable(variable: Json, place: EnvPlace): EnvVar {
  const name = textOf(variable, 'name') ?? ''
  const value = textOf(variable, 'value') ?? ''
  const valueFrom = envSource(objectOf(variable, 'valueFrom'), place)
  return valueFrom === null ? { name, value } : { name, value, valueFrom }
}

export function desiredEnvFrom(source: Json, namespace: string): EnvFromSource {
  const kind = 'configMapRef' in source ? 'ConfigMap' : 'Secret'
  const reference = objectOf(source, kind === 'ConfigMap' ? 'configMapRef' : 'secretRef')
  return {
    object: configKey(kind, namespace, textOf(reference, 'name') ?? ''),
    prefix: textOf(source, 'prefix') ?? '',
    optional: reference['optional'] === true,
  }
}

function envSource(from: Json, { container, spec, namespace }: EnvPlace): EnvSource | null {
  for (const [field, kind] of [
    ['configMapKeyRef', 'ConfigMap'],
    ['secretKeyRef', 'Secret'],
  ] as const) {
    if (!(field in from)) continue
    const reference = objectOf(from, field)
    return {
      kind: 'configKeyRef',
      object: configKey(kind, namespace, textOf(reference, 'name') ?? ''),
      key: textOf(reference, 'key') ?? '',
      optional: reference['optional'] === true,
    }
  }
  if ('fieldRef' in from) {
    const { field, key } = splitFieldPath(textOf(objectOf(from, 'fieldRef'), 'fieldPath') ?? '')
    return { kind: 'fieldRef', field: field as EnvField, key }
  }
  if ('resourceFieldRef' in from) return resourceSource(objectOf(from, 'resourceFieldRef'), container, spec)
  if (!('fileKeyRef' in from)) return null
  const file = objectOf(from, 'fileKeyRef')
  return {
    kind: 'fileKeyRef',
    volume: textOf(file, 'volumeName') ?? '',
    path: textOf(file, 'path') ?? '',
    key: textOf(file, 'key') ?? '',
    optional: file['optional'] === true,
  }
}

/** What is requested is 0 when nothing is; what is limited is the pod's when nothing is, or else the machine's. Source: MergeContainerResourceLimits. */
export function resourceSource(selector: Json, own: Json, spec: Json): ResourceSource {
  const container = textOf(selector, 'containerName') ?? ''
  const path = textOf(selector, 'resource') ?? ''
  const bound = path.startsWith('limits.') ? 'limits' : 'requests'
  const resource = path.slice(bound.length + 1)
  const amountOf = resource === 'cpu' ? millisOf : bytesOf
  const amounts = objectOf(objectOf(container === '' ? own : named(spec, container), 'resources'), bound)
  const ofPod = bound === 'limits' ? amountOf(objectOf(objectOf(spec, 'resources'), bound), resource) : null
  const ofContainer = amountOf(amounts, resource) ?? 0
  const amount = ofContainer === 0 ? (ofPod ?? 0) : ofContainer
  const isAllThereIs = amount === 0 && bound === 'limits' && !resource.startsWith('hugepages-')
  const divisor = amountOf(selector, 'divisor') ?? 0
  return {
    kind: 'resourceFieldRef',
    container: container === '' ? (textOf(own, 'name') ?? '') : container,
    bound,
    resource,
    amount: isAllThereIs ? null : amount,
    divisor: divisor === 0 ? (resource === 'cpu' ? 1000 : 1) : divisor,
  }
}

function named(spec: Json, name: string): Json {
  const all = [...objectsOf(spec, 'containers'), ...objectsOf(spec, 'initContainers')]
  return all.find(({ item }) => item['name'] === name)?.item ?? {}
}
