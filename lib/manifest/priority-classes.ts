/** The two classes of priority that every cluster has. Others are objects of a cluster's own. Source: pkg/apis/scheduling. */

const systemClasses: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}

export function priorityOfClass(name: string): number | null {
  return Object.hasOwn(systemClasses, name) ? (systemClasses[name] ?? null) : null
}
