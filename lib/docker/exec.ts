/**
 * Running a command in a container. The engine can start one and has no call to end it: at its deadline podkeep ends the
 * processes itself (exec-end.ts).
 */

import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

import { PodkeepError, shortId, type ContainerId } from '../pod/index.js'
import type { ExecResult } from '../ports/index.js'
import type { Dockerode } from './dockerode.js'
import type { Engine } from './engine.js'
import { endProcesses, execDeadline, execVariable, monotonicMs } from './exec-end.js'
import { readOutput } from './exec-output.js'

/** The engine may notice the end of the process a little after that of its output. */
const exitCodePausesMs = [0, 5, 20, 50, 100, 200, 400, 800, 1600, 2000, 2000, 2000]

/** Between looks for a process that was to be ended and could not be seen yet. */
const unseenPausesMs = [50, 100, 200, 400, 800, 1600, 3200, 6400]

export interface ExecOutcome extends ExecResult {
  /** Its time was over, and podkeep could not reach its processes. */
  readonly isLeftBehind: boolean
}

/** @throws PodkeepError also when the engine did not get as far as starting it in time */
export async function exec(
  engine: Engine,
  id: ContainerId,
  command: readonly string[],
  timeoutMs: number | null,
): Promise<ExecOutcome> {
  const doing = `run ${command[0] ?? 'nothing'} in container ${shortId(id)}`
  const mark = randomUUID()
  const beganMs = performance.now()
  const created = await engine.call('exec', doing, (docker) =>
    docker.getContainer(id).exec({
      Cmd: [...command],
      Env: [`${execVariable}=${mark}`, ...(timeoutMs === null ? [] : [`${execDeadline}=${monotonicMs() + timeoutMs}`])],
      AttachStdout: true,
      AttachStderr: true,
    }),
  )
  const leftMs = timeoutMs === null ? null : timeoutMs - (performance.now() - beganMs)
  if (leftMs !== null && leftMs <= 0) throw new PodkeepError('ENGINE_TIMEOUT', `${doing}: not started in time`)
  const stream = await engine.call('exec', doing, (docker) => start(docker, created.id))
  const output = readOutput(stream)
  const deadline = alarm(leftMs)
  try {
    if ((await Promise.race([output.ended, deadline.rung])) === 'ended') {
      const exitCode = await exitCodeOf(engine, doing, created.id, deadline)
      if (exitCode !== null) return { exitCode, output: output.text(), isLeftBehind: false }
    }
    const { isRunning, exitCode, pid } = await lookAtExec(engine, doing, created.id)
    // It ended in the last moment.
    if (!isRunning) return { exitCode, output: output.text(), isLeftBehind: false }
    const isLeftBehind = !(
      (await endProcesses(mark, pid, id)) || (await endLater(engine, doing, created.id, { mark, id }))
    )
    return { exitCode: null, output: output.text(), isLeftBehind }
  } finally {
    deadline.stop()
    stream.destroy()
  }
}

/** A busy engine answers before the process can be seen: it is looked for until it is there, or has ended. */
async function endLater(
  engine: Engine,
  doing: string,
  execId: string,
  { mark, id }: { readonly mark: string; readonly id: ContainerId },
): Promise<boolean> {
  for (const pauseMs of unseenPausesMs) {
    await sleep(pauseMs)
    const { isRunning, pid } = await lookAtExec(engine, doing, execId)
    if (!isRunning || (await endProcesses(mark, pid, id))) return true
  }
  return false
}

async function start(docker: Dockerode, id: string): Promise<Readable> {
  return await docker.getExec(id).start({ Detach: false, Tty: false })
}

/** null when it still runs at its deadline. */
export async function exitCodeOf(engine: Engine, doing: string, id: string, deadline: Alarm): Promise<number | null> {
  for (const pauseMs of exitCodePausesMs) {
    const pause = alarm(pauseMs)
    const woken = await Promise.race([pause.rung, deadline.rung.then(() => 'too late' as const)])
    pause.stop()
    if (woken === 'too late') return null
    const { isRunning, exitCode } = await lookAtExec(engine, doing, id)
    if (!isRunning) return exitCode
  }
  return null
}

interface ExecState {
  readonly isRunning: boolean
  readonly exitCode: number
  /** As the engine's machine counts; null when it has none. */
  readonly pid: number | null
}

export async function lookAtExec(engine: Engine, doing: string, id: string): Promise<ExecState> {
  const { Running, ExitCode, Pid } = await engine.call('exec', doing, (docker) => docker.getExec(id).inspect())
  // The exit code is null while it runs, whatever the published types say.
  return { isRunning: Running, exitCode: ExitCode ?? 0, pid: Pid > 0 ? Pid : null }
}

export interface Alarm {
  readonly rung: Promise<'rung'>
  stop(): void
}

/** @param afterMs null: never */
export function alarm(afterMs: number | null): Alarm {
  let timer: NodeJS.Timeout | undefined
  const rung = new Promise<'rung'>((resolve) => {
    if (afterMs !== null) timer = setTimeout(() => resolve('rung'), Math.min(afterMs, 2 ** 31 - 1))
  })
  return { rung, stop: () => clearTimeout(timer) }
}
