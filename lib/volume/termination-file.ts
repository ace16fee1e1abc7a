/**
 * The file for the last words of one instance of a container: <folder>/<attempt>. It stays until the instance after the next is
 * made, as long as the dead container itself, and at the longest as long as the pod.
 */

import { constants } from 'node:fs'
import { open, readdir, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf, makeFolders } from '../disk/index.js'
import { volumeError } from './failure.js'

/** Source: kubelet MaxContainerTerminationMessageLength, and pkg/util/tail ReadAtMost for which end of it. */
const maxBytes = 4096

const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants

export async function prepareTerminationFile(folder: string, attempt: number): Promise<string> {
  const path = join(folder, String(attempt))
  try {
    const file = await openIn(folder, path)
    try {
      // Whatever the umask: whichever user the container runs as may write to it.
      await file.chmod(0o666)
    } finally {
      await file.close()
    }
    const kept = [attempt, attempt - 1].map(String)
    const old = (await readdir(folder)).filter((name) => !kept.includes(name))
    for (const name of old) await rm(join(folder, name), { force: true })
    return path
  } catch (error) {
    throw volumeError(`cannot make the termination message file ${path}`, error)
  }
}

async function openIn(folder: string, path: string): Promise<FileHandle> {
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
  try {
    return await open(path, flags, 0o666)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    await makeFolders(folder, 0o750)
    return open(path, flags, 0o666)
  }
}

/** Empty when there is no file: the container was made by a podkeep that made none. */
export async function readTerminationFile(folder: string, attempt: number): Promise<string> {
  const path = join(folder, String(attempt))
  try {
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const { size } = await file.stat()
      const start = Math.max(0, size - maxBytes)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, start)
      return textOf(buffer.subarray(0, bytesRead), start > 0)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw volumeError(`cannot read the termination message file ${path}`, error)
  }
}

/** Where a beginning is missing, the rest of a character that was cut through goes with it. */
function textOf(bytes: Buffer, isCut: boolean): string {
  const isInside = (byte: number): boolean => (byte & 0b1100_0000) === 0b1000_0000
  let start = 0
  while (isCut && start < 3 && start < bytes.length && isInside(bytes[start] ?? 0)) start += 1
  return bytes.toString('utf8', start)
}
