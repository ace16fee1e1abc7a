/** A CronJob, already a value: checked by every rule, its template's by those of a Pod; or in podkeep's own terms. */

import { podKey, type CronJobManifest, type CronRun, type DesiredCronJob, type NodeIdentity } from '../pod/index.js'
import { checkedObject } from './checked-object.js'
import { isTimeZone, localTimeZone, scheduleFault } from './cron-schedule.js'
import type { DecodeTerms } from './decode-pod.js'
import { checkTemplate, checkTemplateWritten } from './decode-workload.js'
import { withDefaults } from './defaults.js'
import { noFindings, report, type Findings } from './finding.js'
import { kindForms } from './kind-table.js'
import { namespaceOf } from './metadata-rules.js'
import { whyElsewhere } from './node-selection.js'
import { isObject, type Json } from './normal-form.js'
import { everythingAllowed } from './policy.js'
import { numberOf, objectOf, textOf, textOrNull } from './shape.js'
import { tree } from './support-rules.js'
import { requiredText } from './text-rules.js'
import { cronJobRows } from './workload-fields.js'
import { podsOf } from './workload-pods.js'

const table = tree(cronJobRows)
const form = kindForms.CronJob
/** The name of a run adds eleven characters, and is a label. */
const longestName = 52

/** The CronJob, or null when `findings` says why not. `pointer` is where it stands in its document. */
export function decodeCronJob(
  findings: Findings,
  listed: { readonly value: Json; readonly pointer: string },
  file: string,
  { writtenAt, policy }: DecodeTerms,
): DesiredCronJob | null {
  const { value, pointer } = listed
  const job = `${pointer}/spec/jobTemplate`
  const object = checkedObject(findings, listed, {
    form,
    table,
    writtenAt,
    checkWritten: () => checkTemplateWritten(findings, objectOf(jobOf(value), 'spec'), `${job}/spec/template`),
    check: (object) => {
      const name = textOf(objectOf(object, 'metadata'), 'name') ?? ''
      if (name.length > longestName)
        report(findings, `${pointer}/metadata/name`, `must be no more than ${longestName} characters`)
      if (isObject(object['spec'])) checkSchedule(findings, object['spec'], `${pointer}/spec`)
      checkTemplate(findings, 'Job', ofRun(object, name), job, policy)
    },
  })
  return object === null ? null : desiredCronJob(object, file, policy.node)
}

/** One that podkeep itself has written. null when this version cannot understand it. */
export function decodeStoredCronJob(
  manifest: CronJobManifest,
  file: string,
  node?: NodeIdentity,
): DesiredCronJob | null {
  if (manifest['apiVersion'] !== form.apiVersion || manifest['kind'] !== 'CronJob') return null
  return decodeCronJob(noFindings(), { value: manifest, pointer: '' }, file, {
    writtenAt: () => null,
    policy: { ...everythingAllowed, ...(node && { node }) },
  })
}

/** The pods of one run, from the CronJob as it is now. */
export function runOf({ name, namespace, manifest }: DesiredCronJob, runName: string, scheduledMs: number): CronRun {
  const owner = { apiVersion: form.apiVersion, kind: 'CronJob', name }
  // eslint-disable-next-line no-restricted-globals -- formats a value it is given; the rule is against reading the clock
  const at = new Date(scheduledMs).toISOString().replace('.000Z', 'Z')
  const annotations = { 'batch.kubernetes.io/cronjob-scheduled-timestamp': at }
  const job = ofRun(manifest, runName, annotations)
  const pods = podsOf('Job', { ...job, metadata: { ...objectOf(job, 'metadata'), namespace } }, owner)
  return { name: runName, scheduledMs, pods: pods.map((pod) => withDefaults(pod)) }
}

/** The Job that a run is. */
function ofRun(cronJob: Json, name: string, annotations: Json = {}): Json {
  const job = jobOf(cronJob)
  const metadata = { ...objectOf(job, 'metadata'), name, namespace: namespaceOf(objectOf(cronJob, 'metadata')) }
  const spec = objectOf(job, 'spec')
  const template = objectOf(spec, 'template')
  const own = objectOf(template, 'metadata')
  const marked = { ...own, annotations: { ...objectOf(own, 'annotations'), ...annotations } }
  return { metadata, spec: 'spec' in job ? { ...spec, template: { ...template, metadata: marked } } : undefined }
}

function jobOf(cronJob: Json): Json {
  return objectOf(objectOf(cronJob, 'spec'), 'jobTemplate')
}

/** Source: validateCronJobSpec. */
function checkSchedule(findings: Findings, spec: Json, base: string): void {
  const schedule = requiredText(findings, spec, 'schedule', base)
  const fault = schedule === null ? null : scheduleFault(schedule)
  if (fault !== null) report(findings, `${base}/schedule`, fault.message, fault.suggestion)
  const zone = spec['timeZone']
  if (typeof zone === 'string' && !isTimeZone(zone))
    report(
      findings,
      `${base}/timeZone`,
      'is no time zone that is known here',
      'write one like Europe/Berlin, or Etc/UTC',
    )
}

function desiredCronJob(object: Json, file: string, node?: NodeIdentity): DesiredCronJob {
  const metadata = objectOf(object, 'metadata')
  const spec = objectOf(object, 'spec')
  const podSpec = objectOf(objectOf(objectOf(jobOf(object), 'spec'), 'template'), 'spec')
  const name = textOf(metadata, 'name') ?? ''
  const namespace = namespaceOf(metadata)
  const deadlineSeconds = numberOf(spec, 'startingDeadlineSeconds')
  return {
    key: podKey(namespace, name),
    namespace,
    name,
    file,
    schedule: {
      expression: (textOf(spec, 'schedule') ?? '').trim(),
      timeZone: textOrNull(spec, 'timeZone') ?? localTimeZone(),
    },
    isSuspended: spec['suspend'] === true || (node !== undefined && whyElsewhere(podSpec, node) !== null),
    concurrency: (textOrNull(spec, 'concurrencyPolicy') ?? 'Allow') as DesiredCronJob['concurrency'],
    startingDeadlineMs: deadlineSeconds === undefined ? null : deadlineSeconds * 1000,
    successesKept: numberOf(spec, 'successfulJobsHistoryLimit') ?? 3,
    failuresKept: numberOf(spec, 'failedJobsHistoryLimit') ?? 1,
    manifest: { ...object, apiVersion: form.apiVersion, kind: 'CronJob', metadata: { ...metadata, namespace } },
  }
}
