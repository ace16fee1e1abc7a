/**
 * Ways into a folder that others write to at the same time. A path is walked one name after the other, each opened below the one
 * before and never through a link, so that whatever is swapped meanwhile leads nowhere else. Node has no openat; what is open has
 * a name of its own below /proc/self/fd.
 */

import { constants } from 'node:fs'
import { chmod, mkdir, open, type FileHandle } from 'node:fs/promises'

import { codeOf } from './failure.js'

const { O_DIRECTORY, O_NOFOLLOW } = constants
/** Opens the place and not what is there: no pipe is waited for, no device is touched. Source: open(2), the same on amd64 and arm64. */
const O_PATH = 0o10000000

/** The name of what is open, for a call that takes a path. @param pid whose call it is */
export function nameOf(opened: FileHandle, pid: number | 'self' = 'self'): string {
  return `/proc/${pid}/fd/${opened.fd}`
}

export async function openFolder(path: string): Promise<FileHandle> {
  return open(path, O_PATH | O_NOFOLLOW | O_DIRECTORY)
}

/** Whatever it is; a link is opened as the link it is. */
export async function openBelow(folder: FileHandle, name: string): Promise<FileHandle> {
  return open(`${nameOf(folder)}/${name}`, O_PATH | O_NOFOLLOW)
}

/** @throws ENOTDIR, ELOOP also when one of the names has become a link, ENOENT */
export async function openAlong(top: string, names: readonly string[]): Promise<FileHandle> {
  let here = await openFolder(top)
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1
    here = await goOn(here, isLast ? openBelow(here, name) : openFolder(`${nameOf(here)}/${name}`))
  }
  return here
}

/** To what is opened below it; closes `from`, also when that fails. */
async function goOn(from: FileHandle, next: Promise<FileHandle>): Promise<FileHandle> {
  try {
    return await next
  } finally {
    await from.close()
  }
}

/** Makes the folders that are not there, as its parent is: mode, and group where that is handed down. Closes `from`. */
export async function makeBelow(from: FileHandle, names: readonly string[], mode: number): Promise<FileHandle> {
  let here = from
  for (const name of names) {
    here = await goOn(here, makeOrOpen(`${nameOf(here)}/${name}`, mode))
  }
  return here
}

async function makeOrOpen(path: string, mode: number): Promise<FileHandle> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return openFolder(path)
  }
  const made = await openFolder(path)
  // Whatever the umask.
  await chmod(nameOf(made), mode)
  return made
}
