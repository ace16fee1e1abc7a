/** Which object a document is, and which are in a list. */

import { child, report, reportMissing, type Findings } from './finding.js'
import { nearest } from './field-names.js'
import { isObject, type Json } from './normal-form.js'
import { textOf } from './shape.js'

export interface ListedObject {
  readonly value: Json
  readonly pointer: string
}

const template = 'put its spec.template into a manifest of its own, as a Pod with a metadata.name'

const suggestions: Readonly<Record<string, string>> = {
  Deployment: template,
  ReplicaSet: template,
  ReplicationController: template,
  StatefulSet: template,
  DaemonSet: template,
  Job: `${template} and restartPolicy: OnFailure`,
  CronJob: 'put its spec.jobTemplate.spec.template into a Pod and let a timer of the machine write the file',
  Service: 'use hostPort to publish a port of a pod',
  Ingress: 'use hostPort to publish a port of a pod',
  ConfigMap: 'put the values into env, or the files into a hostPath volume',
  Secret: 'put the files into a hostPath volume',
  PersistentVolumeClaim: 'use a hostPath volume',
  PersistentVolume: 'use a hostPath volume',
  Namespace: 'a namespace needs no object: metadata.namespace is enough',
}

/** The Pods of a document. Everything else is reported. */
export function listedObjects(findings: Findings, value: unknown): ListedObject[] {
  if (!isObject(value)) {
    report(findings, '', 'a manifest is an object with apiVersion, kind, metadata and spec', listHint(value))
    return []
  }
  const kind = textOf(value, 'kind')
  const isList = kind === 'List' || kind === 'PodList'
  if (!isList || value['apiVersion'] !== 'v1') return isPod(findings, value, '') ? [{ value, pointer: '' }] : []
  return items(findings, value, kind === 'PodList')
}

function items(findings: Findings, list: Json, isPodList: boolean): ListedObject[] {
  for (const field of Object.keys(list))
    if (!['apiVersion', 'kind', 'metadata', 'items'].includes(field))
      report(findings, child('', field), 'unknown field', 'a list has items only', 'key')
  const all: unknown = list['items'] ?? []
  if (!Array.isArray(all)) {
    report(findings, '/items', 'must be a list', 'start each item with "- "')
    return []
  }
  return all.flatMap((item: unknown, at) => {
    const pointer = `/items/${at}`
    if (!isObject(item)) {
      report(findings, pointer, 'must be an object with apiVersion, kind, metadata and spec')
      return []
    }
    const value = isPodList ? { apiVersion: 'v1', kind: 'Pod', ...item } : item
    return isPod(findings, value, pointer) ? [{ value, pointer }] : []
  })
}

function isPod(findings: Findings, value: Json, pointer: string): boolean {
  const { apiVersion, kind } = value
  if (kind === 'Pod' && apiVersion === 'v1') return true
  const before = findings.found.length
  if (isUnset(apiVersion)) missing(findings, value, pointer, 'apiVersion', 'write apiVersion: v1')
  if (isUnset(kind)) missing(findings, value, pointer, 'kind', 'write kind: Pod')
  for (const field of ['apiVersion', 'kind'])
    if (!isUnset(value[field]) && typeof value[field] !== 'string')
      report(findings, `${pointer}/${field}`, 'must be a string')
  if (findings.found.length > before) return false
  if (kind === 'Pod')
    report(
      findings,
      `${pointer}/apiVersion`,
      `podkeep runs v1 Pods; ${String(apiVersion)} has none`,
      'write apiVersion: v1',
    )
  else reportKind(findings, pointer, String(kind))
  return false
}

function reportKind(findings: Findings, pointer: string, kind: string): void {
  const known = Object.hasOwn(suggestions, kind) ? (suggestions[kind] ?? null) : null
  const isNear = kind.toLowerCase() === 'pod' || nearest(kind, ['Pod']) !== null
  const message = isNear
    ? `podkeep runs v1 Pods; "${kind}" is not a kind`
    : `podkeep runs v1 Pods; ${kind} is not supported${known === null ? '' : ' yet'}`
  report(findings, `${pointer}/kind`, message, isNear ? 'did you mean "Pod"?' : known)
}

function missing(findings: Findings, value: Json, pointer: string, field: string, suggestion: string): void {
  const otherCase = Object.keys(value).find((key) => key.toLowerCase() === field.toLowerCase() && key !== field)
  if (otherCase === undefined) reportMissing(findings, `${pointer}/${field}`, suggestion)
  else
    report(
      findings,
      child(pointer, otherCase),
      'unknown field',
      `did you mean "${field}"? Field names are case-sensitive`,
      'key',
    )
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function listHint(value: unknown): string | null {
  return Array.isArray(value) ? 'separate several manifests with a line "---", or use kind: List' : null
}
