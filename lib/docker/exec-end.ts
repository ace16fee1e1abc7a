/**
 * Ending what an exec has started. The engine's API cannot: it kills containers, not execs, and closing an exec's connection
 * leaves it running. The engine tells the process' number, though, and where podkeep sees the processes of the engine's machine
 * (the same machine, the same pid namespace, root) it kills them itself.
 *
 * Two things tell whose a process is: its parents, up to the exec's own process, and a variable with a random value in its
 * environment, which also those keep that have cut the tie to their parents.
 */

import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

import type { ContainerId } from '../pod/index.js'

export const execVariable = 'PODKEEP_EXEC'
/** By the clock that counts from the machine's start, in ms, so that another podkeep can tell (left-execs.ts). */
export const execDeadline = 'PODKEEP_EXEC_DEADLINE_MS'

export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}

/** A process that is being killed takes a moment, and may have forked in that moment. */
const rounds = 100
const pauseMs = 10

interface Process {
  readonly pid: number
  readonly parent: number
  readonly isMarked: boolean
}

/**
 * @param pid of the exec's own process, which was running a moment ago
 * @returns whether nothing of it is left, as far as can be known; false also when podkeep cannot see or may not kill it
 */
export async function endProcesses(mark: string, pid: number | null, container: ContainerId): Promise<boolean> {
  const first = pid !== null && (await isIn(pid, container)) ? pid : null
  let wasFound = false
  for (let round = 0; round < rounds; round += 1) {
    const alive = ofExec(await processes(`${execVariable}=${mark}`), wasFound ? null : first)
    if (alive.length === 0) return wasFound
    wasFound = true
    if (!alive.every(kill)) return false
    await sleep(pauseMs)
  }
  return false
}

/** On another machine, or in another pid namespace, somebody else has that number. */
async function isIn(pid: number, container: ContainerId): Promise<boolean> {
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
  return groups.includes(container)
}

/** The marked ones, the first one, and all that descend from them. */
function ofExec(all: readonly Process[], first: number | null): number[] {
  const roots = all.filter(({ pid, isMarked }) => isMarked || pid === first)
  const found = new Set(roots.map(({ pid }) => pid))
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const process of all) if (found.has(process.parent)) found.add(process.pid)
  }
  return [...found]
}

async function processes(marked: string): Promise<Process[]> {
  const names = await readdir('/proc').catch(() => [])
  const all = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => processOf(name, marked)))
  return all.filter((process) => process !== null)
}

/** null when it is gone, or as good as: a zombie has no environment and nobody can kill it. */
async function processOf(name: string, marked: string): Promise<Process | null> {
  const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => null)
  if (stat === null) return null
  // The program's name, in brackets, may hold anything; behind it the state and the parent.
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (state === 'Z' || state === 'X') return null
  const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '')
  return { pid: Number(name), parent: Number(parent), isMarked: environment.split('\0').includes(marked) }
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
