/**
 * Puts a manifest into the directory as a careful program does: written beside under a name that podkeep ignores, flushed, and
 * renamed into place, with the mode and owner of the file it replaces.
 */

import { chmod, chown, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { unavailable } from '../command-error.js'

/** @param mode of a file that is new */
export async function writeManifest(directory: string, name: string, text: string, mode = 0o644): Promise<void> {
  try {
    const path = await target(join(directory, name))
    const beside = join(dirname(path), `.${basename(path)}.podkeep-${process.pid}`)
    const old = await stat(path).catch(() => null)
    try {
      const file = await open(beside, 'wx', old === null ? mode : 0o600)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      if (old !== null) {
        await chmod(beside, old.mode & 0o7777)
        await chown(beside, old.uid, old.gid).catch(() => undefined)
      }
      await rename(beside, path)
    } catch (error) {
      await rm(beside, { force: true })
      throw error
    }
    await flushFolder(dirname(path))
  } catch (error) {
    throw notWritten(directory, name, error)
  }
}

export async function removeManifest(directory: string, name: string): Promise<void> {
  try {
    await rm(join(directory, name))
    await flushFolder(directory)
  } catch (error) {
    throw notWritten(directory, name, error)
  }
}

/** A link in the directory stays one: what it leads to is written. */
async function target(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}

async function flushFolder(directory: string): Promise<void> {
  const folder = await open(directory, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function notWritten(directory: string, name: string, error: unknown): Error {
  const words = error instanceof Error ? error.message : String(error)
  const isForbidden =
    error instanceof Error && 'code' in error && ['EACCES', 'EPERM', 'EROFS'].includes(String(error.code))
  const hint = isForbidden ? `write as the owner of ${directory}, for example with sudo` : null
  return unavailable(`cannot write ${join(directory, name)}: ${words}`, hint)
}
