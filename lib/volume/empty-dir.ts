/** emptyDir: a folder that everybody may write to and that lives as long as the pod; with medium Memory a tmpfs. */

import { chmod, lstat, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

import { codeOf, makeFolders } from '../disk/index.js'
import type { DesiredVolume } from '../pod/index.js'
import { volumeError, volumeFailure } from './failure.js'
import { isMountPoint, mountTmpfs } from './mounts.js'
import { giveTree } from './ownership.js'

type EmptyDir = Extract<DesiredVolume, { kind: 'emptyDir' }>

export async function prepareEmptyDir(path: string, volume: EmptyDir): Promise<string> {
  if (volume.medium === 'Memory' && process.getuid?.() !== 0) {
    throw volumeFailure(
      `emptyDir volume "${volume.name}": medium Memory needs a tmpfs, which only root may mount; run podkeep as root or leave out "medium: Memory"`,
    )
  }
  try {
    await makeFolders(dirname(path), 0o750)
    await makeFolder(path)
    if (volume.medium === 'Memory' && !(await isMountPoint(path)))
      await mountTmpfs(path, { mode: '0777', sizeBytes: volume.sizeLimitBytes })
    // Once: what is made in it later belongs to the group by itself.
    if (volume.owner !== undefined) await giveTree(path, { ...volume.owner, onlyOnMismatch: true })
    return path
  } catch (error) {
    throw volumeError(`cannot make emptyDir volume "${volume.name}"`, error)
  }
}

/** The mode is set once, at birth, and whatever the umask: later it is the pod's own business. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    const stats = await lstat(path)
    if (!stats.isDirectory()) throw volumeFailure(`${path} is not a folder`)
    if ((stats.mode & 0o777) !== 0o700) return
  }
  await chmod(path, 0o777)
}
