/**
 * The pods of a workload, each as a manifest of its own: from there on nothing but a pod.
 *
 * W1  A replica's name never depends on how many there are, so that scaling makes and removes pods and touches no other.
 */

import { ownerReference } from '../pod/index.js'
import { dependsOn } from './annotations.js'
import { kindForms, type WorkloadKind } from './kind-table.js'
import { namespaceOf } from './metadata-rules.js'
import type { Json } from './normal-form.js'
import { numberOf, objectOf, textOf } from './shape.js'
import { templateMetadata } from './workload-rules.js'

interface Replica {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** Pods of the same workload that come first. */
  readonly after?: readonly string[]
}

/** `object` is a checked workload in normal form. */
export function podsOf(kind: WorkloadKind, object: Json): Json[] {
  const spec = objectOf(object, 'spec')
  const metadata = objectOf(object, 'metadata')
  return replicasOf(kind, textOf(metadata, 'name') ?? '', spec).map((replica) => podOf(kind, metadata, spec, replica))
}

function podOf(kind: WorkloadKind, metadata: Json, spec: Json, replica: Replica): Json {
  const name = textOf(metadata, 'name') ?? ''
  const namespace = namespaceOf(metadata)
  const own = templateMetadata(spec)
  const annotations = { ...objectOf(own, 'annotations'), ...replica.annotations }
  const first = (replica.after ?? []).map((other) => `${namespace}/${other}`)
  const wanted = [textOf(annotations, dependsOn) ?? '', ...first].filter((text) => text !== '').join(', ')
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: replica.name,
      namespace,
      labels: { ...objectOf(own, 'labels'), ...replica.labels },
      annotations: wanted === '' ? annotations : { ...annotations, [dependsOn]: wanted },
      ownerReferences: [ownerReference({ apiVersion: kindForms[kind].apiVersion, kind, name }, namespace)],
    },
    spec: objectOf(objectOf(spec, 'template'), 'spec'),
  }
}

function replicasOf(kind: WorkloadKind, name: string, spec: Json): Replica[] {
  switch (kind) {
    case 'Deployment':
      return numbered(name, 0, numberOf(spec, 'replicas') ?? 1)
    case 'StatefulSet':
      return statefulReplicas(name, spec)
    case 'DaemonSet':
    case 'Job':
      return [{ name }]
  }
}

function numbered(name: string, start: number, count: number): Replica[] {
  return Array.from({ length: count }, (_, at) => ({ name: `${name}-${start + at}` }))
}

/** Source: pkg/controller/statefulset updateIdentity. */
function statefulReplicas(name: string, spec: Json): Replica[] {
  const start = numberOf(objectOf(spec, 'ordinals'), 'start') ?? 0
  const isOrdered = textOf(spec, 'podManagementPolicy') !== 'Parallel'
  const replicas = numbered(name, start, numberOf(spec, 'replicas') ?? 1)
  return replicas.map((replica, at) => {
    const before = replicas[at - 1]
    return {
      ...replica,
      labels: {
        'statefulset.kubernetes.io/pod-name': replica.name,
        'apps.kubernetes.io/pod-index': String(start + at),
      },
      after: isOrdered && before !== undefined ? [before.name] : [],
    }
  })
}
