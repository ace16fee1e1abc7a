/**
 * The pods of a workload, each as a manifest of its own: from there on nothing but a pod.
 *
 * W1  A replica's name never depends on how many there are, so that scaling makes and removes pods and touches no other.
 */

import { ownerReference, type PodOwner } from '../pod/index.js'
import { backoffLimit, dependsOn, rollout, rolloutText, ttlAfterFinished } from './annotations.js'
import { withClaims } from './claim-templates.js'
import { kindForms, type WorkloadKind } from './kind-table.js'
import { namespaceOf } from './metadata-rules.js'
import type { Json } from './normal-form.js'
import { rolloutOf } from './rollout-terms.js'
import { numberOf, objectOf, objectsOf, textOf } from './shape.js'
import { templateMetadata } from './workload-rules.js'

interface Replica {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** Pods of the same workload that come first. */
  readonly after?: readonly string[]
  /** What differs from the template's. */
  readonly spec?: Json
}

/** `object` is a checked workload in normal form. @param owner what is told to own them */
export function podsOf(kind: WorkloadKind, object: Json, owner?: PodOwner): Json[] {
  const metadata = objectOf(object, 'metadata')
  const spec = objectOf(object, 'spec')
  const name = textOf(metadata, 'name') ?? ''
  const self = owner ?? { apiVersion: kindForms[kind].apiVersion, kind, name }
  const replicas = replicasOf(kind, name, spec)
  const terms = rolloutOf(kind, spec, replicas.length)
  const asked = terms === null ? {} : { [rollout]: rolloutText(terms) }
  return replicas.map((replica) =>
    podOf({ ...replica, annotations: { ...replica.annotations, ...asked } }, spec, namespaceOf(metadata), self),
  )
}

function podOf(replica: Replica, spec: Json, namespace: string, owner: PodOwner): Json {
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
      ownerReferences: [ownerReference(owner, namespace)],
    },
    spec: withClaims({ ...objectOf(objectOf(spec, 'template'), 'spec'), ...replica.spec }, spec, replica.name),
  }
}

function replicasOf(kind: WorkloadKind, name: string, spec: Json): readonly Replica[] {
  switch (kind) {
    case 'Deployment':
      return numbered(name, 0, numberOf(spec, 'replicas') ?? 1)
    case 'StatefulSet':
      return statefulReplicas(name, spec)
    case 'DaemonSet':
      return [{ name }]
    case 'Job':
      return jobReplicas(name, spec)
  }
}

function numbered(name: string, start: number, count: number): Replica[] {
  return Array.from({ length: count }, (_, at) => ({ name: `${name}-${start + at}` }))
}

/** What a Service can be called, and so a pod's subdomain. */
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** Source: pkg/controller/statefulset initIdentity, updateIdentity. */
function statefulReplicas(name: string, spec: Json): Replica[] {
  const service = textOf(spec, 'serviceName') ?? ''
  const domain = label.test(service) ? { spec: { subdomain: service } } : {}
  const start = numberOf(objectOf(spec, 'ordinals'), 'start') ?? 0
  const isOrdered = textOf(spec, 'podManagementPolicy') !== 'Parallel'
  const replicas = numbered(name, start, numberOf(spec, 'replicas') ?? 1)
  return replicas.map((replica, at) => {
    const before = replicas[at - 1]
    return {
      ...replica,
      ...domain,
      labels: {
        'statefulset.kubernetes.io/pod-name': replica.name,
        'apps.kubernetes.io/pod-index': String(start + at),
      },
      after: isOrdered && before !== undefined ? [before.name] : [],
    }
  })
}

const indexKey = 'batch.kubernetes.io/job-completion-index'

/** One pod for each completion; of several, as many at a time as `parallelism` says. Source: pkg/controller/job. */
function jobReplicas(name: string, spec: Json): Replica[] {
  const parallelism = numberOf(spec, 'parallelism') ?? 1
  if (spec['suspend'] === true || parallelism === 0) return []
  const isIndexed = spec['completionMode'] === 'Indexed'
  const completions = numberOf(spec, 'completions') ?? parallelism
  const isAlone = completions === 1 && !isIndexed
  const replicas = isAlone ? [{ name }] : numbered(name, 0, completions)
  const ttlSeconds = numberOf(spec, 'ttlSecondsAfterFinished')
  const annotations = {
    [backoffLimit]: String(numberOf(spec, 'backoffLimit') ?? 6),
    ...(ttlSeconds !== undefined && { [ttlAfterFinished]: `${ttlSeconds}s` }),
  }
  return replicas.map((replica, at): Replica => {
    const before = replicas[at - parallelism]
    const index = { [indexKey]: String(at) }
    return {
      ...replica,
      labels: { 'batch.kubernetes.io/job-name': name, 'job-name': name, ...(isIndexed && index) },
      annotations: { ...annotations, ...(isIndexed && index) },
      after: before === undefined ? [] : [before.name],
      spec: { ...jobDeadline(spec), ...(isIndexed && withIndex(objectOf(objectOf(spec, 'template'), 'spec'))) },
    }
  })
}

/** The Job's and its pod's: whichever is over first. */
function jobDeadline(spec: Json): Json {
  const ofPod = numberOf(objectOf(objectOf(spec, 'template'), 'spec'), 'activeDeadlineSeconds')
  const all = [numberOf(spec, 'activeDeadlineSeconds'), ofPod].filter((seconds) => seconds !== undefined)
  return all.length === 0 ? {} : { activeDeadlineSeconds: Math.min(...all) }
}

/** Source: addCompletionIndexEnvVariables. */
function withIndex(pod: Json): Json {
  const variable = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${indexKey}']` } },
  }
  const withVariable = (field: string): Json => {
    const containers = objectsOf(pod, field)
    if (containers.length === 0) return {}
    return {
      [field]: containers.map(({ item }) => {
        const env = objectsOf(item, 'env').map((one) => one.item)
        return env.some((one) => one['name'] === variable.name) ? item : { ...item, env: [...env, variable] }
      }),
    }
  }
  return { ...withVariable('initContainers'), ...withVariable('containers') }
}
