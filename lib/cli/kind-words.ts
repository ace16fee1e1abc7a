/** Kinds as a person writes them, in every number and short form that kubectl takes. */

import type { Kind } from '../manifest/index.js'

const kinds: Readonly<Record<string, Kind>> = {
  pod: 'Pod',
  pods: 'Pod',
  po: 'Pod',
  configmap: 'ConfigMap',
  configmaps: 'ConfigMap',
  cm: 'ConfigMap',
  secret: 'Secret',
  secrets: 'Secret',
  service: 'Service',
  services: 'Service',
  svc: 'Service',
  persistentvolumeclaim: 'PersistentVolumeClaim',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  pvc: 'PersistentVolumeClaim',
  persistentvolume: 'PersistentVolume',
  persistentvolumes: 'PersistentVolume',
  pv: 'PersistentVolume',
  cronjob: 'CronJob',
  cronjobs: 'CronJob',
  cj: 'CronJob',
  job: 'Job',
  jobs: 'Job',
  deployment: 'Deployment',
  deployments: 'Deployment',
  deploy: 'Deployment',
  statefulset: 'StatefulSet',
  statefulsets: 'StatefulSet',
  sts: 'StatefulSet',
  daemonset: 'DaemonSet',
  daemonsets: 'DaemonSet',
  ds: 'DaemonSet',
}

/** null: no kind that podkeep has. */
export function kindOfWord(word: string): Kind | null {
  const known = word.toLowerCase()
  return Object.hasOwn(kinds, known) ? (kinds[known] ?? null) : null
}
