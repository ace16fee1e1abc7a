/** Which object a document is, and which are in a list. */

import { child, report, reportMissing, type Findings } from './finding.js'
import { nearest } from './field-names.js'
import { ignoredKinds, insteadOfKind, isKind, kindForms, type Kind } from './kind-table.js'
import { isObject, type Json } from './normal-form.js'
import { textOf } from './shape.js'

export interface ListedObject {
  readonly kind: Kind
  readonly value: Json
  readonly pointer: string
}

/** An object that is accepted, and of which nothing comes. */
export interface IgnoredObject {
  readonly kind: string
  readonly value: Json
  readonly pointer: string
  readonly reason: string
}

export interface Listed {
  readonly objects: readonly ListedObject[]
  readonly ignored: readonly IgnoredObject[]
}

const nothing: Listed = { objects: [], ignored: [] }

/** The objects of a document. What is none of podkeep's kinds is reported. */
export function listedObjects(findings: Findings, value: unknown): Listed {
  if (!isObject(value)) {
    report(findings, '', 'a manifest is an object with apiVersion, kind, metadata and spec', listHint(value))
    return nothing
  }
  const kind = textOf(value, 'kind') ?? ''
  const item = kind.endsWith('List') ? kind.slice(0, -'List'.length) : null
  if (item === '' && value['apiVersion'] === 'v1') return items(findings, value, {})
  if (item !== null && isKind(item) && value['apiVersion'] === kindForms[item].apiVersion)
    return items(findings, value, { apiVersion: value['apiVersion'], kind: item })
  return listed(findings, value, '')
}

/** @param common what each item of a list of one kind need not say */
function items(findings: Findings, list: Json, common: Json): Listed {
  for (const field of Object.keys(list))
    if (!['apiVersion', 'kind', 'metadata', 'items'].includes(field))
      report(findings, child('', field), 'unknown field', 'a list has items only', 'key')
  const all: unknown = list['items'] ?? []
  if (!Array.isArray(all)) {
    report(findings, '/items', 'must be a list', 'start each item with "- "')
    return nothing
  }
  const parts = all.map((item: unknown, at) => {
    const pointer = `/items/${at}`
    if (isObject(item)) return listed(findings, { ...common, ...item }, pointer)
    report(findings, pointer, 'must be an object with apiVersion, kind, metadata and spec', 'write the object itself')
    return nothing
  })
  return { objects: parts.flatMap((part) => part.objects), ignored: parts.flatMap((part) => part.ignored) }
}

function listed(findings: Findings, value: Json, pointer: string): Listed {
  const before = findings.found.length
  for (const [field, suggestion] of [
    ['apiVersion', 'write apiVersion: v1'],
    ['kind', 'write kind: Pod'],
  ] as const) {
    if (isUnset(value[field])) missing(findings, value, pointer, field, suggestion)
    else if (typeof value[field] !== 'string') report(findings, `${pointer}/${field}`, 'must be a string')
  }
  if (findings.found.length > before) return nothing
  const apiVersion = textOf(value, 'apiVersion') ?? ''
  const kind = textOf(value, 'kind') ?? ''
  if (isKind(kind)) {
    const form = kindForms[kind]
    if (form.apiVersion === apiVersion) return { objects: [{ kind, value, pointer }], ignored: [] }
    const message = `podkeep knows ${form.apiVersion} ${kind}s, and not those of ${apiVersion}`
    report(findings, `${pointer}/apiVersion`, message, `write apiVersion: ${form.apiVersion}`)
    return nothing
  }
  const reason = ignoredKinds[`${groupOf(apiVersion)} ${kind}`]
  if (reason !== undefined) return { objects: [], ignored: [{ kind, value, pointer, reason }] }
  reportKind(findings, pointer, kind)
  return nothing
}

/** Of the core group, which has no name, its version. */
function groupOf(apiVersion: string): string {
  return apiVersion.split('/')[0] ?? ''
}

function reportKind(findings: Findings, pointer: string, kind: string): void {
  const instead = Object.hasOwn(insteadOfKind, kind) ? (insteadOfKind[kind] ?? null) : null
  const near = instead === null ? nearest(kind, Object.keys(kindForms))?.word : undefined
  if (near === undefined) report(findings, `${pointer}/kind`, `podkeep does not support the kind ${kind}`, instead)
  else report(findings, `${pointer}/kind`, `"${kind}" is no kind that podkeep knows`, `did you mean "${near}"?`)
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
