/** The path of a fieldRef: a field, or one entry of a map. Source: k8s.io/kubernetes/pkg/fieldpath SplitMaybeSubscriptedPath. */

export interface FieldPath {
  readonly field: string
  /** What stands between `['` and `']`; null when there is no subscript. */
  readonly key: string | null
}

export function splitFieldPath(path: string): FieldPath {
  const subscript = path.endsWith("']") ? path.indexOf("['") : -1
  // Nothing before it is no field: Kubernetes then takes the whole text for one.
  if (subscript <= 0) return { field: path, key: null }
  return { field: path.slice(0, subscript), key: path.slice(subscript + 2, -2) }
}
