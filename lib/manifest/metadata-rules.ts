/** metadata: what the API server checks beyond the schema. Source: ValidateObjectMeta. */

import { podKey, type PodKey } from '../pod/index.js'
import { checkOwnAnnotations } from './annotation-rules.js'
import { child, report, type Findings } from './finding.js'
import { labelProblem, qualifiedNameProblem, subdomainProblem } from './names.js'
import type { Json } from './normal-form.js'
import { checkReaction } from './reaction-rules.js'
import { checkSecurityAnnotations } from './security-annotation-rules.js'
import { checkLabels } from './selector-rules.js'
import { listOf, objectOf, objectsOf, textOf, textOrNull } from './shape.js'
import { checkOptionalName, checkRequiredName, requiredText } from './text-rules.js'

const annotationsMostBytes = 256 * 1024

export function checkMetadata(findings: Findings, pod: Json, base: string): void {
  const pointer = `${base}/metadata`
  const metadata = objectOf(pod, 'metadata')
  checkObjectMetadata(findings, metadata, pointer)
  checkUid(findings, `${pointer}/uid`, textOf(metadata, 'uid') ?? '')
  checkPodAnnotations(findings, pod, base, keyOf(metadata))
}

function checkPodAnnotations(findings: Findings, pod: Json, base: string, self: PodKey): void {
  const pointer = `${base}/metadata/annotations`
  const annotations = objectOf(objectOf(pod, 'metadata'), 'annotations')
  checkOwnAnnotations(findings, annotations, pointer, self)
  checkReaction(findings, annotations, objectOf(pod, 'spec'), pointer)
  checkSecurityAnnotations(findings, annotations, pointer)
}

/** Of any kind. */
export function checkObjectMetadata(findings: Findings, metadata: Json, pointer: string): void {
  // With generateName in its place, that is the mistake.
  if (textOrNull(metadata, 'generateName') === null)
    checkRequiredName(findings, metadata, 'name', pointer, subdomainProblem)
  else checkOptionalName(findings, metadata, 'name', pointer, subdomainProblem)
  checkOptionalName(findings, metadata, 'namespace', pointer, labelProblem)
  checkTimestamp(findings, pointer, metadata)
  checkMaps(findings, metadata, pointer)
  checkBookkeeping(findings, metadata, pointer)
}

/** Of a pod template, whose pods have names of their own. @param self one of its pods */
export function checkTemplateMetadata(findings: Findings, template: Json, base: string, self: PodKey): void {
  checkMaps(findings, objectOf(template, 'metadata'), `${base}/metadata`)
  checkPodAnnotations(findings, template, base, self)
}

export function keyOf(metadata: Json): PodKey {
  return podKey(namespaceOf(metadata), textOf(metadata, 'name') ?? '')
}

export function namespaceOf(metadata: Json): string {
  return textOrNull(metadata, 'namespace') ?? 'default'
}

function checkMaps(findings: Findings, metadata: Json, pointer: string): void {
  checkLabels(findings, `${pointer}/labels`, objectOf(metadata, 'labels'), 'annotations take any text')
  checkAnnotations(findings, `${pointer}/annotations`, objectOf(metadata, 'annotations'))
}

const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion']

/** What means nothing to podkeep, and is wrong all the same. Source: ValidateObjectMetaAccessor, ValidateOwnerReferences. */
function checkBookkeeping(findings: Findings, metadata: Json, pointer: string): void {
  listOf(metadata, 'finalizers').forEach((name, at) => {
    if (typeof name !== 'string') return
    const problem = qualifiedNameProblem(name)
    const isKnown = name.includes('/') || standardFinalizers.includes(name)
    const message = isKnown ? problem : 'name is neither a standard finalizer name nor is it fully qualified'
    if (message !== null) report(findings, `${pointer}/finalizers/${at}`, message)
  })
  const owners = objectsOf(metadata, 'ownerReferences')
  for (const { item, at } of owners) checkOwner(findings, item, `${pointer}/ownerReferences/${at}`)
  const controllers = owners.filter(({ item }) => item['controller'] === true)
  for (const { at } of controllers.slice(1))
    report(
      findings,
      `${pointer}/ownerReferences/${at}/controller`,
      'only one reference can have controller set to true',
    )
}

function checkOwner(findings: Findings, owner: Json, pointer: string): void {
  for (const field of ['apiVersion', 'kind', 'name', 'uid']) requiredText(findings, owner, field, pointer)
  const apiVersion = textOf(owner, 'apiVersion') ?? ''
  if (apiVersion.split('/').length > 2 || (apiVersion !== '' && apiVersion.endsWith('/')))
    report(findings, `${pointer}/apiVersion`, 'must be a version, or a group and a version: v1 or apps/v1')
  else if (apiVersion === 'v1' && owner['kind'] === 'Event')
    report(findings, `${pointer}/kind`, 'an Event cannot own anything')
}

/** It becomes the name of a folder. */
function checkUid(findings: Findings, pointer: string, uid: string): void {
  if (uid !== '' && !/^[A-Za-z0-9][-A-Za-z0-9_]{0,62}$/.test(uid))
    report(
      findings,
      pointer,
      "must consist of at most 63 letters, digits, '-' or '_', and start with a letter or digit",
    )
}

/** The one part of the ignored fields that Kubernetes cannot even read when it is wrong. */
function checkTimestamp(findings: Findings, pointer: string, metadata: Json): void {
  const time = textOf(metadata, 'creationTimestamp') ?? ''
  if (time !== '' && !/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(time))
    report(findings, `${pointer}/creationTimestamp`, 'must be a time like 2006-01-02T15:04:05Z', 'remove the field')
}

function checkAnnotations(findings: Findings, pointer: string, annotations: Json): void {
  const entries = Object.entries(annotations)
  for (const [key] of entries) {
    const problem = qualifiedNameProblem(key.toLowerCase())
    const suggestion = key.startsWith('bind-mount-options:') ? 'podman wrote it for SELinux: remove it' : null
    if (problem !== null) report(findings, child(pointer, key), problem, suggestion, 'key')
  }
  const units = entries.reduce(
    (sum, [key, value]) => sum + key.length + (typeof value === 'string' ? value.length : 0),
    0,
  )
  if (units * 3 <= annotationsMostBytes) return
  const bytes = entries.reduce(
    (sum, [key, value]) => sum + byteLength(key) + (typeof value === 'string' ? byteLength(value) : 0),
    0,
  )
  if (bytes > annotationsMostBytes)
    report(
      findings,
      pointer,
      `must be no more than ${annotationsMostBytes} bytes in all, and are ${bytes}`,
      null,
      'key',
    )
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}
