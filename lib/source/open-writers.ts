/**
 * Who has a file open for writing. Neither inotify through libuv nor a lease can be had in Node, but /proc tells, once a file
 * that was written in place has become quiet: whoever has it open has only paused.
 *
 * O1  Links of open files are read, which asks no file system; only what has the file's name is looked at. A dead NFS server
 *     behind somebody else's open file stops nothing.
 * O2  A writer that was found is asked for by itself until it lets go: one call, and no walk through all processes.
 * O3  What is not seen is said: other users' processes where podkeep is not root, and all of the machine's from within a
 *     container that has processes of its own.
 */

import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'

import { codeOf } from './read-file.js'

export interface OpenWriter {
  readonly pid: string
  /** Its program, as `ps -o comm` names it. */
  readonly program: string
  readonly fd: string
}

export interface OpenWriters {
  /** By the names that were asked for. */
  readonly found: ReadonlyMap<string, OpenWriter>
  /** Nobody else can have one of them open, on this machine. */
  readonly isCertain: boolean
}

interface Wanted {
  readonly name: string
  readonly device: bigint
  readonly inode: bigint
}

/** Of the machine's own namespace of processes. Source: PROC_PID_INIT_INO in include/linux/proc_ns.h. */
const machineProcesses = 'pid:[4026531836]'
const turnMs = 5

/** @param proc /proc, or what stands in for it */
export async function openWriters(directory: string, names: readonly string[], proc = '/proc'): Promise<OpenWriters> {
  const found = new Map<string, OpenWriter>()
  const wanted = wantedFiles(directory, names)
  if (wanted.size === 0) return { found, isCertain: true }
  const pids = processes(proc)
  let isCertain = pids.length > 0 && seesMachine(proc)
  let turnAtMs = performance.now() + turnMs
  for (const pid of pids) {
    const fds = openFiles(proc, pid)
    if (fds === null) isCertain = false
    for (const fd of fds ?? []) {
      const file = wanted.get(fileName(proc, pid, fd))?.find((one) => isWriting(proc, pid, fd, one))
      if (file !== undefined) found.set(file.name, { pid, program: programOf(proc, pid), fd })
    }
    if (performance.now() < turnAtMs) continue
    await turn()
    turnAtMs = performance.now() + turnMs
  }
  return { found, isCertain }
}

/** Whether one that was found still has the file open. */
export function stillWrites(directory: string, name: string, { pid, fd }: OpenWriter, proc = '/proc'): boolean {
  const [wanted] = [...wantedFiles(directory, [name]).values()].flat()
  return wanted !== undefined && isWriting(proc, pid, fd, wanted)
}

/** By the last part of their path, behind links. */
function wantedFiles(directory: string, names: readonly string[]): Map<string, Wanted[]> {
  const wanted = new Map<string, Wanted[]>()
  for (const name of names) {
    try {
      const path = realpathSync(join(directory, name))
      const { dev, ino } = statSync(path, { bigint: true })
      wanted.set(basename(path), [...(wanted.get(basename(path)) ?? []), { name, device: dev, inode: ino }])
    } catch {
      // Gone, or out of reach: the next look at the name says so.
    }
  }
  return wanted
}

function processes(proc: string): string[] {
  try {
    return readdirSync(proc).filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

function seesMachine(proc: string): boolean {
  try {
    return readlinkSync(join(proc, 'self/ns/pid')) === machineProcesses
  } catch {
    return false
  }
}

/** null: they may not be seen. */
function openFiles(proc: string, pid: string): string[] | null {
  try {
    return readdirSync(join(proc, pid, 'fd'))
  } catch (error) {
    return ['EACCES', 'EPERM'].includes(codeOf(error)) ? null : []
  }
}

function fileName(proc: string, pid: string, fd: string): string {
  try {
    return basename(readlinkSync(join(proc, pid, 'fd', fd)))
  } catch {
    // Closed meanwhile.
    return ''
  }
}

function isWriting(proc: string, pid: string, fd: string, { device, inode }: Wanted): boolean {
  try {
    const { dev, ino } = statSync(join(proc, pid, 'fd', fd), { bigint: true })
    if (dev !== device || ino !== inode) return false
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(join(proc, pid, 'fdinfo', fd), 'utf8'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & 3) !== 0
  } catch {
    // Closed meanwhile.
    return false
  }
}

function programOf(proc: string, pid: string): string {
  try {
    return readFileSync(join(proc, pid, 'comm'), 'utf8').trim()
  } catch {
    return 'a process'
  }
}
