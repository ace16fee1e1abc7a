/** emptyDir: a folder that everybody may write to and that lives as long as the pod; with medium Memory a tmpfs, or a file system of huge pages. */

import { chmod, lstat, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

import { codeOf, makeFolders } from '../disk/index.js'
import type { DesiredVolume } from '../pod/index.js'
import { volumeError, volumeFailure } from './failure.js'
import { requireHugePages } from './huge-pages.js'
import { isMountPoint, mountHugePages, mountTmpfs } from './mounts.js'
import { giveTree } from './ownership.js'

type EmptyDir = Extract<DesiredVolume, { kind: 'emptyDir' }>

export async function prepareEmptyDir(path: string, volume: EmptyDir): Promise<string> {
  if (volume.medium !== '' && process.getuid?.() !== 0) {
    const what = volume.medium === 'Memory' ? 'a tmpfs' : 'a hugetlbfs'
    throw volumeFailure(
      `emptyDir volume "${volume.name}": medium ${volume.medium} needs ${what}, which only root may mount; run podkeep as root or leave out "medium: ${volume.medium}"`,
    )
  }
  try {
    await makeFolders(dirname(path), 0o750)
    await makeFolder(path)
    if (volume.medium !== '' && !(await isMountPoint(path))) await mountMedium(path, volume)
    // Once: what is made in it later belongs to the group by itself.
    if (volume.owner !== undefined) await giveTree(path, { ...volume.owner, onlyOnMismatch: true })
    return path
  } catch (error) {
    throw volumeError(`cannot make emptyDir volume "${volume.name}"`, error)
  }
}

async function mountMedium(path: string, { medium, pageBytes, sizeLimitBytes: sizeBytes }: EmptyDir): Promise<void> {
  if (medium === 'Memory' || pageBytes === undefined) {
    await mountTmpfs(path, { mode: '0777', sizeBytes })
    return
  }
  await requireHugePages(pageBytes)
  await mountHugePages(path, { mode: '0777', pageBytes, sizeBytes })
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
