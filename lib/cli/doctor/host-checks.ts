/** What this machine's facts mean for pods. */

import { bad, good, poor, type Check } from './check.js'
import type { DiskFacts, FolderFacts } from './host-facts.js'

const gib = 2 ** 30

export function diskCheck(name: string, disk: DiskFacts, fix: string): Check {
  const freePart = disk.freeBytes / Math.max(1, disk.sizeBytes)
  const free = `${(disk.freeBytes / gib).toFixed(1)} GiB free of ${(disk.sizeBytes / gib).toFixed(1)} GiB (${disk.path})`
  if (freePart < 0.02) return bad(name, `full: ${free}`, fix)
  if (freePart < 0.1) return poor(name, `nearly full: ${free}`, fix)
  if (disk.inodes !== null && disk.freeInodes !== null && disk.freeInodes / disk.inodes < 0.05) {
    return poor(name, `nearly out of inodes: ${disk.freeInodes} left of ${disk.inodes} (${disk.path})`, fix)
  }
  return good(name, free)
}

export function manifestsCheck(folder: FolderFacts): Check {
  const name = 'manifests'
  const { path } = folder
  if (!folder.isThere) return poor(name, `${path} is not there: podkeep waits for it`, `mkdir -p ${path}`)
  if (!folder.isDirectory) return bad(name, `${path} is no directory`, 'name the directory with --manifests')
  if (!folder.mayRead) return bad(name, `${path} may not be read by this user`, 'run podkeep as its owner, or chmod it')
  if (folder.isOpen) {
    return bad(name, `${path} may be written by anybody, and so anybody may run anything as root`, `chmod o-w ${path}`)
  }
  return good(name, path)
}

export function stateCheck(folder: FolderFacts): Check {
  const name = 'state folder'
  const { path } = folder
  if (!folder.isThere) return good(name, `${path} is made when podkeep starts`)
  if (!folder.mayWrite)
    return bad(name, `${path} may not be written by this user`, `run this as the user podkeep runs as`)
  if (folder.isOpen) return bad(name, `${path} may be written by anybody`, `chmod o-w ${path}`)
  return good(name, path)
}

export interface InotifyFacts {
  readonly watches: number | null
  readonly instances: number | null
}

export function inotifyCheck({ watches, instances }: InotifyFacts): Check {
  const name = 'inotify'
  if (watches === null || instances === null) return good(name, 'this kernel does not tell')
  const few = [
    ...(watches < 8192 ? [`fs.inotify.max_user_watches=65536`] : []),
    ...(instances < 128 ? ['fs.inotify.max_user_instances=512'] : []),
  ]
  const finding = `${watches} watches, ${instances} instances`
  if (few.length === 0) return good(name, finding)
  return poor(name, `${finding}: programs in pods run out of them soon`, `sysctl -w ${few.join(' ')}`)
}

/** Of a process: bit 24 is CAP_SYS_RESOURCE. */
export function oomScoreCheck(status: string | null, isRoot: boolean): Check {
  const name = 'oom score'
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? '')?.[1]
  if (capabilities === undefined || !isRoot) return good(name, 'the engine finds out when the first pod needs it')
  const mayLower = (BigInt(`0x${capabilities}`) >> 24n) % 2n === 1n
  if (mayLower) return good(name, 'negative scores are allowed')
  const fix = 'give the container or machine this runs in CAP_SYS_RESOURCE; pods run without it'
  return poor(name, 'negative scores are refused here: Guaranteed pods are not protected when memory runs out', fix)
}

export function swapCheck(swaps: string | null): Check {
  const devices = (swaps ?? '')
    .trim()
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
  if (devices.length === 0) return good('swap', 'none')
  return good(
    'swap',
    `${devices.length === 1 ? '1 device' : `${devices.length} devices`}; containers with a memory limit get none of it`,
  )
}

export function portCheck(port: number, isFree: boolean, isRunning: boolean): Check {
  const name = `port ${port}`
  if (port === 0) return good(name, 'any that is free')
  if (isRunning) return good(name, 'podkeep runs')
  if (isFree) return good(name, 'free')
  return bad(
    name,
    'another program listens there: podkeep cannot start',
    `ss -ltnp "sport = :${port}" tells which; or --port`,
  )
}
