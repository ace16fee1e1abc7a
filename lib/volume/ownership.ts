/** Which group a volume's files belong to: spec.securityContext.fsGroup. */

import { chmod, chown, lchown, lstat, readdir, type FileHandle } from 'node:fs/promises'

import { codeOf, nameOf, openBelow, openFolder } from '../disk/index.js'
import type { VolumeOwner } from '../pod/index.js'
import { volumeFailure } from './failure.js'

/** podkeep's own when the pod names none. */
export function groupOf(fsGroup: number | null): number {
  return fsGroup ?? process.getegid?.() ?? 0
}

/** Follows no link. */
export async function give(path: string, fsGroup: number | null): Promise<void> {
  const { uid, gid } = await lstat(path)
  if (gid === groupOf(fsGroup)) return
  try {
    await lchown(path, uid, groupOf(fsGroup))
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error
    throw volumeFailure(
      `${path} cannot be given to the group ${groupOf(fsGroup)}: only root may do that; run podkeep as root or leave out fsGroup`,
    )
  }
}

/** Source: kubelet pkg/volume/volume_linux.go: what the group may do with files, and with folders besides. */
const groupUses = 0o660
const groupEnters = 0o2110

/**
 * Gives a folder and what is in it to a group that may then use all of it; the folder itself last, so that one that is right has
 * been gone through to its end. Others may write there meanwhile: nothing is reached through a link.
 */
export async function giveTree(path: string, { fsGroup, onlyOnMismatch }: VolumeOwner): Promise<void> {
  const top = await openFolder(path)
  try {
    const { gid, mode } = await top.stat()
    if (onlyOnMismatch && gid === fsGroup && isUsable(mode)) return
    await giveBelow(top, fsGroup)
    await giveOpened(top, fsGroup)
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error
    throw volumeFailure(
      `${path} cannot be given to the group ${fsGroup}: only root may do that; run podkeep as root or leave out fsGroup`,
    )
  } finally {
    await top.close()
  }
}

async function giveBelow(folder: FileHandle, fsGroup: number): Promise<void> {
  for (const name of await readdir(nameOf(folder))) {
    try {
      await giveOne(folder, name, fsGroup)
    } catch (error) {
      // Removed meanwhile.
      if (codeOf(error) !== 'ENOENT') throw error
    }
  }
}

async function giveOne(folder: FileHandle, name: string, fsGroup: number): Promise<void> {
  const entry = await openBelow(folder, name)
  try {
    const stats = await entry.stat()
    if (stats.isDirectory()) await giveBelow(entry, fsGroup)
    if (stats.isSymbolicLink()) await give(`${nameOf(folder)}/${name}`, fsGroup)
    else await giveOpened(entry, fsGroup)
  } finally {
    await entry.close()
  }
}

async function giveOpened(opened: FileHandle, fsGroup: number): Promise<void> {
  const stats = await opened.stat()
  const mode = stats.mode & 0o7777
  const wanted = mode | groupUses | (stats.isDirectory() ? groupEnters : 0)
  const place = nameOf(opened)
  // A change of the group takes setuid and setgid away, so the mode comes after it.
  if (stats.gid !== fsGroup) await chown(place, stats.uid, fsGroup)
  if (stats.gid !== fsGroup || mode !== wanted) await chmod(place, wanted)
}

function isUsable(mode: number): boolean {
  return (mode & (groupUses | groupEnters)) === (groupUses | groupEnters)
}
