/**
 * A value as Kubernetes' decoder leaves it: null fields are gone, null in a list or a map is the empty value, quantities are text,
 * fields stand in the schema's order. What has the wrong shape stays as it is: the schema has said so already.
 */

import { podFields } from './schema/pod-fields.generated.js'

export type Json = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function normalPod(value: unknown): unknown {
  return normal(value, 'V1Pod')
}

/** @param type the name of a definition of the schema: `V1Deployment` */
export function normal(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return emptyOf(type)
  // Most values are scalars, and most of those stay as they are.
  if (typeof value !== 'object') return type === 'quantity' ? quantityText(value) : value
  if (type.startsWith('[]')) {
    const itemType = type.slice(2)
    return Array.isArray(value) ? value.map((item) => normal(item, itemType)) : value
  }
  if (type.startsWith('{}')) {
    const itemType = type.slice(2)
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normal(item, itemType)]))
  }
  const fields = podFields[type]
  return fields !== undefined && isObject(value) ? normalObject(value, fields) : value
}

/** Kubernetes' decoder takes white space around it. */
function quantityText(value: unknown): unknown {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value.trim() : value
}

function normalObject(value: Json, fields: Readonly<Record<string, string>>): Json {
  const result: Record<string, unknown> = {}
  for (const field in fields) {
    const before = Object.hasOwn(value, field) ? value[field] : undefined
    if (before !== null && before !== undefined) result[field] = normal(before, fields[field] ?? 'any')
  }
  return result
}

function emptyOf(type: string): unknown {
  if (type === 'string') return ''
  if (type === 'quantity') return '0'
  if (type === 'integer' || type === 'number') return 0
  if (type === 'boolean') return false
  return Object.hasOwn(podFields, type) ? {} : null
}
