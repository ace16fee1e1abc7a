/**
 * hostPath: a path of this machine, checked or made as its type says.
 *
 * One difference from the kubelet: with type "" a path that is not there is an error. There, the engine would silently make an
 * empty folder owned by root, which is nearly always a misspelt path.
 */

import type { Stats } from 'node:fs'
import { lstat, open, stat } from 'node:fs/promises'
import { dirname, isAbsolute, normalize } from 'node:path'

import { codeOf, makeFolders } from '../disk/index.js'
import type { DesiredVolume, HostPathType } from '../pod/index.js'
import { volumeError, volumeFailure } from './failure.js'

type HostPath = Extract<DesiredVolume, { kind: 'hostPath' }>
type Kind = 'directory' | 'file' | 'socket' | 'character device' | 'block device'

const wantedKind: Record<HostPathType, Kind | null> = {
  '': null,
  DirectoryOrCreate: 'directory',
  Directory: 'directory',
  FileOrCreate: 'file',
  File: 'file',
  Socket: 'socket',
  CharDevice: 'character device',
  BlockDevice: 'block device',
}

export async function prepareHostPath(volume: HostPath): Promise<string> {
  const name = `hostPath volume "${volume.name}"`
  if (!isAbsolute(volume.path) || volume.path.split('/').includes('..')) {
    throw volumeFailure(`${name}: ${volume.path} must be an absolute path without ".."`)
  }
  const path = normalize(volume.path)
  try {
    const stats = (await statOrNull(path)) ?? (await make(name, path, volume.type))
    const wanted = wantedKind[volume.type]
    const kind = kindOf(stats)
    if (wanted !== null && kind !== wanted) {
      throw volumeFailure(`${name}: ${path} is a ${kind}, and type ${volume.type} wants a ${wanted}`)
    }
    return path
  } catch (error) {
    throw volumeError(`${name}: cannot use ${path}`, error)
  }
}

async function make(name: string, path: string, type: HostPathType): Promise<Stats> {
  if (await isLink(path)) throw volumeFailure(`${name}: ${path} is a link to something that does not exist`)
  switch (type) {
    case 'DirectoryOrCreate':
      await makeFolders(path, 0o755)
      return stat(path)
    case 'FileOrCreate':
      return makeFile(name, path)
    case '':
      throw volumeFailure(
        `${name}: ${path} does not exist on this machine; create it, or set "type: DirectoryOrCreate" to have podkeep make a folder`,
      )
    case 'Directory':
    case 'File':
    case 'Socket':
    case 'CharDevice':
    case 'BlockDevice':
      throw volumeFailure(`${name}: ${path} does not exist on this machine, and type ${type} does not make it`)
  }
}

async function makeFile(name: string, path: string): Promise<Stats> {
  try {
    await (await open(path, 'a', 0o644)).close()
    return await stat(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    throw volumeFailure(`${name}: ${path} cannot be made because the folder ${dirname(path)} does not exist`)
  }
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await stat(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

function kindOf(stats: Stats): Kind | 'FIFO' {
  if (stats.isDirectory()) return 'directory'
  if (stats.isSocket()) return 'socket'
  if (stats.isCharacterDevice()) return 'character device'
  if (stats.isBlockDevice()) return 'block device'
  return stats.isFIFO() ? 'FIFO' : 'file'
}
