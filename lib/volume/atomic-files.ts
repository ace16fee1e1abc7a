/**
 * The files of a volume that podkeep writes while containers look at it, in the kubelet's layout: they are in a folder
 * `..<time>.<random>`, the link `..data` leads there, and what a container sees at the top are links through `..data`.
 * Source: kubelet pkg/volume/util/atomic_writer.go.
 *
 * A1  Whoever looks sees all of the old files or all of the new: the rename of `..data` is the change.
 * A2  Killed at any instruction, the next call finishes or clears away what the last one began.
 * A3  What is so already is not written again.
 */

import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf } from '../disk/index.js'
import type { VolumeFile } from '../pod/index.js'
import { fileTree, type FileTree } from './file-tree.js'
import { give, groupOf } from './ownership.js'

const current = '..data'
const upcoming = '..data_tmp'
const folderMode = 0o755
const groupMayRead = 0o440

/** @param fsGroup owns and may read everything; null: podkeep's own group, without further rights */
export async function writeAtomically(
  folder: string,
  files: readonly VolumeFile[],
  fsGroup: number | null,
): Promise<void> {
  const wanted = fileTree(files.map((file) => (fsGroup === null ? file : { ...file, mode: file.mode | groupMayRead })))
  await giveFolder(folder, fsGroup)
  const shown = await linkOrNull(join(folder, current))
  const isSo = shown !== null && (await holds(join(folder, shown), wanted, fsGroup))
  const kept = isSo ? shown : await writeNew(folder, wanted, fsGroup)
  for (const name of wanted.topNames) await showName(folder, name)
  await clearAway(folder, { shown: kept, names: wanted.topNames })
}

/** Whole, whatever it says. */
export async function isWritten(folder: string): Promise<boolean> {
  const shown = await linkOrNull(join(folder, current))
  if (shown === null) return false
  try {
    return (await lstat(join(folder, shown))).isDirectory()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** @returns the name of the folder that is shown now */
async function writeNew(folder: string, wanted: FileTree, fsGroup: number | null): Promise<string> {
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-T:]/g, '_')
  const made = await mkdtemp(join(folder, `..${stamp}.`))
  const name = made.slice(folder.length + 1)
  const begun = [made, join(folder, upcoming)]
  try {
    await fill(made, wanted, fsGroup)
    // Before the change, so that there is nothing left for a full disk to keep from being done after it.
    for (const top of wanted.topNames) if (await showName(folder, top)) begun.push(join(folder, top))
    await rm(join(folder, upcoming), { force: true })
    await symlink(name, join(folder, upcoming))
    await rename(join(folder, upcoming), join(folder, current))
    return name
  } catch (error) {
    for (const path of begun) await rm(path, { recursive: true, force: true })
    throw error
  }
}

async function fill(made: string, { files, folders }: FileTree, fsGroup: number | null): Promise<void> {
  await giveFolder(made, fsGroup)
  for (const path of folders) {
    await mkdir(join(made, path))
    await giveFolder(join(made, path), fsGroup)
  }
  for (const [path, { bytes, mode }] of files) {
    await writeFile(join(made, path), bytes, { mode: 0o600, flag: 'wx' })
    await give(join(made, path), fsGroup)
    await chmod(join(made, path), mode)
  }
}

/** Exactly these files, with the same bytes, modes and group. */
async function holds(folder: string, { files, folders }: FileTree, fsGroup: number | null): Promise<boolean> {
  try {
    const entries = await readdir(folder, { recursive: true })
    if (entries.length !== files.size + folders.length) return false
    for (const [path, { bytes, mode }] of files) {
      const stats = await lstat(join(folder, path))
      if (!stats.isFile() || stats.size !== bytes.length) return false
      if ((stats.mode & 0o7777) !== mode || stats.gid !== groupOf(fsGroup)) return false
      if (!(await readFile(join(folder, path))).equals(bytes)) return false
    }
    return true
  } catch (error) {
    // EACCES: of a mode that keeps podkeep itself out, where it is not root.
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error))) return false
    throw error
  }
}

/** @returns whether it was not shown yet */
async function showName(folder: string, name: string): Promise<boolean> {
  const path = join(folder, name)
  if ((await linkOrNull(path)) === `${current}/${name}`) return false
  await rm(path, { recursive: true, force: true })
  await symlink(`${current}/${name}`, path)
  return true
}

/** What the change took away, and what a crash left. */
async function clearAway(
  folder: string,
  { shown, names }: { readonly shown: string; readonly names: ReadonlySet<string> },
): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name === current || name === shown || names.has(name)) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function giveFolder(path: string, fsGroup: number | null): Promise<void> {
  await give(path, fsGroup)
  // Whoever may read a file in it has to come as far as there, and what is made in it belongs to the group too.
  await chmod(path, fsGroup === null ? folderMode : folderMode | 0o2000)
}

/** Where it leads, in words; null when it is no link. */
async function linkOrNull(path: string): Promise<string | null> {
  try {
    return await readlink(path)
  } catch (error) {
    if (['ENOENT', 'EINVAL'].includes(codeOf(error))) return null
    throw error
  }
}
