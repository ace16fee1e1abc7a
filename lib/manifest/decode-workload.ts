/** A workload, already a value: checked by every rule, its template's by those of a Pod; or its pods, made complete. */

import type { DesiredClaim, DesiredPod } from '../pod/index.js'
import { checkedObject } from './checked-object.js'
import { checkPod, checkWritten, type DecodeTerms } from './decode-pod.js'
import { templateClaims, withClaims } from './claim-templates.js'
import { withDefaults } from './defaults.js'
import { desiredPod } from './desired-pod.js'
import { hasFindingBelow, reportMissing, type Findings } from './finding.js'
import type { FieldRow } from './field-rows.js'
import { kindForms, type WorkloadKind } from './kind-table.js'
import { namespaceOf } from './metadata-rules.js'
import { isObject, type Json } from './normal-form.js'
import type { ManifestPolicy } from './policy.js'
import { numberOf, objectOf, objectsOf, textOf } from './shape.js'
import { tree } from './support-rules.js'
import { daemonSetRows, deploymentRows, jobRows, statefulSetRows } from './workload-fields.js'
import { podsOf } from './workload-pods.js'
import { checkCoexistence, checkCount, checkWorkload, templateMetadata } from './workload-rules.js'

const workloadRows: Readonly<Record<WorkloadKind, readonly FieldRow[]>> = {
  Deployment: deploymentRows,
  StatefulSet: statefulSetRows,
  DaemonSet: daemonSetRows,
  Job: jobRows,
}

const tables = new Map(Object.entries(workloadRows).map(([kind, rows]) => [kind, tree(rows)]))

/** Which field says how many pods there are. */
const countFields: Readonly<Record<WorkloadKind, string | null>> = {
  Deployment: 'replicas',
  StatefulSet: 'replicas',
  DaemonSet: null,
  Job: 'completions',
}

export interface DecodedWorkload {
  readonly pods: readonly DesiredPod[]
  /** That its templates make for them. */
  readonly claims: readonly DesiredClaim[]
}

/** The pods and their claims, or null when `findings` says why not. `pointer` is where it stands in its document. */
export function decodeWorkload(
  findings: Findings,
  kind: WorkloadKind,
  listed: { readonly value: Json; readonly pointer: string },
  file: string,
  { writtenAt, policy }: DecodeTerms,
): DecodedWorkload | null {
  const form = kindForms[kind]
  const { value, pointer } = listed
  const object = checkedObject(findings, listed, {
    form,
    table: tables.get(kind),
    writtenAt,
    checkWritten: () => checkTemplateWritten(findings, objectOf(value, 'spec'), pointer + form.template),
    check: (object) => checkTemplate(findings, kind, object, pointer, policy),
  })
  if (object === null) return null
  const pods = podsOf(kind, object).map((pod) => desiredPod(withDefaults(pod), file, policy.node))
  return { pods, claims: pods.flatMap((pod) => templateClaims(objectOf(object, 'spec'), pod, file)) }
}

/** What a workload, in normal form, says of its pods. `base` is where it stands. */
export function checkTemplate(
  findings: Findings,
  kind: WorkloadKind,
  object: Json,
  base: string,
  policy: ManifestPolicy,
): void {
  const spec = objectOf(object, 'spec')
  const pod = objectOf(spec, 'template')['spec']
  const namespace = namespaceOf(objectOf(object, 'metadata'))
  checkWorkload(findings, kind, object, base)
  if (isObject(pod)) {
    const written = withClaims(pod, spec, textOf(objectOf(object, 'metadata'), 'name') ?? '')
    const template = { metadata: { ...templateMetadata(spec), namespace }, spec: written }
    settleClaims(findings, { pod, written }, base)
    checkPod(findings, template, `${base}/spec/template`, policy)
  } else {
    // The schema lets the whole spec be left out, and pods of nothing would do at once, one after the other, in the place of those that run.
    reportMissing(findings, `${base}/spec/template/spec/containers`)
  }
  checkReplicas(findings, kind, spec, `${base}/spec`)
}

/** What is wrong with a claim template has been told where it stands. */
function settleClaims(
  findings: Findings,
  { pod, written }: { readonly pod: Json; readonly written: Json },
  base: string,
): void {
  if (!hasFindingBelow(findings, `${base}/spec/volumeClaimTemplates`)) return
  const own = objectsOf(pod, 'volumes').map(({ item }) => item)
  for (const { item, at } of objectsOf(written, 'volumes'))
    if (!own.includes(item)) findings.settled.add(`${base}/spec/template/spec/volumes/${at}`)
}

/** What is looked at before the schema. @param spec as it is written */
export function checkTemplateWritten(findings: Findings, spec: Json, pointer: string): void {
  checkWritten(findings, { metadata: templateMetadata(spec), spec: objectOf(spec, 'template')['spec'] }, pointer)
}

function checkReplicas(findings: Findings, kind: WorkloadKind, spec: Json, base: string): void {
  const field = countFields[kind]
  if (field === null) return
  checkCount(findings, spec, field, base)
  if ((numberOf(spec, field) ?? 1) > 1) checkCoexistence(findings, spec, field, base)
}
