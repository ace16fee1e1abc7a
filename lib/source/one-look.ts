/** The same reading as the watched directory's, once and without waiting: for checking manifests before they are put in place. */

import { lstatSync } from 'node:fs'

import type { DirectoryScan, ScannedFile } from '../ports/index.js'
import { listDirectory } from './directory.js'
import { codeOf, readName, readPath, textOf, type ReadTerms } from './read-file.js'

/** The largest Secret fits, in base64. */
export const manifestLimitBytes = 2 * 2 ** 20
/** Where manifests lie before they are put in place, and who may write there, is nobody's affair. */
const terms: ReadTerms = { limitBytes: manifestLimitBytes, writers: null }

export type DirectoryLook =
  { readonly kind: 'listed'; readonly names: readonly string[] } | Extract<DirectoryScan, { kind: 'unreadable' }>

export async function lookAtDirectory(directory: string): Promise<DirectoryLook> {
  const listing = await listDirectory(directory, null)
  return listing.kind === 'unreadable' ? listing : { kind: 'listed', names: listing.names.map(({ name }) => name) }
}

/** null when it has gone since the directory was looked at. */
export function lookAtName(directory: string, name: string): ScannedFile | null {
  const reading = readName(directory, name, terms)
  return reading.kind === 'found' ? reading.file : null
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

function absent(path: string): ScannedFile {
  return { kind: 'unreadable', name: path, message: 'there is no such file', suggestion: null }
}
