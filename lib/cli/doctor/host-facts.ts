/** What this machine says of itself. */

import { accessSync, constants, readFileSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'

export interface DiskFacts {
  readonly path: string
  readonly freeBytes: number
  readonly sizeBytes: number
  /** null: the file system has no fixed number of them. */
  readonly freeInodes: number | null
  readonly inodes: number | null
}

export interface FolderFacts {
  readonly path: string
  readonly isThere: boolean
  readonly isDirectory: boolean
  readonly mayRead: boolean
  readonly mayWrite: boolean
  /** Anybody on this machine may write there. */
  readonly isOpen: boolean
}

/** null: it cannot be told, or the engine is on another machine. */
export function diskFacts(path: string): DiskFacts | null {
  for (let at = path; ; at = dirname(at)) {
    try {
      const { bavail, blocks, bsize, ffree, files } = statfsSync(at)
      const hasInodes = files > 0
      return {
        path,
        freeBytes: bavail * bsize,
        sizeBytes: blocks * bsize,
        freeInodes: hasInodes ? ffree : null,
        inodes: hasInodes ? files : null,
      }
    } catch {
      // Not there yet: the disk it will be on is that of the folder above.
      if (dirname(at) === at) return null
    }
  }
}

export function folderFacts(path: string): FolderFacts {
  try {
    const { mode } = statSync(path)
    const isDirectory = (mode & constants.S_IFMT) === constants.S_IFDIR
    return {
      path,
      isThere: true,
      isDirectory,
      mayRead: may(path, constants.R_OK),
      mayWrite: may(path, constants.W_OK),
      isOpen: (mode & 0o002) !== 0 && (mode & 0o1000) === 0,
    }
  } catch {
    return { path, isThere: false, isDirectory: false, mayRead: false, mayWrite: false, isOpen: false }
  }
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/** null where there is no such file: another system, or a kernel without it. */
export function kernelNumber(path: string): number | null {
  const text = kernelText(path)
  return text === null || !/^-?\d+\s*$/.test(text) ? null : Number(text)
}

export function kernelText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** Whether nothing listens there yet. */
export function isPortFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, address, () => server.close(() => resolve(true)))
  })
}
