/**
 * The manifests directory as it is now, and how it would be: changes are made to values, checked together, and only then
 * written. podkeep need not run.
 */

import { join } from 'node:path'

import {
  decodeFile,
  resolveDuplicates,
  resolveObjects,
  splitDocuments,
  type DecodedFile,
  type DocumentText,
  type ManifestPolicy,
  type ObjectName,
  type Resolved,
} from '../../manifest/index.js'
import type { ConfigKey, ConfigObject, Problem } from '../../pod/index.js'
import { lookAtDirectory, lookAtName } from '../../source/index.js'
import { CommandError, unavailable } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { objectText } from './object-name.js'

export interface ManifestFile {
  readonly name: string
  readonly text: string
  readonly documents: readonly DocumentText[]
}

export interface ManifestsFolder {
  readonly directory: string
  /** By name; unreadable and ignored ones are left out. */
  readonly files: ReadonlyMap<string, ManifestFile>
  /** Every name that is taken, whatever it holds. */
  readonly names: ReadonlySet<string>
}

export async function readFolder(directory: string): Promise<ManifestsFolder> {
  const look = await lookAtDirectory(directory)
  if (look.kind === 'unreadable') {
    throw unavailable(`${directory}: ${look.message}`, look.suggestion ?? 'name the directory with --manifests')
  }
  const files = new Map<string, ManifestFile>()
  const names = new Set<string>()
  for (const name of look.names) {
    const file = lookAtName(directory, name)
    names.add(name)
    if (file?.kind === 'read') files.set(file.name, manifestFile(file.name, Buffer.from(file.bytes).toString()))
  }
  return { directory, files, names }
}

export function manifestFile(name: string, text: string): ManifestFile {
  return { name, text, documents: splitDocuments(text) }
}

export interface Place {
  readonly file: ManifestFile
  /** Which of its documents. */
  readonly at: number
}

function sameObject(a: ObjectName, b: ObjectName): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name
}

/**
 * Where the object stands; null: nowhere.
 * @throws CommandError when it stands in several places, or in a List with others: no choice here would be safe
 */
export function placeOf(folder: ManifestsFolder, object: ObjectName): Place | null {
  const places = [...folder.files.values()].flatMap((file) =>
    file.documents.flatMap(({ objects }, at) => (objects.some((one) => sameObject(one, object)) ? [{ file, at }] : [])),
  )
  const [first, second] = places
  if (first === undefined) return null
  if (second !== undefined) {
    const files = [...new Set(places.map(({ file }) => file.name))].join(' and ')
    throw new CommandError(
      exitCode.problem,
      `${objectText(object)} stands in several places: ${files}`,
      `remove all but one of them in ${folder.directory}`,
    )
  }
  if ((first.file.documents[first.at]?.objects.length ?? 0) > 1) {
    const where = join(folder.directory, first.file.name)
    const message = `${objectText(object)} stands in a List with others in ${where}`
    throw new CommandError(exitCode.problem, message, `edit it there: podkeep edit ${first.file.name}`)
  }
  return first
}

/** The file with another text in the place of one document. An empty text takes the document out. */
export function withDocument({ file, at }: Place, text: string): ManifestFile {
  const old = file.documents[at]?.text ?? ''
  const mark = /^---[^\n]*\n/.exec(old)?.[0] ?? ''
  const isMarked = text === '' || text.startsWith('---')
  // A first document has a mark only where it had one: what only that tells from what stands there is no change.
  const said = at === 0 && mark === '' ? text.replace(/^---[ \t]*\n/, '') : text
  const whole = `${isMarked ? '' : mark}${said}${text === '' || text.endsWith('\n') ? '' : '\n'}`
  const texts = file.documents.map((document, index) => (index === at ? whole : document.text))
  return manifestFile(file.name, texts.join(''))
}

export function isEmpty(file: ManifestFile): boolean {
  return file.documents.every(({ objects, text }) => objects.length === 0 && withoutComments(text) === '')
}

function withoutComments(text: string): string {
  return text.replace(/^(#.*|---.*|\.\.\.)$/gm, '').trim()
}

/** @param changed null: the file goes */
export function withFiles(folder: ManifestsFolder, changed: ReadonlyMap<string, ManifestFile | null>): ManifestsFolder {
  const files = new Map(folder.files)
  for (const [name, file] of changed) {
    if (file === null) files.delete(name)
    else files.set(name, file)
  }
  return { ...folder, files }
}

export interface Checked extends Pick<Resolved, 'pods' | 'services' | 'cronJobs'> {
  readonly objects: ReadonlyMap<ConfigKey, ConfigObject>
  readonly problems: readonly Problem[]
}

/**
 * What podkeep would make of the directory.
 * @param before what was in force of it: of two the older stays, and what is immutable
 */
export function checkFolder(folder: ManifestsFolder, policy: ManifestPolicy, before: Checked | null = null): Checked {
  const decoded: DecodedFile[] = [...folder.files.values()].map(({ name, text }) =>
    decodeFile(name, Buffer.from(text), policy),
  )
  const resolved = resolveDuplicates(decoded, (key) => before?.pods.get(key))
  const { objects, problems } = resolveObjects(decoded, (key) => before?.objects.get(key))
  return {
    ...resolved,
    objects,
    problems: [...decoded.flatMap((file) => file.problems), ...resolved.problems, ...problems],
  }
}
