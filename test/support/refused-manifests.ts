/** Manifests that say one field which is refused for good, for every kind that has such fields. */

import { claimRows } from '../../lib/manifest/claim-fields.js'
import type { FieldRow } from '../../lib/manifest/field-rows.js'
import { fieldSupport } from '../../lib/manifest/field-support.js'
import { persistentVolumeRows } from '../../lib/manifest/persistent-volume-fields.js'
import { serviceRows } from '../../lib/manifest/service-fields.js'
import {
  cronJobRows,
  daemonSetRows,
  deploymentRows,
  jobRows,
  statefulSetRows,
} from '../../lib/manifest/workload-fields.js'

type Json = Record<string, unknown>

const pod = (): Json => ({
  containers: [{ name: 'c', image: 'i' }],
  volumes: [{ name: 'v' }],
})
const template = (restartPolicy: string): Json => ({
  metadata: { labels: { app: 'a' } },
  spec: { ...pod(), restartPolicy },
})
const selector = { matchLabels: { app: 'a' } }
const claim = (): Json => ({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } })

interface Kind {
  readonly apiVersion: string
  readonly rows: readonly FieldRow[]
  readonly spec: () => Json
}

const always = (): Json => ({ selector, template: template('Always') })

const kinds: Readonly<Record<string, Kind>> = {
  Pod: { apiVersion: 'v1', rows: fieldSupport, spec: pod },
  Deployment: { apiVersion: 'apps/v1', rows: deploymentRows, spec: always },
  StatefulSet: {
    apiVersion: 'apps/v1',
    rows: statefulSetRows,
    spec: () => ({ ...always(), volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: claim() }] }),
  },
  DaemonSet: { apiVersion: 'apps/v1', rows: daemonSetRows, spec: always },
  Job: { apiVersion: 'batch/v1', rows: jobRows, spec: () => ({ template: template('Never') }) },
  CronJob: {
    apiVersion: 'batch/v1',
    rows: cronJobRows,
    spec: () => ({ schedule: '@daily', jobTemplate: { spec: { template: template('Never') } } }),
  },
  Service: { apiVersion: 'v1', rows: serviceRows, spec: () => ({ selector: { app: 'a' }, ports: [{ port: 1 }] }) },
  PersistentVolumeClaim: { apiVersion: 'v1', rows: claimRows, spec: claim },
  PersistentVolume: {
    apiVersion: 'v1',
    rows: persistentVolumeRows,
    spec: () => ({ accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, local: { path: '/d' } }),
  },
}

/** `KIND PATH` of every field that is refused for good. */
export const refusedFields: readonly string[] = Object.entries(kinds).flatMap(([kind, { rows }]) =>
  rows.filter(({ support }) => support === 'never').map(({ path }) => `${kind} ${path}`),
)

/** The kind's plainest manifest with this value at the path, one word to a line. */
export function manifestWith(field: string, value: unknown): string {
  const [kind = '', path = ''] = field.split(' ')
  const { apiVersion = '', spec } = kinds[kind] ?? {}
  const object: Json = { apiVersion, kind, metadata: { name: 'a' }, spec: spec?.() ?? {} }
  place(object, path.split('.'), value)
  return JSON.stringify(object, null, 1)
}

function place(parent: Json, [first = '', ...rest]: readonly string[], value: unknown): void {
  const isList = first.endsWith('[]')
  const key = first === '{}' ? 'example.com/thing' : first.replace('[]', '')
  if (rest.length === 0) {
    parent[key] = value
    return
  }
  if (isList) {
    const list = (parent[key] ?? [{}]) as Json[]
    parent[key] = list
    place(list[0] ?? {}, rest, value)
    return
  }
  const next = (parent[key] ?? {}) as Json
  parent[key] = next
  place(next, rest, value)
}
