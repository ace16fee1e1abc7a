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

export interface Item {
  readonly item: Json
  readonly at: number
}

const nothing: readonly Item[] = []

/** Only the items that are objects, each with its index in the whole list. Asked for every list of every pod, most of them absent. */
export function objectsOf(object: Json, field: string): readonly Item[] {
  const list = object[field]
  if (!Array.isArray(list)) return nothing
  const items: Item[] = []
  for (let at = 0; at < list.length; at++) {
    const item: unknown = list[at]
    if (isObject(item)) items.push({ item, at })
  }
  return items
}
