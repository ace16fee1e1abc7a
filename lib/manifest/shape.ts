/** Reads parts of a value whose shape has not been proved: what has the wrong shape is not there. */

import { isObject, type Json } from './normal-form.js'

export function textOf(object: Json, field: string): string | undefined {
  const value = object[field]
  return typeof value === 'string' ? value : undefined
}

/** An empty text is Go's "not set". */
export function textOrNull(object: Json, field: string): string | null {
  const text = textOf(object, field) ?? ''
  return text === '' ? null : text
}

export function numberOf(object: Json, field: string): number | undefined {
  const value = object[field]
  return typeof value === 'number' ? value : undefined
}

export function objectOf(object: Json, field: string): Json {
  const value = object[field]
  return isObject(value) ? value : {}
}

export function listOf(object: Json, field: string): readonly unknown[] {
  const value = object[field]
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}

/** Only the items that are objects, each with its index in the whole list. */
export function objectsOf(object: Json, field: string): { item: Json; at: number }[] {
  return listOf(object, field).flatMap((item, at) => (isObject(item) ? [{ item, at }] : []))
}
