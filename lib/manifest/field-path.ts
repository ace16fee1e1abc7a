/** The path of a fieldRef: a field, or one entry of a map. Source: pkg/fieldpath SplitMaybeSubscriptedPath, ConvertDownwardAPIFieldLabel. */

export interface FieldPath {
  readonly field: string
  /** What stands between `['` and `']`; null when there is no subscript. */
  readonly key: string | null
}

export function splitFieldPath(path: string): FieldPath {
  const open = path.endsWith("']") ? path.slice(0, -2).indexOf("['") : -1
  if (open > 0) return { field: path.slice(0, open), key: path.slice(open + 2, -2) }
  // Its name before 2015, which Kubernetes still understands.
  return { field: path === 'spec.host' ? 'spec.nodeName' : path, key: null }
}
