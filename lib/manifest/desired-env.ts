/** Environment variables of a complete container, with the sources of their values. */

import type { EnvField, EnvSource, EnvVar, ResourceSource } from '../pod/index.js'
import type { Json } from './normal-form.js'
import { bytesOf, millisOf } from './quantity.js'
import { objectOf, objectsOf, textOf } from './shape.js'
import { splitFieldPath } from './field-path.js'

export function desiredVariable(variable: Json, container: Json, spec: Json): EnvVar {
  const name = textOf(variable, 'name') ?? ''
  const value = textOf(variable, 'value') ?? ''
  const valueFrom = envSource(objectOf(variable, 'valueFrom'), container, spec)
  return valueFrom === null ? { name, value } : { name, value, valueFrom }
}

function envSource(from: Json, container: Json, spec: Json): EnvSource | null {
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

/** What is requested is 0 when nothing is; what is limited is the machine's when nothing is. Source: MergeContainerResourceLimits. */
function resourceSource(selector: Json, own: Json, spec: Json): ResourceSource {
  const container = textOf(selector, 'containerName') ?? ''
  const path = textOf(selector, 'resource') ?? ''
  const bound = path.startsWith('limits.') ? 'limits' : 'requests'
  const resource = path.slice(bound.length + 1)
  const amountOf = resource === 'cpu' ? millisOf : bytesOf
  const amounts = objectOf(objectOf(container === '' ? own : named(spec, container), 'resources'), bound)
  const amount = amountOf(amounts, resource) ?? 0
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
