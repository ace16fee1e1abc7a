/**
 * `podkeep validate`: what `podkeep run` would say about these manifests. Needs no engine and changes nothing.
 *
 * V1  A directory is read as `run` reads it, each name in it a manifest, links too; a file that is named outright is read
 *     whatever its name is.
 * V2  The same file named twice counts once; the same pod in two files is a problem, as it is in a directory.
 */

import { lstatSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import {
  nameWarnings,
  newClaimWarnings,
  portWarnings,
  resolveDuplicates,
  resolveObjects,
  type ManifestPolicy,
} from '../manifest/index.js'
import type { PodKey, Problem } from '../pod/index.js'
import type { ScannedFile } from '../ports/index.js'
import {
  lookAtDirectory,
  lookAtFile,
  manifestLimitBytes,
  whyNotManifestName,
  type DirectoryLook,
} from '../source/index.js'
import { checkMany, threadsFor } from './check-crew.js'
import { checkFile, type CheckedFile } from './checked-file.js'
import type { SourceLine } from './source-line.js'

export interface ValidatedFile {
  readonly file: string
  readonly state: 'ok' | 'refused' | 'ignored'
  /** Why it is ignored; null otherwise. */
  readonly reason: string | null
  readonly pods: readonly PodKey[]
  readonly problems: readonly ShownProblem[]
  /** What is accepted, and not all that it might seem. */
  readonly warnings: readonly Problem[]
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

export async function validate(
  paths: readonly string[],
  policy: ManifestPolicy,
  readInput: () => Promise<Uint8Array>,
  threadsOf: (fileCount: number) => number = threadsFor,
): Promise<Validation> {
  const looks = new Map<string, DirectoryLook>()
  for (const path of paths)
    if (path !== standardInput && isDirectory(path)) looks.set(path, await lookAtDirectory(path))
  const listed = new Set([...looks].flatMap(([path, look]) => placesOf(path, look)))
  const seen = new Set<string>()
  const isFirst = (place: string): boolean => !seen.has(place) && seen.add(place).size > 0
  const checked: CheckedFile[] = []
  for (const path of paths) {
    const look = looks.get(path)
    if (path === standardInput) {
      if (isFirst(path)) checked.push(checkFile(await inputFile(readInput), policy))
    } else if (look === undefined) {
      const isListed = listed.has(placeOf(path)) || listed.has(realPath(path))
      if (!isListed && isFirst(realPath(path))) checked.push(namedFile(path, policy))
    } else if (look.kind === 'unreadable') {
      if (isFirst(realPath(path))) checked.push(noFile(checkFile({ ...look, name: path }, policy)))
    } else {
      const places = placesOf(path, look)
      const names = look.names.filter((_, at) => isFirst(places[at] ?? ''))
      for (const file of await checkMany({ directory: path, names, policy }, threadsOf(names.length)))
        checked.push(file)
    }
  }
  return summed(checked)
}

/** Where the names of a directory really stand. A link there is a place of its own, wherever it leads: two manifests for `run`. */
function placesOf(path: string, look: DirectoryLook): string[] {
  if (look.kind === 'unreadable') return []
  const directory = realPath(path)
  return look.names.map((name) => join(directory, name))
}

function placeOf(path: string): string {
  return join(realPath(dirname(path)), basename(path))
}

function summed(all: readonly CheckedFile[]): Validation {
  const decoded = all.flatMap((one) => (one.kind === 'checked' ? [one.decoded] : []))
  const resolved = resolveDuplicates(decoded, () => undefined)
  const { pods, services, problems } = resolved
  const { problems: ofObjects } = resolveObjects(decoded, () => undefined)
  const inForce = decoded.flatMap((one) => one.pods).filter(({ pod }) => pods.get(pod.key) === pod)
  const served = decoded.flatMap((one) => one.services).filter(({ service }) => services.get(service.key) === service)
  const warnings = [...portWarnings(inForce), ...nameWarnings(served, pods), ...newClaimWarnings(resolved, decoded)]
  const together = { problems: byFile([...problems, ...ofObjects]), warnings: byFile(warnings) }
  const files = all.map((one) => (one.kind === 'ignored' ? ignoredFile(one) : validatedFile(one, together)))
  return {
    files,
    fileCount: all.filter((one) => one.kind === 'checked' && one.isFile).length,
    podCount: pods.size,
    problemCount: files.reduce((sum, file) => sum + file.problems.length, 0),
  }
}

type ByFile = ReadonlyMap<string, readonly Problem[]>

function byFile(problems: readonly Problem[]): ByFile {
  const all = new Map<string, Problem[]>()
  for (const problem of problems) all.set(problem.file, [...(all.get(problem.file) ?? []), problem])
  return all
}

function ignoredFile({ file, reason }: Extract<CheckedFile, { kind: 'ignored' }>): ValidatedFile {
  return { file, state: 'ignored', reason, pods: [], problems: [], warnings: [] }
}

function validatedFile(
  one: Extract<CheckedFile, { kind: 'checked' }>,
  together: { readonly problems: ByFile; readonly warnings: ByFile },
): ValidatedFile {
  const { file, pods, problems, warnings } = one.decoded
  const shown = [...problems, ...(together.problems.get(file) ?? [])].map((problem) => ({
    ...problem,
    source: one.sources.get(problem) ?? null,
  }))
  return {
    file,
    state: shown.length === 0 ? 'ok' : 'refused',
    reason: null,
    pods: pods.map(({ pod }) => pod.key),
    problems: shown,
    warnings: [...warnings, ...(together.warnings.get(file) ?? [])],
  }
}

function namedFile(path: string, policy: ManifestPolicy): CheckedFile {
  const one = checkFile(lookAtFile(path), policy)
  return isAbsent(path) ? noFile(one) : warnedOfName(one)
}

function isAbsent(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined
  } catch (error) {
    // Below a file there is nothing; what else keeps it from us, its problem says.
    return error instanceof Error && 'code' in error && error.code === 'ENOTDIR'
  }
}

function noFile(one: CheckedFile): CheckedFile {
  return one.kind === 'ignored' ? one : { ...one, isFile: false }
}

/** What is on its way to its name, as web.yaml.new, needs no warning; nor does what has no extension, as /dev/fd/63. */
function warnedOfName(one: CheckedFile): CheckedFile {
  if (one.kind === 'ignored') return one
  const name = basename(one.decoded.file)
  if (/\.(ya?ml|json)(\.|~|$)/i.test(name) || !/.\./.test(name)) return one
  const warning: Problem = {
    ...{ file: one.decoded.file, line: null, column: null, field: '', pod: null },
    message: `podkeep run ignores it: ${whyNotManifestName(name) ?? ''}`,
    suggestion: `put it there as ${name.replace(/\.[^.]*$/, '')}.yaml`,
  }
  return { ...one, decoded: { ...one.decoded, warnings: [...one.decoded.warnings, warning] } }
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
