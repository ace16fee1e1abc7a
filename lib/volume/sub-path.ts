/**
 * A part of a volume, mounted at a place of podkeep's own so that the engine is given a path in which nobody can swap anything.
 * Source: kubelet pkg/volume/util/subpath. Differs: a part that was replaced since the last instance of the container is mounted anew.
 */

import { lstat, mkdir, open, realpath, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join, normalize, relative } from 'node:path'

import { codeOf, makeBelow, makeFolders, nameOf, openAlong } from '../disk/index.js'
import { PodkeepError, type SubPathMount } from '../pod/index.js'
import { volumeError, volumeFailure } from './failure.js'
import { bindMount, unmountAllBelow } from './mounts.js'

/** @param place where it is to be mounted; below a folder that only podkeep writes to */
export async function mountSubPath(place: string, mount: SubPathMount): Promise<string> {
  const doing = `${mount.written} of volume "${mount.volume}"`
  if (process.getuid?.() !== 0) {
    throw volumeFailure(
      `${doing} has to be mounted, which only root may do; run podkeep as root or mount the whole volume`,
    )
  }
  try {
    const part = await openPart(doing, mount)
    try {
      await mountAt(place, part)
    } finally {
      await part.close()
    }
    return place
  } catch (error) {
    throw withoutPaths(doing, error)
  }
}

/** Where volumes are on the machine is nobody's affair, and a name on the way may be a Secret's value. */
function withoutPaths(doing: string, error: unknown): PodkeepError {
  const words = error instanceof Error ? error.message.replace(/, [a-z]+ '[^]*$/, '') : String(error)
  return volumeError(
    doing,
    error instanceof PodkeepError ? error : Object.assign(new Error(words), { code: codeOf(error) }),
  )
}

async function openPart(doing: string, mount: SubPathMount): Promise<FileHandle> {
  const { volumePath, subPath, isMadeWhenMissing } = mount
  const top = await realpath(volumePath)
  const names = normalize(subPath).split('/')
  if (subPath.startsWith('/') || names.includes('..')) throw volumeFailure(`${doing} leads out of the volume`)
  const { existing, missing } = await longestExisting(doing, top, names)
  if (existing !== top && !existing.startsWith(`${top}/`)) throw volumeFailure(`${doing} leads out of the volume`)
  if (missing.length > 0 && !isMadeWhenMissing) {
    throw volumeFailure(`${doing}: there is no such file; names of keys are written exactly as they are`)
  }
  try {
    const found = await openAlong(top, namesBelow(top, existing))
    const part = missing.length === 0 ? found : await makeBelow(found, missing, (await stat(top)).mode & 0o7777)
    if ((await part.stat()).isSymbolicLink()) {
      await part.close()
      throw volumeFailure(`${doing} was changed while it was opened`)
    }
    return part
  } catch (error) {
    if (!['ENOTDIR', 'ELOOP', 'ENOENT'].includes(codeOf(error))) throw error
    throw volumeFailure(`${doing} was changed while it was opened, or leads through a file`)
  }
}

/** As far as the path is there, without links in it. */
async function longestExisting(
  doing: string,
  top: string,
  names: readonly string[],
): Promise<{ readonly existing: string; readonly missing: readonly string[] }> {
  for (let count = names.length; count > 0; count--) {
    const path = join(top, ...names.slice(0, count))
    try {
      return { existing: await realpath(path), missing: names.slice(count) }
    } catch (error) {
      const way = count === names.length ? 'is' : 'leads through'
      if (codeOf(error) === 'ENOTDIR') throw volumeFailure(`${doing} leads through a file, which is no folder`)
      if (codeOf(error) === 'ELOOP') throw volumeFailure(`${doing} leads through a link that leads back to itself`)
      if (codeOf(error) !== 'ENOENT') throw error
      if (await isThere(path))
        throw volumeFailure(
          `${doing} ${way} a link that leads nowhere; only one to something in the volume can be mounted`,
        )
    }
  }
  return { existing: top, missing: names }
}

/** A link that leads nowhere is something that is there. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

function namesBelow(top: string, path: string): string[] {
  return relative(top, path)
    .split('/')
    .filter((name) => name !== '')
}

async function mountAt(place: string, part: FileHandle): Promise<void> {
  if (await isAt(place, part)) return
  await makeFolders(dirname(place), 0o750)
  await unmountAllBelow(place)
  const isFolder = (await part.stat()).isDirectory()
  await makePlace(place, isFolder)
  await bindMount(nameOf(part, process.pid), place)
  if (!(await isAt(place, part))) throw volumeFailure(`${place} does not show what was mounted there`)
}

async function isAt(place: string, part: FileHandle): Promise<boolean> {
  try {
    const [there, wanted] = [await stat(place), await part.stat()]
    return there.dev === wanted.dev && there.ino === wanted.ino
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

async function makePlace(place: string, isFolder: boolean): Promise<void> {
  try {
    if (isFolder) await mkdir(place)
    else await (await open(place, 'wx')).close()
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    // Of an earlier instance; what was mounted there then may have been of the other kind.
    if ((await lstat(place)).isDirectory() === isFolder) return
    await rm(place, { recursive: true })
    await makePlace(place, isFolder)
  }
}
