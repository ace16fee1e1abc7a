/**
 * Commands in containers that an earlier podkeep began and did not live to end: each is ended at its deadline all the same. What
 * carries no deadline, or was begun by somebody else, is left alone.
 */

import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

import { containerId, PodkeepError, type ContainerId } from '../pod/index.js'
import type { Dockerode } from './dockerode.js'
import type { Engine } from './engine.js'
import { endProcesses, execDeadline, execVariable, monotonicMs } from './exec-end.js'
import { lookAtExec } from './exec.js'

export interface LeftExec {
  readonly container: ContainerId
  readonly execId: string
}

/** Those the engine still knows of; most have ended. */
export function execsOf({ Id, ExecIDs }: Dockerode.ContainerInspectInfo): LeftExec[] {
  // The engine says null where there are none, whatever the published types say.
  const ids = ExecIDs as readonly string[] | null | undefined
  return (ids ?? []).map((execId) => ({ container: containerId(Id), execId }))
}

/** Beside everything else; waiting for a deadline keeps no process alive. */
export function endLeftExecs(engine: Engine, execs: readonly LeftExec[]): void {
  for (const one of execs) endLeft(engine, one).catch(onlyUnheard)
}

async function endLeft(engine: Engine, { container, execId }: LeftExec): Promise<void> {
  const doing = 'look for a command that an earlier podkeep began'
  const before = await lookAtExec(engine, doing, execId)
  if (!before.isRunning || before.pid === null) return
  const left = await markedBy(before.pid)
  if (left === null) return
  await sleep(Math.max(0, left.deadlineMs - monotonicMs()), undefined, { ref: false })
  const { isRunning, pid } = await lookAtExec(engine, doing, execId)
  if (isRunning) await endProcesses(left.mark, pid, container)
}

/** What exec.ts gave the process of an exec; null: it is not podkeep's, has no deadline, or is not to be seen from here. */
async function markedBy(pid: number): Promise<{ readonly mark: string; readonly deadlineMs: number } | null> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
  const variables = environment.split('\0')
  const valueOf = (name: string): string | undefined =>
    variables.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1)
  const mark = valueOf(execVariable)
  const deadlineMs = Number(valueOf(execDeadline))
  return mark === undefined || !(deadlineMs > 0) ? null : { mark, deadlineMs }
}

/** The engine or the container has gone, and the command with it, or nobody is there to ask any more. */
function onlyUnheard(error: unknown): void {
  if (!(error instanceof PodkeepError)) throw error
}
