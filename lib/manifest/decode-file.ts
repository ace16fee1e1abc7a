/**
 * A manifest file: bytes to pods and problems. Never throws, whatever the bytes are.
 *
 * M1  Every problem of a file is found at once, except that nothing can be read behind a syntax error.
 * M2  A file with any problem still lists its good pods: what to do with half a file is the supervisor's decision.
 */

import { podKey, type DesiredPod, type PodKey, type Problem } from '../pod/index.js'
import { dependsOn } from './annotations.js'
import { decodePod } from './decode-pod.js'
import { child, fieldText, noFindings, type Finding, type Findings } from './finding.js'
import { listedObjects } from './kinds.js'
import { lineTable, placeOf, type LineTable, type Place } from './line-table.js'
import { isObject, type Json } from './normal-form.js'
import { objectOf, textOf } from './shape.js'
import { usualPolicy, type ManifestPolicy } from './policy.js'
import { decodeUtf8 } from './text.js'
import { parseDocuments, type YamlDocument } from './yaml-documents.js'
import { markOf } from './yaml-index.js'

export interface DecodedPod {
  readonly pod: DesiredPod
  /** Where metadata.name stands. */
  readonly line: number
  readonly column: number
  /** Where its depends-on annotation stands, when it has one and was read from a file. */
  readonly dependsOnAt?: Place
}

export interface DecodedFile {
  readonly file: string
  /** The pods whose documents are fine. */
  readonly pods: readonly DecodedPod[]
  /** By place in the file. */
  readonly problems: readonly Problem[]
}

/** A kubelet reads 10 MiB; a directory of such files would be all that podkeep does. */
const largestFileBytes = 1024 * 1024
const mostProblems = 50

interface Draft {
  readonly file: string
  readonly policy: ManifestPolicy
  readonly lines: LineTable
  readonly pods: DecodedPod[]
  readonly located: Located[]
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
    return { file, pods: [], problems: [wholeFile(file, message, 'is it a manifest? Split it if it is')] }
  }
  const decoded = decodeUtf8(bytes)
  if (decoded.kind === 'invalid')
    return { file, pods: [], problems: [encodingProblem(file, decoded.before, decoded.byte)] }
  const { text } = decoded
  const draft: Draft = { file, policy, lines: lineTable(text), pods: [], located: [], objects: 0 }
  const { error, documents } = parseDocuments(text)
  if (error !== null) {
    const { offset, message, suggestion } = error
    return {
      file,
      pods: [],
      problems: [{ file, ...placeOf(draft.lines, offset), field: '', message, suggestion, pod: null }],
    }
  }
  for (const document of documents) decodeDocument(draft, document)
  if (draft.objects > 0) return { file, pods: draft.pods, problems: shown(draft) }
  const message = 'no Kubernetes object in this file'
  return { file, pods: [], problems: [wholeFile(file, message, 'delete the file to remove its pods')] }
}

function decodeDocument(draft: Draft, document: YamlDocument): void {
  if (document.findings.found.length > 0) {
    draft.objects++
    addProblems(draft, document, document.findings, null)
    return
  }
  if (document.value === null || document.value === undefined) return
  const findings = noFindings()
  const objects = listedObjects(findings, document.value)
  draft.objects += objects.length + findings.found.length
  addProblems(draft, document, findings, isObject(document.value) ? keyOf(document.value) : null)
  for (const { value, pointer } of objects) decodeObject(draft, document, value, pointer)
}

function decodeObject(draft: Draft, document: YamlDocument, value: Json, pointer: string): void {
  const findings = noFindings()
  const { text } = draft.lines
  const writtenAt = (at: string): string | null => {
    const mark = document.marks.get(at)
    if (mark === undefined || mark.end <= mark.value) return null
    const written = text.slice(mark.value, mark.end)
    return written.length > 60 || /^[*"'&!|>]|\n/.test(written) ? null : written
  }
  const pod = decodePod(findings, value, pointer, draft.file, { writtenAt, policy: draft.policy })
  if (pod === null) {
    addProblems(draft, document, findings, keyOf(value))
    return
  }
  const place = (at: string): Place => placeOf(draft.lines, offsetOf(document, pointer + at, 'value'))
  const named = { pod, ...place('/metadata/name') }
  if (pod.dependsOn.length === 0) draft.pods.push(named)
  else draft.pods.push({ ...named, dependsOnAt: place(child('/metadata/annotations', dependsOn)) })
}

function addProblems(draft: Draft, document: YamlDocument, findings: Findings, pod: PodKey | null): void {
  for (const finding of findings.found)
    draft.located.push({ offset: offsetOf(document, finding.pointer, finding.at), finding, pod })
}

/** What is not there is looked for where it should be: at the name of what would contain it. */
function offsetOf(document: YamlDocument, pointer: string, at: Finding['at']): number {
  const { mark, isExact } = markOf(document.marks, pointer)
  return isExact && at === 'value' ? mark.value : mark.key
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

function shown({ file, lines, located }: Draft): Problem[] {
  const sorted = [...located].sort((a, b) => a.offset - b.offset)
  const problems = sorted.slice(0, mostProblems).map(({ offset, finding, pod }): Problem => {
    const { pointer, message, suggestion } = finding
    return { file, ...placeOf(lines, offset), field: fieldText(pointer), message, suggestion, pod }
  })
  const left = sorted.length - problems.length
  return left === 0 ? problems : [...problems, wholeFile(file, `and ${left} more problems in this file`, null)]
}
