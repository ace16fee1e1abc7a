/** A file that is on the disk whole or not at all: written beside, flushed, renamed into place, and the folder flushed. */

import { open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { stateError } from './failure.js'

const beingWritten = '.writing-'

/**
 * Two writes of one name must not overlap.
 * @param isFlushed false: after a loss of power it may be gone, or damaged
 * @throws HOST_DISK_FULL, STATE_FAILED
 */
export async function writeWhole(
  directory: string,
  name: string,
  text: string,
  { isFlushed = true } = {},
): Promise<void> {
  const path = join(directory, name)
  const beside = join(directory, `${beingWritten}${name}`)
  try {
    const file = await open(beside, 'w', 0o600)
    try {
      await file.writeFile(text)
      if (isFlushed) await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
    if (isFlushed) await flushFolder(directory)
  } catch (error) {
    // What is left is removed at the next start at the latest; this error is the one to tell.
    await rm(beside, { force: true }).catch(() => undefined)
    throw stateError(`cannot write ${path}`, error)
  }
}

/** What an interrupted write left. */
export async function removeHalfWritten(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(beingWritten)) await rm(join(directory, name), { force: true })
  }
}

export async function flushFolder(directory: string): Promise<void> {
  const folder = await open(directory, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
