/**
 * `podkeep validate`: what `podkeep run` would say about these manifests. Needs no engine and changes nothing.
 *
 * V1  A directory is read as `run` reads it; a file that is named outright is read whatever its name is.
 * V2  The same file named twice counts once; the same pod in two files is a problem, as it is in a directory.
 */

import { realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { decodeFile, resolveDuplicates, type DecodedFile, type ManifestPolicy } from '../manifest/index.js'
import type { PodKey, Problem } from '../pod/index.js'
import type { ScannedFile } from '../ports/index.js'
import { lookAtDirectory, lookAtFile, manifestLimitBytes } from '../source/index.js'
import { sourceLine, type SourceLine } from './source-line.js'

export interface ValidatedFile {
  readonly file: string
  readonly state: 'ok' | 'refused' | 'ignored'
  /** Why it is ignored; null otherwise. */
  readonly reason: string | null
  readonly pods: readonly PodKey[]
  readonly problems: readonly ShownProblem[]
}

export interface ShownProblem extends Problem {
  /** The line the problem is in; null when there is none to show. */
  readonly source: SourceLine | null
}

export interface Validation {
  readonly files: readonly ValidatedFile[]
  readonly fileCount: number
  readonly podCount: number
  readonly problemCount: number
}

/** What is read from standard input is called. */
const standardInput = '-'

type Checked =
  | { readonly kind: 'ignored'; readonly file: string; readonly reason: string }
  | { readonly kind: 'checked'; readonly decoded: DecodedFile; readonly sources: ReadonlyMap<Problem, SourceLine> }

export async function validate(
  paths: readonly string[],
  policy: ManifestPolicy,
  readInput: () => Promise<Uint8Array>,
): Promise<Validation> {
  const checked = new Map<string, Checked>()
  const check = (file: ScannedFile): Checked => checkFile(file, policy)
  for (const path of paths) {
    if (path === standardInput) checked.set(standardInput, check(await inputFile(readInput)))
    else await checkPath(path, checked, check)
  }
  return summed([...checked.values()])
}

async function checkPath(
  path: string,
  checked: Map<string, Checked>,
  check: (file: ScannedFile) => Checked,
): Promise<void> {
  const once = (file: ScannedFile, place: string): void => {
    const identity = realPath(place)
    if (!checked.has(identity)) checked.set(identity, check(file))
  }
  if (!isDirectory(path)) {
    once(lookAtFile(path), path)
    return
  }
  const look = await lookAtDirectory(path)
  if (look.kind === 'unreadable') {
    checked.set(path, check({ ...look, name: path }))
    return
  }
  for (const file of look.files) {
    const place = join(path, file.name)
    // A link beside its target is two manifests for `run`, so here too.
    once({ ...file, name: place }, join(realPath(path), file.name))
  }
}

function checkFile(file: ScannedFile, policy: ManifestPolicy): Checked {
  switch (file.kind) {
    case 'ignored':
      return { kind: 'ignored', file: file.name, reason: file.reason }
    case 'unreadable': {
      const problem = { file: file.name, line: null, column: null, field: '', pod: null }
      const { message, suggestion } = file
      const decoded = { file: file.name, pods: [], problems: [{ ...problem, message, suggestion }] }
      return { kind: 'checked', decoded, sources: new Map() }
    }
    case 'read': {
      const decoded = decodeFile(file.name, file.bytes, policy)
      return { kind: 'checked', decoded, sources: sourcesOf(decoded.problems, file.bytes) }
    }
  }
}

function sourcesOf(problems: readonly Problem[], bytes: Uint8Array): Map<Problem, SourceLine> {
  if (problems.length === 0) return new Map()
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/)
  return new Map(
    problems.flatMap((problem) => {
      const source = sourceLine(lines, problem)
      return source === null ? [] : [[problem, source] as const]
    }),
  )
}

function summed(all: readonly Checked[]): Validation {
  const decoded = all.flatMap((one) => (one.kind === 'checked' ? [one.decoded] : []))
  const { pods, problems } = resolveDuplicates(decoded, () => undefined)
  const duplicates = new Map<string, Problem[]>()
  for (const problem of problems) duplicates.set(problem.file, [...(duplicates.get(problem.file) ?? []), problem])
  const files = all.map((one) => (one.kind === 'ignored' ? ignoredFile(one) : validatedFile(one, duplicates)))
  return {
    files,
    fileCount: decoded.length,
    podCount: pods.size,
    problemCount: files.reduce((sum, file) => sum + file.problems.length, 0),
  }
}

function ignoredFile({ file, reason }: Extract<Checked, { kind: 'ignored' }>): ValidatedFile {
  return { file, state: 'ignored', reason, pods: [], problems: [] }
}

function validatedFile(
  one: Extract<Checked, { kind: 'checked' }>,
  duplicates: ReadonlyMap<string, readonly Problem[]>,
): ValidatedFile {
  const { file, pods, problems } = one.decoded
  const shown = [...problems, ...(duplicates.get(file) ?? [])].map((problem) => ({
    ...problem,
    source: one.sources.get(problem) ?? null,
  }))
  return {
    file,
    state: shown.length === 0 ? 'ok' : 'refused',
    reason: null,
    pods: pods.map(({ pod }) => pod.key),
    problems: shown,
  }
}

async function inputFile(readInput: () => Promise<Uint8Array>): Promise<ScannedFile> {
  const bytes = await readInput()
  const name = standardInput
  if (bytes.length <= manifestLimitBytes) return { kind: 'read', name, bytes, fingerprint: '' }
  return { kind: 'unreadable', name, message: `larger than ${manifestLimitBytes} bytes`, suggestion: 'split it' }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    // Reading it as a file tells what is wrong with it.
    return false
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // Two names of something that cannot be reached: each gets its own problem.
    return path
  }
}
