/** The table of fields of each kind. */

import { claimRows } from './claim-fields.js'
import { ignored, supported, type FieldRow } from './field-rows.js'
import { fieldSupport } from './field-support.js'
import type { Kind } from './kind-table.js'
import { objectMetadataRows } from './metadata-fields.js'
import { persistentVolumeRows } from './persistent-volume-fields.js'
import { serviceRows } from './service-fields.js'
import { cronJobRows, daemonSetRows, deploymentRows, jobRows, statefulSetRows } from './workload-fields.js'

export const kindRows: Readonly<Record<Kind, readonly FieldRow[]>> = {
  Pod: fieldSupport,
  Deployment: deploymentRows,
  StatefulSet: statefulSetRows,
  DaemonSet: daemonSetRows,
  Job: jobRows,
  CronJob: cronJobRows,
  Service: serviceRows,
  ConfigMap: [...objectMetadataRows, ...supported('', 'data binaryData immutable')],
  Secret: [...objectMetadataRows, ...supported('', 'data stringData type immutable')],
  PersistentVolumeClaim: claimRows,
  PersistentVolume: persistentVolumeRows,
}

const countsInTemplate = /^metadata(?:$|\.(?:labels|annotations)\b)/

/** Of a template, from itself on: what is in it is a Pod's, but for what only a pod that is there has. */
export const templateRows: readonly FieldRow[] = fieldSupport.flatMap((row) =>
  !row.path.startsWith('metadata') || countsInTemplate.test(row.path)
    ? [row]
    : ignored('', row.path, 'each pod has a name and a record of its own'),
)
