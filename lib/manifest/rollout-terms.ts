/**
 * How an edit of a Deployment or a StatefulSet reaches its replicas. Source: ValidateRollingUpdateDeployment, ValidateStatefulSetSpec,
 * ResolveFenceposts. Differs: a replica keeps its name, so none comes before another goes, and maxSurge has no meaning.
 */

import type { Rollout } from '../pod/index.js'
import { report, type Findings } from './finding.js'
import type { WorkloadKind } from './kind-table.js'
import type { Json } from './normal-form.js'
import { numberOf, objectOf, textOf } from './shape.js'

const usualUnavailable = '25%'

/** null: it reaches them all at the same time, or there is but one. */
export function rolloutOf(kind: WorkloadKind, spec: Json, replicas: number): Rollout | null {
  const minReadyMs = (numberOf(spec, 'minReadySeconds') ?? 0) * 1000
  if (kind === 'Deployment') {
    const strategy = objectOf(spec, 'strategy')
    if (textOf(strategy, 'type') === 'Recreate' || replicas < 2) return null
    const asked = objectOf(strategy, 'rollingUpdate')['maxUnavailable'] ?? usualUnavailable
    return { maxUnavailable: countOf(asked, replicas), minReadyMs, partition: 0 }
  }
  if (kind !== 'StatefulSet') return null
  const strategy = objectOf(spec, 'updateStrategy')
  if (textOf(strategy, 'type') === 'OnDelete') return { maxUnavailable: 1, minReadyMs, partition: null }
  const terms = objectOf(strategy, 'rollingUpdate')
  const partition = numberOf(terms, 'partition') ?? 0
  if (replicas < 2 && partition === 0) return null
  return { maxUnavailable: countOf(terms['maxUnavailable'] ?? 1, replicas), minReadyMs, partition }
}

/** At least one, or an edit would reach nobody. A percentage is rounded down. */
function countOf(asked: unknown, replicas: number): number {
  const count = typeof asked === 'number' ? asked : Math.floor((Number.parseInt(String(asked), 10) * replicas) / 100)
  return Math.max(1, count)
}

/** @param base of the workload's spec */
export function checkRollout(findings: Findings, kind: WorkloadKind, spec: Json, base: string): void {
  checkNotNegative(findings, spec, 'minReadySeconds', base)
  if (kind === 'Deployment') checkDeployment(findings, objectOf(objectOf(spec, 'strategy'), 'rollingUpdate'), base)
  if (kind === 'StatefulSet') checkStatefulSet(findings, objectOf(spec, 'updateStrategy'), `${base}/updateStrategy`)
}

function checkDeployment(findings: Findings, terms: Json, base: string): void {
  const place = `${base}/strategy/rollingUpdate`
  for (const field of ['maxUnavailable', 'maxSurge']) checkCountOrPercent(findings, terms, field, place)
  if (isZero(terms['maxUnavailable']) && isZero(terms['maxSurge']))
    report(findings, `${place}/maxUnavailable`, 'may not be 0 when `maxSurge` is 0', 'write 1')
}

function checkStatefulSet(findings: Findings, strategy: Json, place: string): void {
  const type = textOf(strategy, 'type') ?? ''
  const terms = objectOf(strategy, 'rollingUpdate')
  if (type === 'OnDelete' && strategy['rollingUpdate'] !== undefined)
    report(findings, `${place}/rollingUpdate`, "only allowed for updateStrategy 'RollingUpdate'", null, 'key')
  checkNotNegative(findings, terms, 'partition', `${place}/rollingUpdate`)
  checkCountOrPercent(findings, terms, 'maxUnavailable', `${place}/rollingUpdate`)
  if (isZero(terms['maxUnavailable']))
    report(findings, `${place}/rollingUpdate/maxUnavailable`, 'cannot be 0', 'write 1')
}

function checkNotNegative(findings: Findings, object: Json, field: string, base: string): void {
  if ((numberOf(object, field) ?? 0) < 0) report(findings, `${base}/${field}`, 'must be greater than or equal to 0')
}

function checkCountOrPercent(findings: Findings, object: Json, field: string, base: string): void {
  const value = object[field]
  checkNotNegative(findings, object, field, base)
  if (typeof value !== 'string') return
  const percent = /^(\d{1,9})%$/.exec(value)?.[1]
  if (percent === undefined) report(findings, `${base}/${field}`, 'must be a whole number or a percentage like "25%"')
  else if (Number(percent) > 100 && field === 'maxUnavailable')
    report(findings, `${base}/${field}`, 'must not be greater than 100%')
}

function isZero(value: unknown): boolean {
  return value === 0 || value === '0%'
}
