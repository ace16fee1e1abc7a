/** One file looked at and decoded: what a worker hands back of it, so plain values only. */

import { join } from 'node:path'

import {
  decodeFile,
  emptyFile,
  mayHoldSecret,
  warnedOf,
  type DecodedFile,
  type ManifestPolicy,
} from '../manifest/index.js'
import type { DesiredPod, Problem } from '../pod/index.js'
import type { ScannedFile } from '../ports/index.js'
import { lookAtName } from '../source/index.js'
import { sourceLine, type SourceLine } from './source-line.js'

export type CheckedFile =
  | { readonly kind: 'ignored'; readonly file: string; readonly reason: string }
  | {
      readonly kind: 'checked'
      /** Otherwise nothing stands there, or a directory that cannot be read: its problem says which. */
      readonly isFile: boolean
      readonly decoded: DecodedFile
      readonly sources: ReadonlyMap<Problem, SourceLine>
    }

/** Files of one directory, shown under the path it was named by. One that has gone meanwhile is not in the answer. */
export interface NamedFiles {
  readonly directory: string
  readonly names: readonly string[]
  readonly policy: ManifestPolicy
}

export function checkNamed({ directory, names, policy }: NamedFiles): CheckedFile[] {
  return names.flatMap((name) => {
    const file = lookAtName(directory, name)
    return file === null ? [] : [checkFile({ ...file, name: join(directory, name) }, policy)]
  })
}

export function checkFile(file: ScannedFile, policy: ManifestPolicy): CheckedFile {
  switch (file.kind) {
    case 'ignored':
      return { kind: 'ignored', file: file.name, reason: file.reason }
    case 'unreadable': {
      const problem = { file: file.name, line: null, column: null, field: '', pod: null }
      const { message, suggestion } = file
      const problems = [{ ...problem, message, suggestion }]
      const decoded = { ...emptyFile(file.name), problems }
      return { kind: 'checked', isFile: true, decoded, sources: new Map() }
    }
    case 'read': {
      const decoded = warnedOf(withoutValues(decodeFile(file.name, file.bytes, policy)), file)
      return { kind: 'checked', isFile: true, decoded, sources: sourcesOf(decoded.problems, file.bytes) }
    }
  }
}

function labelsOf({ manifest }: DesiredPod): DesiredPod['manifest'] {
  const { labels } = manifest.metadata
  const metadata = { name: '', namespace: '', ...(labels !== undefined && { labels }) }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: {} }
}

/**
 * What ConfigMaps and Secrets hold is behind functions and goes to no other thread, and what a pod's status would repeat of its
 * manifest is most of what would be copied; neither makes a difference here, but for the labels that Services select by.
 */
function withoutValues(decoded: DecodedFile): DecodedFile {
  const pods = decoded.pods.map(({ pod, ...place }) => ({ ...place, pod: { ...pod, manifest: labelsOf(pod) } }))
  const objects = decoded.objects.map(({ object, ...place }) => ({
    ...place,
    object: { ...object, entries: new Map() },
  }))
  return { ...decoded, pods, objects }
}

/** No line is shown of a file that may have a password in it. */
function sourcesOf(problems: readonly Problem[], bytes: Uint8Array): Map<Problem, SourceLine> {
  if (problems.length === 0) return new Map()
  const text = new TextDecoder().decode(bytes)
  if (mayHoldSecret(text)) return new Map()
  const lines = text.split(/\r\n|\r|\n/)
  return new Map(
    problems.flatMap((problem) => {
      const source = sourceLine(lines, problem)
      return source === null ? [] : [[problem, source] as const]
    }),
  )
}
