/**
 * What the API server checks of the kinds that make pods from a template, and what keeps several of those pods from living on
 * one machine. Source: pkg/apis/apps/validation, pkg/apis/batch/validation.
 */

import { checkClaimTemplates } from './claim-templates.js'
import { report, reportMissing, type Findings } from './finding.js'
import type { WorkloadKind } from './kind-table.js'
import { isObject, type Json } from './normal-form.js'
import { checkRollout } from './rollout-terms.js'
import { checkLabelSelector, matchesLabels } from './selector-rules.js'
import { listOf, numberOf, objectOf, objectsOf, textOf } from './shape.js'
import { checkTemplateMetadata, keyOf } from './metadata-rules.js'

/** One machine runs no more; and a number with a zero too many should not be believed. */
const mostReplicas = 256

/** `object` is in normal form. */
export function checkWorkload(findings: Findings, kind: WorkloadKind, object: Json, base: string): void {
  const spec = objectOf(object, 'spec')
  const pointer = `${base}/spec`
  if (!isObject(object['spec'])) {
    reportMissing(findings, pointer)
    return
  }
  if (kind !== 'Job') {
    checkSelector(findings, spec, pointer, kind)
    checkTemplatePolicy(findings, spec, pointer, kind)
  }
  if (kind === 'StatefulSet') checkClaimTemplates(findings, spec, pointer, lastReplica(object))
  if (kind === 'Deployment') checkStrategy(findings, spec, pointer)
  checkRollout(findings, kind, spec, pointer)
  if (kind === 'Job') checkJob(findings, spec, pointer)
  checkMisplacedAnnotations(findings, object, base, pointer)
  const template = { metadata: templateMetadata(spec), spec: objectOf(objectOf(spec, 'template'), 'spec') }
  checkTemplateMetadata(findings, template, `${pointer}/template`, keyOf(objectOf(object, 'metadata')))
}

/** The pod of a StatefulSet with the longest name; empty while the set has none. */
function lastReplica(object: Json): string {
  const spec = objectOf(object, 'spec')
  const name = textOf(objectOf(object, 'metadata'), 'name') ?? ''
  const last = (numberOf(objectOf(spec, 'ordinals'), 'start') ?? 0) + (numberOf(spec, 'replicas') ?? 1) - 1
  return name === '' ? '' : `${name}-${Math.max(0, last)}`
}

/** Of a template's metadata only these count: its pods have names of their own. */
export function templateMetadata(spec: Json): Json {
  const { labels, annotations } = objectOf(objectOf(spec, 'template'), 'metadata')
  return { ...(labels !== undefined && { labels }), ...(annotations !== undefined && { annotations }) }
}

function checkSelector(findings: Findings, spec: Json, base: string, kind: WorkloadKind): void {
  const pointer = `${base}/selector`
  const selector = objectOf(spec, 'selector')
  if (!isObject(spec['selector'])) return
  checkLabelSelector(findings, selector, pointer)
  const isEmpty =
    Object.keys(objectOf(selector, 'matchLabels')).length === 0 && listOf(selector, 'matchExpressions').length === 0
  const labels = objectOf(templateMetadata(spec), 'labels')
  if (isEmpty)
    report(
      findings,
      pointer,
      `empty selector is invalid for a ${kind}`,
      'write matchLabels: with labels of the template',
    )
  else if (!matchesLabels(selector, labels))
    report(
      findings,
      `${base}/template/metadata/labels`,
      'selector does not match template labels',
      'give the template the labels that spec.selector asks for',
      'key',
    )
}

function checkTemplatePolicy(findings: Findings, spec: Json, base: string, kind: WorkloadKind): void {
  const pod = objectOf(objectOf(spec, 'template'), 'spec')
  const policy = textOf(pod, 'restartPolicy') ?? ''
  if (policy !== '' && policy !== 'Always')
    report(findings, `${base}/template/spec/restartPolicy`, `must be Always in a ${kind}`, 'write a Job for what ends')
  if (pod['activeDeadlineSeconds'] !== undefined)
    report(
      findings,
      `${base}/template/spec/activeDeadlineSeconds`,
      `must not be set in a ${kind}`,
      'write a Job for what ends',
      'key',
    )
}

function checkStrategy(findings: Findings, spec: Json, base: string): void {
  const strategy = objectOf(spec, 'strategy')
  if (strategy['type'] === 'Recreate' && isObject(strategy['rollingUpdate']))
    report(
      findings,
      `${base}/strategy/rollingUpdate`,
      "must not be set when strategy `type` is 'Recreate'",
      'remove rollingUpdate, or write type: RollingUpdate',
      'key',
    )
}

/** @param base of the Job's spec */
function checkJob(findings: Findings, spec: Json, base: string): void {
  const policy = textOf(objectOf(objectOf(spec, 'template'), 'spec'), 'restartPolicy') ?? ''
  const pointer = `${base}/template/spec/restartPolicy`
  const kindsOfEnd = 'OnFailure retries a container in its place, Never begins the whole pod again'
  if (policy === '' && isObject(objectOf(spec, 'template')['spec']))
    reportMissing(findings, pointer, `write OnFailure or Never: ${kindsOfEnd}`)
  else if (policy === 'Always') report(findings, pointer, 'must be OnFailure or Never in a Job', kindsOfEnd)
  const isIndexed = spec['completionMode'] === 'Indexed'
  if (isIndexed && numberOf(spec, 'completions') === undefined)
    reportMissing(findings, `${base}/completions`, 'an Indexed Job has one pod for each completion')
  for (const field of ['completions', 'parallelism']) checkCount(findings, spec, field, base)
}

export function checkCount(findings: Findings, spec: Json, field: string, base: string): void {
  const count = numberOf(spec, field) ?? 0
  if (count > mostReplicas)
    report(findings, `${base}/${field}`, `must be no more than ${mostReplicas}: podkeep runs them all on this machine`)
}

/** Pods are told by their own annotations. */
function checkMisplacedAnnotations(findings: Findings, object: Json, base: string, spec: string): void {
  for (const key of Object.keys(objectOf(objectOf(object, 'metadata'), 'annotations'))) {
    if (!key.startsWith('podkeep.io/')) continue
    const place = `${spec.slice(1).replaceAll('/', '.')}.template.metadata.annotations`
    report(
      findings,
      `${base}/metadata/annotations/${key.replace('/', '~1')}`,
      'must stand in the template',
      `move it to ${place.replace(/^.*?spec/, 'spec')}`,
      'key',
    )
  }
}

/** A second pod of the template must be able to live beside the first on this machine. */
export function checkCoexistence(findings: Findings, spec: Json, field: string, base: string): void {
  const pod = objectOf(objectOf(spec, 'template'), 'spec')
  const sidecars = objectsOf(pod, 'initContainers').filter(({ item }) => item['restartPolicy'] === 'Always')
  const ports = [...objectsOf(pod, 'containers'), ...sidecars].flatMap(({ item }) =>
    objectsOf(item, 'ports').map((port) => ({ container: textOf(item, 'name') ?? '', port: port.item })),
  )
  const isOnHost = pod['hostNetwork'] === true
  const taken = ports.find(({ port }) => isOnHost || (numberOf(port, 'hostPort') ?? 0) > 0)
  if (taken === undefined) return
  const number = numberOf(taken.port, isOnHost ? 'containerPort' : 'hostPort') ?? 0
  const how = isOnHost ? 'with hostNetwork ' : ''
  report(
    findings,
    `${base}/${field}`,
    `must be no more than 1: ${how}each pod’s container "${taken.container}" wants port ${number} of this machine`,
    `write 1, or ${isOnHost ? 'leave hostNetwork' : 'leave hostPort'} out`,
  )
}
