/** Rows of the tables of fields: the kinds that make pods from a template. What is in the template is a Pod's affair. */

import { claimTemplateRows } from './claim-fields.js'
import { fineIf, ignored, never, supported, type Fine, type FieldRow } from './field-rows.js'
import { objectMetadataRows } from './metadata-fields.js'
import { isObject } from './normal-form.js'

const noRevisions = 'podkeep keeps no old templates of its own'
const editsAtOnce = 'an edit takes effect at once: that is what the file says'

const selectorRows: readonly FieldRow[] = [
  ...supported('spec', 'selector selector.matchLabels selector.matchExpressions template'),
  ...supported('spec.selector', 'matchLabels.{} matchExpressions[]'),
  ...supported('spec.selector.matchExpressions[]', 'key operator values'),
]

const isUsualUpdate: Fine = (value) => value === '' || value === 'RollingUpdate'

export const deploymentRows: readonly FieldRow[] = [
  ...objectMetadataRows,
  ...selectorRows,
  ...supported('spec', 'replicas strategy strategy.type minReadySeconds'),
  ...supported('spec.strategy', 'rollingUpdate rollingUpdate.maxUnavailable'),
  ...ignored('spec.strategy.rollingUpdate', 'maxSurge', 'a replica keeps its name, so none comes before another goes'),
  ...ignored('spec', 'revisionHistoryLimit', noRevisions),
  ...ignored('spec', 'progressDeadlineSeconds', 'the status of each pod says what it waits for'),
  ...never('spec', 'paused', editsAtOnce, 'remove the field, and edit when it may take effect', fineIf(false)),
]

export const statefulSetRows: readonly FieldRow[] = [
  ...objectMetadataRows,
  ...selectorRows,
  ...supported('spec', 'replicas serviceName podManagementPolicy ordinals ordinals.start'),
  ...supported('spec', 'updateStrategy updateStrategy.type updateStrategy.rollingUpdate minReadySeconds'),
  ...supported('spec.updateStrategy.rollingUpdate', 'partition maxUnavailable'),
  ...ignored('spec', 'revisionHistoryLimit', noRevisions),
  ...supported('spec', 'volumeClaimTemplates volumeClaimTemplates[]'),
  ...claimTemplateRows('spec.volumeClaimTemplates'),
  ...never(
    'spec',
    'persistentVolumeClaimRetentionPolicy',
    'what a pod has stored is never removed with it',
    'remove the field',
    (value) => isObject(value) && Object.values(value).every((policy) => policy === '' || policy === 'Retain'),
  ),
]

export const daemonSetRows: readonly FieldRow[] = [
  ...objectMetadataRows,
  ...selectorRows,
  ...supported('spec', 'updateStrategy'),
  ...never('spec.updateStrategy', 'type', editsAtOnce, 'write RollingUpdate', isUsualUpdate),
  ...ignored('spec.updateStrategy', 'rollingUpdate', 'there is one pod, which is edited where it stands'),
  ...ignored('spec', 'minReadySeconds', 'there is one pod, and no other that would wait for it'),
  ...ignored('spec', 'revisionHistoryLimit', noRevisions),
]

const aloneWithItsPods = 'a Job here knows its pods by their names'

/** What a Job says, and what the Jobs of a CronJob say. */
function jobSpecRows(spec: string): FieldRow[] {
  return [
    ...supported(spec, 'template activeDeadlineSeconds backoffLimit completionMode completions parallelism suspend'),
    ...supported(spec, 'ttlSecondsAfterFinished'),
    ...ignored(spec, 'selector manualSelector', aloneWithItsPods),
    ...ignored(spec, 'podReplacementPolicy', 'a pod here is retried in its place, never beside one that still ends'),
    ...never(
      spec,
      'backoffLimitPerIndex maxFailedIndexes successPolicy',
      'each index is a pod of its own with the whole backoffLimit',
      'remove the field',
    ),
    ...never(
      spec,
      'podFailurePolicy',
      'how often a pod is retried is what backoffLimit says',
      'write restartPolicyRules into the container',
    ),
    ...never(
      spec,
      'managedBy',
      'another controller than podkeep would need an API server',
      'remove the field',
      fineIf('', 'kubernetes.io/job-controller'),
    ),
  ]
}

export const cronJobRows: readonly FieldRow[] = [
  ...objectMetadataRows,
  ...supported('spec', 'schedule timeZone suspend concurrencyPolicy startingDeadlineSeconds'),
  ...supported('spec', 'successfulJobsHistoryLimit failedJobsHistoryLimit jobTemplate jobTemplate.spec'),
  ...ignored('spec.jobTemplate', 'metadata', 'a run has no object of its own: its pods are named by the time of it'),
  ...jobSpecRows('spec.jobTemplate.spec'),
]

export const jobRows: readonly FieldRow[] = [...objectMetadataRows, ...jobSpecRows('spec')]
