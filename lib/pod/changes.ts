/** Which fields of a manifest differ from another of the same pod, named as a person would write them. */

import type { V1Pod } from './v1.js'

/** More would not be read, and a manifest may be large. */
const mostChanges = 50

/** A whole part that came or went is named once. Of list items that have names, those with the same name are compared. */
export function changedFields(before: V1Pod, after: V1Pod): string[] {
  const fields = [
    ...changesIn('metadata', before.metadata, after.metadata),
    ...changesIn('spec', before.spec, after.spec),
  ]
  if (fields.length <= mostChanges) return fields
  return [...fields.slice(0, mostChanges), `and ${fields.length - mostChanges} more`]
}

function changesIn(path: string, before: unknown, after: unknown): string[] {
  if (isSame(before, after)) return []
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => changesIn(`${path}${fieldName(key)}`, before[key], after[key]))
  }
  if (Array.isArray(before) && Array.isArray(after)) return changesInList(path, before, after)
  return [path]
}

function changesInList(path: string, before: readonly unknown[], after: readonly unknown[]): string[] {
  const names = [before, after].map((list) => list.map(nameOf))
  const [namesBefore = [], namesAfter = []] = names
  const areNamed = names.every((list) => list.every((name) => name !== null) && new Set(list).size === list.length)
  if (!areNamed) {
    if (before.length !== after.length || before.some((item) => !isObject(item))) return [path]
    return before.flatMap((item, index) => changesIn(`${path}[${index}]`, item, after[index]))
  }
  const all = [...new Set([...namesBefore, ...namesAfter])]
  const changes = all.flatMap((name) => {
    const [one, other] = [before[namesBefore.indexOf(name)], after[namesAfter.indexOf(name)]]
    return changesIn(`${path}[${name ?? ''}]`, one, other)
  })
  return changes.length > 0 ? changes : [path]
}

function nameOf(item: unknown): string | null {
  if (!isObject(item)) return null
  const { name } = item
  return typeof name === 'string' ? name : null
}

function fieldName(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
