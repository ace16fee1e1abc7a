/** The manifests directory itself: is it there, is it the same one, and what names are in it. */

import { readdir, stat } from 'node:fs/promises'

import type { DirectoryScan } from '../ports/index.js'
import { codeOf, inodeOf, textOf, type Reading } from './read-file.js'
import { directoryWriterProblem, type Writers } from './writers.js'

export type UnreadableDirectory = Extract<DirectoryScan, { kind: 'unreadable' }>

export type Listing = Listed | UnreadableDirectory

export interface Listed {
  readonly kind: 'listed'
  readonly inode: string
  readonly names: readonly ListedName[]
}

export interface ListedName {
  readonly name: string
  readonly isFolder: boolean
}

/**
 * Names the directory behind the path: another one after a mount, a swap or a retargeted link.
 * @param writers null: anybody may write there
 */
export async function directoryInode(
  directory: string,
  writers: Writers | null,
): Promise<string | UnreadableDirectory> {
  try {
    const stats = await stat(directory, { bigint: true })
    if (!stats.isDirectory()) return notADirectory(directory)
    const problem = writers === null ? null : directoryWriterProblem(directory, writers)
    return problem === null ? inodeOf(stats) : { kind: 'unreadable', ...problem }
  } catch (error) {
    return whyUnreadable(directory, error)
  }
}

/** Sorted by name. The names and the inode belong together, also when the directory is replaced meanwhile. */
export async function listDirectory(directory: string, writers: Writers | null): Promise<Listing> {
  for (;;) {
    const before = await directoryInode(directory, writers)
    if (typeof before !== 'string') return before
    try {
      const entries = await readdir(directory, { withFileTypes: true })
      if ((await directoryInode(directory, writers)) !== before) continue
      const names = entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      return { kind: 'listed', inode: before, names: names.sort((a, b) => (a.name < b.name ? -1 : 1)) }
    } catch (error) {
      return whyUnreadable(directory, error)
    }
  }
}

/** Whether links may lead through it. */
export function isWayOfLinks(reading: Reading | undefined): boolean {
  if (reading?.kind !== 'found') return false
  return reading.file.kind === 'ignored' && (reading.isLink || reading.isFolder)
}

function notADirectory(directory: string): UnreadableDirectory {
  const message = `${directory} is not a directory`
  return { kind: 'unreadable', message, suggestion: 'name the directory the manifests are in' }
}

function whyUnreadable(directory: string, error: unknown): UnreadableDirectory {
  switch (codeOf(error)) {
    case 'ENOENT': {
      const message = `the manifests directory ${directory} does not exist`
      return { kind: 'unreadable', message, suggestion: `create it: mkdir -p ${directory}` }
    }
    case 'ENOTDIR':
      return notADirectory(directory)
    case 'EACCES':
    case 'EPERM': {
      const message = `podkeep has no permission to read the manifests directory ${directory}`
      return { kind: 'unreadable', message, suggestion: 'make it readable for the user podkeep runs as' }
    }
    default: {
      const message = `the manifests directory ${directory} cannot be read: ${textOf(error)}`
      return { kind: 'unreadable', message, suggestion: null }
    }
  }
}
