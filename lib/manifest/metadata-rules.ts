/** metadata: what the API server checks beyond the schema. Source: ValidateObjectMeta. */

import { child, report, reportMissing, type Findings } from './finding.js'
import { labelProblem, labelValueProblem, nameSuggestion, qualifiedNameProblem, subdomainProblem } from './names.js'
import type { Json } from './normal-form.js'
import { objectOf, textOf } from './shape.js'

const annotationsMostBytes = 256 * 1024

export function checkMetadata(findings: Findings, pod: Json, base: string): void {
  const pointer = `${base}/metadata`
  const metadata = objectOf(pod, 'metadata')
  const name = textOf(metadata, 'name') ?? ''
  if (name === '') {
    if (metadata['name'] === undefined || metadata['name'] === '') reportMissing(findings, `${pointer}/name`)
  } else checkName(findings, `${pointer}/name`, name, subdomainProblem)
  const namespace = textOf(metadata, 'namespace') ?? ''
  if (namespace !== '') checkName(findings, `${pointer}/namespace`, namespace, labelProblem)
  checkUid(findings, `${pointer}/uid`, textOf(metadata, 'uid') ?? '')
  checkTimestamp(findings, pointer, metadata)
  checkLabels(findings, `${pointer}/labels`, objectOf(metadata, 'labels'))
  checkAnnotations(findings, `${pointer}/annotations`, objectOf(metadata, 'annotations'))
}

export function checkName(
  findings: Findings,
  pointer: string,
  name: string,
  problemOf: (name: string) => string | null,
): void {
  const message = problemOf(name)
  if (message !== null) report(findings, pointer, message, nameSuggestion(name))
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

function checkLabels(findings: Findings, pointer: string, labels: Json): void {
  for (const [key, value] of Object.entries(labels)) {
    const place = child(pointer, key)
    const keyProblem = qualifiedNameProblem(key)
    if (keyProblem !== null) report(findings, place, keyProblem, null, 'key')
    const valueProblem = typeof value === 'string' ? labelValueProblem(value) : null
    if (valueProblem !== null) report(findings, place, valueProblem, 'annotations take any text')
  }
}

function checkAnnotations(findings: Findings, pointer: string, annotations: Json): void {
  const entries = Object.entries(annotations)
  for (const [key] of entries) {
    const problem = qualifiedNameProblem(key.toLowerCase())
    if (problem !== null) report(findings, child(pointer, key), problem, null, 'key')
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
