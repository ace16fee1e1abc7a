/** The annotations that mean something: podkeep's own, and those the API server looks into. Source: ValidatePodSpecificAnnotations. */

import { restartedAtAnnotation } from '../pod/index.js'
import {
  annotatedRollout,
  backOffBase,
  backOffMax,
  backoffLimit,
  dependsOn,
  durationMs,
  listedNames,
  onConfigChange,
  pidsLimit,
  rollout,
  ttlAfterFinished,
} from './annotations.js'
import { devicesPrefix } from './device-rules.js'
import { nearest } from './field-names.js'
import { child, report, type Findings } from './finding.js'
import { labelProblem, subdomainProblem } from './names.js'
import type { Json } from './normal-form.js'
import { textOf } from './shape.js'
import { int32Most } from './text-rules.js'

const own = [
  ...[dependsOn, backOffBase, backOffMax, onConfigChange, backoffLimit, ttlAfterFinished, restartedAtAnnotation],
  pidsLimit,
]
/** Written by podkeep itself into the pods of a workload. */
const internal = rollout
const ownPrefix = 'podkeep.io/'
const deletionCost = 'controller.kubernetes.io/pod-deletion-cost'
const longestBackOffMs = 24 * 3_600_000

export function checkOwnAnnotations(findings: Findings, annotations: Json, pointer: string, self: string): void {
  for (const key of Object.keys(annotations)) {
    const isOurs = own.includes(key) || key === internal || key.startsWith(devicesPrefix)
    if (!key.startsWith(ownPrefix) || isOurs) continue
    const near = nearest(key, own)?.word
    const suggestion =
      near === undefined ? `podkeep has ${[...own, `${devicesPrefix}CONTAINER`].join(', ')}` : `did you mean "${near}"?`
    report(findings, child(pointer, key), 'is no annotation that podkeep knows', suggestion, 'key')
  }
  const cost = textOf(annotations, deletionCost)
  if (cost !== undefined && !isInt32(cost)) report(findings, child(pointer, deletionCost), 'must be a 32bit integer')
  if (annotations[internal] !== undefined && annotatedRollout(annotations) === null)
    report(
      findings,
      child(pointer, internal),
      'is what a workload says of its pods',
      'write spec.strategy of a Deployment',
    )
  checkBackOff(findings, annotations, pointer)
  checkEnd(findings, annotations, pointer)
  checkPidsLimit(findings, textOf(annotations, pidsLimit), child(pointer, pidsLimit))
  checkDependencies(findings, annotations, child(pointer, dependsOn), self)
}

function isInt32(text: string): boolean {
  return /^(?:0|-?[1-9][0-9]{0,9})$/.test(text) && Number(text) <= int32Most && Number(text) >= -int32Most - 1
}

function checkEnd(findings: Findings, annotations: Json, pointer: string): void {
  const limit = textOf(annotations, backoffLimit)
  if (limit !== undefined && !(isInt32(limit) && Number(limit) >= 0))
    report(findings, child(pointer, backoffLimit), 'must be a whole number of retries, like "3"')
  const ttl = textOf(annotations, ttlAfterFinished)
  if (ttl !== undefined && durationMs(ttl) === null)
    report(findings, child(pointer, ttlAfterFinished), 'must be a duration like 10s, 5m or 1h', unitSuggestion(ttl))
}

function checkPidsLimit(findings: Findings, text: string | undefined, place: string): void {
  if (text === undefined || (isInt32(text) && Number(text) > 0)) return
  report(findings, place, 'must be a whole number of processes, like "512"')
}

function checkBackOff(findings: Findings, annotations: Json, pointer: string): void {
  const [baseMs, maxMs] = [backOffBase, backOffMax].map((key) => {
    const text = textOf(annotations, key)
    if (text === undefined) return null
    const ms = durationMs(text)
    const place = child(pointer, key)
    if (ms === null) report(findings, place, 'must be a duration like 500ms, 10s or 5m', unitSuggestion(text))
    else if (ms <= 0) report(findings, place, 'must be greater than 0')
    else if (ms > longestBackOffMs) report(findings, place, 'must be no more than 24h')
    return ms
  })
  if (typeof baseMs === 'number' && typeof maxMs === 'number' && baseMs > maxMs)
    report(findings, child(pointer, backOffBase), `must be less than or equal to ${backOffMax}`)
}

function unitSuggestion(text: string): string | null {
  return /^[0-9]+$/.test(text) ? `write ${text}s for seconds` : null
}

/** Whether there are such pods is looked at where all files are: dependencies.ts. */
function checkDependencies(findings: Findings, annotations: Json, pointer: string, self: string): void {
  const seen = new Set<string>()
  for (const item of listedNames(annotations)) {
    const parts = item.split('/')
    const [name = '', namespace] = parts.reverse()
    if (item === '' || parts.length > 2) {
      report(findings, pointer, 'must be names of pods, [namespace/]name, separated by commas')
      return
    }
    const problem = subdomainProblem(name) ?? (namespace === undefined ? null : labelProblem(namespace))
    const key = namespace === undefined ? `${self.slice(0, self.indexOf('/'))}/${item}` : item
    if (problem !== null) report(findings, pointer, `"${item}" ${problem}`)
    else if (key === self) report(findings, pointer, 'a pod cannot depend on itself')
    else if (seen.has(key)) report(findings, pointer, `names "${item}" twice`)
    seen.add(key)
  }
}
