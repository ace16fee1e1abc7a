/** Where two manifests differ, field by field, in the words a person would look for. */

export interface FieldChange {
  /** `spec.containers[app].image`: items of a list by their name where they have one. */
  readonly path: string
  /** undefined: not there. */
  readonly before: unknown
  readonly after: unknown
}

export function fieldChanges(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (before === after) return []
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...names].flatMap((name) =>
      fieldChanges(before[name], after[name], path === '' ? name : `${path}.${quoted(name)}`),
    )
  }
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path)
  return [{ path, before, after }]
}

/** A key with dots or slashes, such as a label's, would not be readable as a step of a path. */
function quoted(name: string): string {
  return /^[\w-]+$/.test(name) ? name : `"${name}"`
}

function listChanges(before: readonly unknown[], after: readonly unknown[], path: string): FieldChange[] {
  const key = itemKeys.find((name) => [before, after].every((list) => areNamed(list, name)))
  if (key === undefined) {
    const length = Math.max(before.length, after.length)
    return Array.from({ length }, (_, at) => fieldChanges(before[at], after[at], `${path}[${at}]`)).flat()
  }
  const named = (list: readonly unknown[]): Map<string, unknown> =>
    new Map(list.map((item) => [nameOf(item, key), item]))
  const [olds, news] = [named(before), named(after)]
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((name) =>
    fieldChanges(olds.get(name), news.get(name), `${path}[${name}]`),
  )
}

/** By which Kubernetes merges the lists of a Pod. */
const itemKeys = ['mountPath', 'name', 'containerPort', 'ip']

function areNamed(list: readonly unknown[], key: string): boolean {
  const names = list.map((item) => nameOf(item, key))
  return !names.includes('') && new Set(names).size === names.length
}

function nameOf(item: unknown, key: string): string {
  const name = isObject(item) ? item[key] : undefined
  return typeof name === 'string' || typeof name === 'number' ? String(name) : ''
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
