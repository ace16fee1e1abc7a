/**
 * A manifest file: bytes to pods, Services, ConfigMaps, Secrets and problems. Never throws, whatever the bytes are.
 *
 * M1  Every problem of a file is found at once, except that nothing can be read behind a syntax error.
 * M2  A file with any problem still lists its good pods: what to do with half a file is the supervisor's decision.
 */

import {
  podKey,
  type ConfigObject,
  type DesiredClaim,
  type DesiredCronJob,
  type DesiredPod,
  type DesiredService,
  type PersistentVolume,
  type PodKey,
  type Problem,
} from '../pod/index.js'
import { dependsOn } from './annotations.js'
import { decodeClaim } from './decode-claim.js'
import { decodeConfigObject } from './decode-config.js'
import { decodeCronJob } from './decode-cron-job.js'
import { decodePersistentVolume } from './decode-persistent-volume.js'
import { decodePod } from './decode-pod.js'
import { decodeService } from './decode-service.js'
import { decodeWorkload } from './decode-workload.js'
import { discretionFor, mayHoldSecret } from './discretion.js'
import { documentCuts } from './document-text.js'
import { child, fieldText, noFindings, report, type Finding, type Findings } from './finding.js'
import { checkHelmHook } from './helm-hook.js'
import { kindForms } from './kind-table.js'
import { listedObjects, type IgnoredObject, type ListedObject } from './kinds.js'
import { lineTable, placeOf, type LineTable, type Place } from './line-table.js'
import { isObject, type Json } from './normal-form.js'
import { objectOf, textOf } from './shape.js'
import { warnOfPod } from './pod-warnings.js'
import { usualPolicy, type ManifestPolicy } from './policy.js'
import { decodeUtf8 } from './text.js'
import { parseDocuments, type YamlDocument } from './yaml-documents.js'
import { markOf } from './yaml-index.js'

export interface DecodedPod {
  readonly pod: DesiredPod
  /** Where metadata.name stands. */
  readonly line: number
  readonly column: number
  /** Where it says whom it depends on, when it does and was read from a file. */
  readonly dependsOnAt?: Place & { readonly field: string }
}

export interface DecodedService {
  readonly service: DesiredService
  /** Where metadata.name stands. */
  readonly line: number
  readonly column: number
}

export interface DecodedObject {
  readonly object: ConfigObject
  /** Where metadata.name stands. */
  readonly line: number
  readonly column: number
}

export interface DecodedCronJob {
  readonly cronJob: DesiredCronJob
  /** Where metadata.name stands. */
  readonly line: number
  readonly column: number
}

export interface DecodedClaim {
  readonly claim: DesiredClaim
  /** Where metadata.name stands. */
  readonly line: number
  readonly column: number
}

export interface DecodedVolume {
  readonly volume: PersistentVolume
  /** Where metadata.name stands. */
  readonly line: number
  readonly column: number
}

export interface DecodedFile {
  readonly file: string
  /** The pods whose documents are fine, those of workloads too. */
  readonly pods: readonly DecodedPod[]
  readonly services: readonly DecodedService[]
  /** The ConfigMaps and Secrets whose documents are fine. */
  readonly objects: readonly DecodedObject[]
  readonly cronJobs: readonly DecodedCronJob[]
  readonly claims: readonly DecodedClaim[]
  readonly volumes: readonly DecodedVolume[]
  /** What is accepted, and not all that it might seem; by place in the file. */
  readonly warnings: readonly Problem[]
  /** By place in the file. */
  readonly problems: readonly Problem[]
}

/** A kubelet reads 10 MiB; a directory of such files would be all that podkeep does. The largest Secret fits, in base64. */
const largestFileBytes = 2 * 1024 * 1024
const mostProblems = 50

interface Draft {
  readonly file: string
  readonly policy: ManifestPolicy
  readonly lines: LineTable
  /** Where documents begin, and the end. */
  readonly cuts: readonly number[]
  readonly pods: DecodedPod[]
  readonly services: DecodedService[]
  readonly configs: DecodedObject[]
  readonly cronJobs: DecodedCronJob[]
  readonly claims: DecodedClaim[]
  readonly volumes: DecodedVolume[]
  readonly located: Located[]
  readonly warnings: Located[]
  /** Documents and list items that hold something, right or wrong. */
  objects: number
}

/** A problem before its line and column are counted: of thousands only the first are shown. */
interface Located {
  readonly offset: number
  readonly finding: Finding
  readonly pod: PodKey | null
}

export function decodeFile(file: string, bytes: Uint8Array, policy: ManifestPolicy = usualPolicy): DecodedFile {
  if (bytes.length > largestFileBytes) {
    const message = `the file has ${bytes.length} bytes, where ${largestFileBytes} are allowed`
    return nothingBut(file, wholeFile(file, message, 'is it a manifest? Split it if it is'))
  }
  const decoded = decodeUtf8(bytes)
  if (decoded.kind === 'invalid') return nothingBut(file, encodingProblem(file, decoded.before, decoded.byte))
  const { text } = decoded
  const draft: Draft = {
    file,
    policy,
    lines: lineTable(text),
    cuts: documentCuts(text),
    pods: [],
    services: [],
    configs: [],
    cronJobs: [],
    claims: [],
    volumes: [],
    located: [],
    warnings: [],
    objects: 0,
  }
  const { error, documents } = parseDocuments(text)
  if (error !== null) {
    const { offset, message, suggestion } = discretionFor(text)(error)
    return nothingBut(file, { file, ...placeOf(draft.lines, offset), field: '', message, suggestion, pod: null })
  }
  for (const document of documents) decodeDocument(draft, document)
  const { pods, services, configs, cronJobs, claims, volumes } = draft
  if (draft.objects > 0) {
    const [problems, warnings] = [shown(draft, draft.located), shown(draft, draft.warnings)]
    return { file, pods, services, objects: configs, cronJobs, claims, volumes, problems, warnings }
  }
  return nothingBut(file, wholeFile(file, 'no Kubernetes object in this file', 'delete the file to remove its pods'))
}

/** One that says nothing. */
export function emptyFile(file: string): DecodedFile {
  const nothing = { pods: [], services: [], objects: [], cronJobs: [], claims: [], volumes: [] }
  return { file, ...nothing, problems: [], warnings: [] }
}

function nothingBut(file: string, problem: Problem): DecodedFile {
  return { ...emptyFile(file), problems: [problem] }
}

function decodeDocument(draft: Draft, document: YamlDocument): void {
  if (document.findings.found.length > 0) {
    draft.objects++
    const hide = discretionFor(draft.lines.text)
    addProblems(draft, document, { ...document.findings, found: document.findings.found.map(hide) }, null)
    return
  }
  if (document.value === null || document.value === undefined) return
  const findings = noFindings()
  const { objects, ignored } = listedObjects(findings, document.value)
  draft.objects += objects.length + ignored.length + findings.found.length
  addProblems(draft, document, findings, isObject(document.value) ? podOf(document.value) : null)
  for (const one of ignored) warnOfIgnored(draft, document, one)
  for (const one of objects) decodeObject(draft, document, one)
}

function warnOfIgnored(draft: Draft, document: YamlDocument, { kind, pointer, reason }: IgnoredObject): void {
  const findings = noFindings()
  report(findings, `${pointer}/kind`, `${kind} is accepted, and nothing is done about it: ${reason}`)
  addLocated(draft.warnings, document, findings, null)
}

function decodeObject(draft: Draft, document: YamlDocument, listed: ListedObject): void {
  const { kind, value, pointer } = listed
  const findings = noFindings()
  const warnings = noFindings()
  const { text } = draft.lines
  const writtenAt = (at: string): string | null => {
    const mark = document.marks.get(at)
    if (mark === undefined || mark.end <= mark.value) return null
    const written = text.slice(mark.value, mark.end)
    return written.length > 60 || /^[*"'&!|>]|\n/.test(written) ? null : written
  }
  const place = (at: string): Place => placeOf(draft.lines, offsetOf(document, pointer + at, 'value'))
  const { file, policy } = draft
  const terms = { writtenAt, policy }
  const { template } = kindForms[kind]
  const hasPods = kind === 'Pod' || template !== null
  if (hasPods) checkHelmHook(findings, value, pointer)
  switch (kind) {
    case 'Pod': {
      const pod = decodePod(findings, value, pointer, file, terms)
      if (pod !== null) draft.pods.push(decodedPod(withSource(pod, draft, document, pointer), '', place))
      break
    }
    case 'Service': {
      const service = decodeService({ findings, warnings }, listed, file, writtenAt)
      if (service !== null) draft.services.push({ service, ...place('/metadata/name') })
      break
    }
    case 'ConfigMap':
    case 'Secret': {
      const object = decodeConfigObject(findings, value, pointer, { kind, file, writtenAt })
      if (object !== null) draft.configs.push({ object, ...place('/metadata/name') })
      break
    }
    case 'CronJob': {
      const cronJob = decodeCronJob(findings, listed, file, terms)
      if (cronJob !== null) draft.cronJobs.push({ cronJob, ...place('/metadata/name') })
      break
    }
    case 'PersistentVolumeClaim': {
      const claim = decodeClaim(findings, listed, file, writtenAt)
      if (claim !== null) draft.claims.push({ claim, ...place('/metadata/name') })
      break
    }
    case 'PersistentVolume': {
      const how = { file, writtenAt, node: policy.node }
      const volume = decodePersistentVolume({ findings, warnings }, listed, how)
      if (volume !== null) draft.volumes.push({ volume, ...place('/metadata/name') })
      break
    }
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job': {
      const made = decodeWorkload(findings, kind, listed, file, terms)
      if (made === null) break
      draft.pods.push(...made.pods.map((pod) => decodedPod(pod, kindForms[kind].template, place)))
      draft.claims.push(...made.claims.map((claim) => ({ claim, ...place('/metadata/name') })))
    }
  }
  if (hasPods && findings.found.length === 0) {
    const pod = (template ?? '').split('/').slice(1).reduce(objectOf, value)
    warnOfPod(warnings, pod, `${pointer}${template ?? ''}`, policy.node !== undefined)
  }
  addProblems(draft, document, findings, podOf(value))
  addLocated(draft.warnings, document, warnings, podOf(value))
}

/** Longer than any manifest that people write by hand. */
const longestSource = 64 * 1024

function withSource(pod: DesiredPod, { lines, cuts }: Draft, document: YamlDocument, pointer: string): DesiredPod {
  if (pointer !== '') return pod
  const at = offsetOf(document, '/metadata', 'key')
  const start = cuts.findLast((cut) => cut <= at) ?? 0
  const source = lines.text.slice(
    start,
    cuts.find((cut) => cut > at),
  )
  return source.length > longestSource || mayHoldSecret(source) ? pod : { ...pod, source }
}

/** @param template where the annotations of the pod stand below */
function decodedPod(pod: DesiredPod, template: string, place: (at: string) => Place): DecodedPod {
  const named = { pod, ...place('/metadata/name') }
  const at = child(`${template}/metadata/annotations`, dependsOn)
  return pod.dependsOn.length === 0 ? named : { ...named, dependsOnAt: { ...place(at), field: fieldText(at) } }
}

function addProblems(draft: Draft, document: YamlDocument, findings: Findings, pod: PodKey | null): void {
  addLocated(draft.located, document, findings, pod)
}

function addLocated(to: Located[], document: YamlDocument, findings: Findings, pod: PodKey | null): void {
  for (const finding of findings.found)
    to.push({ offset: offsetOf(document, finding.pointer, finding.at), finding, pod })
}

/** What is not there is looked for where it should be: at the name of what would contain it. */
function offsetOf(document: YamlDocument, pointer: string, at: Finding['at']): number {
  const { mark, isExact } = markOf(document.marks, pointer)
  return isExact && at === 'value' ? mark.value : mark.key
}

const noPods: ReadonlySet<string> = new Set(['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'PersistentVolume'])

/** What is of a kind that is no pod's has none; a kind that is misspelt may be a pod's. */
function podOf(object: Json): PodKey | null {
  const kind = textOf(object, 'kind')
  return kind !== undefined && noPods.has(kind) ? null : keyOf(object)
}

/** The pod an object describes, when that much can be read. */
function keyOf(object: Json): PodKey | null {
  const metadata = objectOf(object, 'metadata')
  const name = textOf(metadata, 'name') ?? ''
  const namespace = textOf(metadata, 'namespace') ?? ''
  return name === '' ? null : podKey(namespace === '' ? 'default' : namespace, name)
}

function encodingProblem(file: string, before: string, byte: number): Problem {
  const place = placeOf(lineTable(before), before.length)
  const isUtf16 = before === '' && (byte === 0xff || byte === 0xfe)
  const suggestion = isUtf16 ? 'it looks like UTF-16: save the file as UTF-8' : 'save the file as UTF-8'
  const message = `byte 0x${byte.toString(16)} is not UTF-8 here`
  return { file, ...place, field: '', message, suggestion, pod: null }
}

function wholeFile(file: string, message: string, suggestion: string | null): Problem {
  return { file, line: null, column: null, field: '', message, suggestion, pod: null }
}

function shown({ file, lines }: Draft, located: readonly Located[]): Problem[] {
  const sorted = [...located].sort((a, b) => a.offset - b.offset)
  const problems = sorted.slice(0, mostProblems).map(({ offset, finding, pod }): Problem => {
    const { pointer, message, suggestion } = finding
    return { file, ...placeOf(lines, offset), field: fieldText(pointer), message, suggestion, pod }
  })
  const left = sorted.length - problems.length
  return left === 0 ? problems : [...problems, wholeFile(file, `and ${left} more problems in this file`, null)]
}
