/** The same reading as the watched directory's, once and without waiting: for checking manifests before they are put in place. */

import { lstatSync } from 'node:fs'

import type { DirectoryScan, ScannedFile } from '../ports/index.js'
import { listDirectory } from './directory.js'
import { codeOf, readName, readPath, textOf, type ReadTerms } from './read-file.js'

export const manifestLimitBytes = 2 ** 20
/** Where manifests lie before they are put in place, and who may write there, is nobody's affair. */
const terms: ReadTerms = { limitBytes: manifestLimitBytes, writers: null }

export type DirectoryLook =
  /** Read one by one as they are asked for, so that a large directory need not fit into memory. */
  { readonly kind: 'scanned'; readonly files: Iterable<ScannedFile> } | Extract<DirectoryScan, { kind: 'unreadable' }>

export async function lookAtDirectory(directory: string): Promise<DirectoryLook> {
  const listing = await listDirectory(directory, null)
  if (listing.kind === 'unreadable') return listing
  return { kind: 'scanned', files: readAll(directory, listing.names) }
}

/** A file that was named outright is read whatever its name is. */
export function lookAtFile(path: string): ScannedFile {
  try {
    const reading = readPath(path, path, lstatSync(path, { bigint: true }), terms)
    return reading.kind === 'missing' ? absent(path) : reading.file
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return absent(path)
    return { kind: 'unreadable', name: path, message: `it cannot be read: ${textOf(error)}`, suggestion: null }
  }
}

function* readAll(directory: string, names: Iterable<{ readonly name: string }>): Iterable<ScannedFile> {
  for (const { name } of names) {
    const reading = readName(directory, name, terms)
    if (reading.kind === 'found') yield reading.file
  }
}

function absent(path: string): ScannedFile {
  return { kind: 'unreadable', name: path, message: 'there is no such file', suggestion: null }
}
