/** What becomes of each object that is written or taken out: told by the same pure functions that the plan goes by. */

import { nextTime, type ObjectName } from '../../manifest/index.js'
import { configEdit, fieldChanges, podEdit, type ConfigEdit, type FieldChange, type PodEdit } from '../../plan/index.js'
import {
  configKey,
  ownerOf,
  podKey,
  selects,
  type DesiredCronJob,
  type DesiredPod,
  type DesiredService,
  type PodKey,
} from '../../pod/index.js'
import type { InForce } from './in-force.js'
import type { Checked } from './manifests-folder.js'

type Effect = 'created' | 'removed' | 'unchanged' | 'changed'

export interface WorkloadEdit {
  readonly effect: Effect
  readonly podsBefore: number
  readonly podsAfter: number
  readonly pods: readonly PodEdit[]
}

export interface ServiceEdit {
  readonly effect: Effect
  /** Whom its name leads to, once they are ready. */
  readonly podsBefore: readonly PodKey[]
  readonly podsAfter: readonly PodKey[]
  readonly changes: readonly FieldChange[]
}

export interface CronJobEdit {
  readonly effect: Effect
  readonly changes: readonly FieldChange[]
  /** null: it is suspended, or goes. */
  readonly nextRunMs: number | null
}

export type ObjectEdit =
  | ({ readonly of: 'pod' } & PodEdit)
  | ({ readonly of: 'config' } & ConfigEdit)
  | ({ readonly of: 'workload' } & WorkloadEdit)
  | ({ readonly of: 'service' } & ServiceEdit)
  | ({ readonly of: 'cronJob' } & CronJobEdit)

/** null: podkeep makes nothing of such an object by itself. */
export function objectEdit(object: ObjectName, inForce: InForce, after: Checked, nowMs: number): ObjectEdit | null {
  const { kind, namespace, name } = object
  const key = podKey(namespace, name)
  const { before } = inForce
  switch (kind) {
    case 'Pod':
      return { of: 'pod', ...podEdit(key, inForce.pods.get(key) ?? null, after.pods.get(key) ?? null) }
    case 'ConfigMap':
    case 'Secret': {
      const config = configKey(kind, namespace, name)
      const [old, now] = [before.objects.get(config) ?? null, after.objects.get(config) ?? null]
      // One that comes with it is made with it, and follows nothing.
      const readers = [...after.pods.values()].filter((pod) => inForce.pods.has(pod.key))
      return { of: 'config', ...configEdit(old, now, readers) }
    }
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
      return { of: 'workload', ...workloadEdit(object, inForce, after) }
    case 'Service': {
      const [old, now] = [before.services.get(key) ?? null, after.services.get(key) ?? null]
      return { of: 'service', ...serviceEdit(old, now, inForce, after) }
    }
    case 'CronJob': {
      const [old, now] = [before.cronJobs.get(key) ?? null, after.cronJobs.get(key) ?? null]
      return { of: 'cronJob', ...cronJobEdit(old, now, nowMs) }
    }
    default:
      return null
  }
}

function workloadEdit(object: ObjectName, inForce: InForce, after: Checked): WorkloadEdit {
  const isOf = ({ manifest }: DesiredPod): boolean => {
    const owner = ownerOf(manifest)
    return owner?.kind === object.kind && owner.name === object.name && manifest.metadata.namespace === object.namespace
  }
  const [old, now] = [inForce.pods, after.pods].map((pods) => [...pods.values()].filter(isOf)) as [
    DesiredPod[],
    DesiredPod[],
  ]
  const keys = [...new Set([...old, ...now].map(({ key }) => key))]
  const pods = keys.map((key) => podEdit(key, inForce.pods.get(key) ?? null, after.pods.get(key) ?? null))
  const effect = effectOf(
    old.length > 0,
    now.length > 0,
    pods.every((one) => one.effect === 'unchanged'),
  )
  return { effect, podsBefore: old.length, podsAfter: now.length, pods }
}

function serviceEdit(
  old: DesiredService | null,
  now: DesiredService | null,
  inForce: InForce,
  after: Checked,
): ServiceEdit {
  const changes = old === null || now === null ? [] : fieldChanges(told(old), told(now))
  const effect = effectOf(old !== null, now !== null, changes.length === 0)
  const selectedOf = (service: DesiredService | null, pods: Iterable<DesiredPod>): PodKey[] =>
    service === null ? [] : [...pods].filter((pod) => selects(service, labelled(pod))).map((pod) => pod.key)
  return {
    effect,
    podsBefore: selectedOf(old, inForce.pods.values()),
    podsAfter: selectedOf(now, after.pods.values()),
    changes,
  }
}

function labelled({ namespace, manifest }: DesiredPod) {
  return { namespace, labels: manifest.metadata.labels ?? {} }
}

function told({ selector, ports, isHeadless, publishNotReadyAddresses }: DesiredService): object {
  return { spec: { selector, ports, isHeadless, publishNotReadyAddresses } }
}

function cronJobEdit(old: DesiredCronJob | null, now: DesiredCronJob | null, nowMs: number): CronJobEdit {
  const changes = old === null || now === null ? [] : fieldChanges(old.manifest, now.manifest)
  const nextRunMs = now === null || now.isSuspended ? null : nextTime(now.schedule, nowMs, nowMs)
  return { effect: effectOf(old !== null, now !== null, changes.length === 0), changes, nextRunMs }
}

function effectOf(was: boolean, willBe: boolean, isSame: boolean): Effect {
  if (!willBe) return was ? 'removed' : 'unchanged'
  if (!was) return 'created'
  return isSame ? 'unchanged' : 'changed'
}
