/**
 * Which files and folders a volume made of objects has. A path that could lead out of it, or into podkeep's own names there, is
 * refused here again, whatever was checked before. Source: kubelet pkg/volume/util/atomic_writer.go, validatePath.
 */

import type { VolumeFile } from '../pod/index.js'
import { volumeFailure } from './failure.js'

const longestPath = 4096
const longestName = 255

export interface FileTree {
  /** By path. */
  readonly files: ReadonlyMap<string, VolumeFile>
  /** Paths, each after the one it is in. */
  readonly folders: readonly string[]
  readonly topNames: ReadonlySet<string>
}

/** A later file of the same path counts. @throws VOLUME_FAILED */
export function fileTree(files: readonly VolumeFile[]): FileTree {
  const byPath = new Map<string, VolumeFile>()
  const folders = new Set<string>()
  for (const file of files) {
    const fault = faultOf(file.path)
    if (fault !== null) throw volumeFailure(`${JSON.stringify(file.path)} cannot be a file of a volume: ${fault}`)
    byPath.set(file.path, file)
    const parts = file.path.split('/')
    for (let length = 1; length < parts.length; length++) folders.add(parts.slice(0, length).join('/'))
  }
  for (const folder of folders) {
    if (byPath.has(folder)) {
      throw volumeFailure(
        `${JSON.stringify(folder)} cannot be a file of a volume: other files are below it; give one of them another path under items`,
      )
    }
  }
  return {
    files: byPath,
    folders: [...folders],
    topNames: new Set([...byPath.keys()].map((path) => path.split('/')[0] ?? path)),
  }
}

function faultOf(path: string): string | null {
  const names = path.split('/')
  if (path === '') return 'it has no name'
  if (path.startsWith('/')) return 'it is an absolute path'
  if (path.includes('\0')) return 'it contains a NUL'
  if (Buffer.byteLength(path) > longestPath) return `it is longer than ${longestPath} bytes`
  if (names.includes('..')) return 'it contains ".."'
  if (path.startsWith('..')) return 'names that begin with ".." are podkeep’s own'
  if (names.some((name) => name === '' || name === '.')) return 'it has an empty name or "." in it'
  if (names.some((name) => Buffer.byteLength(name) > longestName))
    return `a name in it is longer than ${longestName} bytes`
  return null
}
