/**
 * The person's editor, which runs in front of podkeep, and the signals that arrive meanwhile. SIGTERM and SIGHUP end the editor too,
 * and then podkeep. SIGINT from a terminal is a key that the editor has heard as well, and may mean something else by: podkeep waits
 * for its end, and opens it no more.
 */

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'

import type { Surroundings } from '../surroundings.js'

export interface EndRequest {
  /** The signal that asks for the end. */
  readonly asked: () => NodeJS.Signals | null
  /** Aborted when the editor has to end as well. */
  readonly editorToo: AbortSignal
}

const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export async function withEndRequest<Result>(use: (end: EndRequest) => Promise<Result>): Promise<Result> {
  let asked: NodeJS.Signals | null = null
  const editor = new AbortController()
  const onSignal = (signal: NodeJS.Signals): void => {
    asked ??= signal
    if (signal !== 'SIGINT' || !isatty(0)) editor.abort()
  }
  for (const signal of endSignals) process.on(signal, onSignal)
  try {
    return await use({ asked: () => asked, editorToo: editor.signal })
  } finally {
    for (const signal of endSignals) process.off(signal, onSignal)
  }
}

export interface EditorEnd {
  /** As the person named it. */
  readonly editor: string
  /** null: well. */
  readonly failure: string | null
  readonly isMissing: boolean
}

/** What a shell ends with when there is no such program, or it is none. */
const notFoundCodes: readonly (number | null)[] = [126, 127]

/** So long an editor has to put things away once podkeep is to end. */
const patienceMs = 2000
const lookAgainMs = 20

/** As git does it: what the variable says may have arguments. */
export async function runEditor(path: string, { editorToo }: EndRequest, { env }: Surroundings): Promise<EditorEnd> {
  const editor =
    [env['KUBE_EDITOR'], env['VISUAL'], env['EDITOR']].find((one) => one !== undefined && one !== '') ?? 'vi'
  const child = spawn('sh', ['-c', `${editor} "$1"`, editor, path], { stdio: 'inherit' })
  const ended = new Promise<Omit<EditorEnd, 'editor'>>((resolve) => {
    child.once('error', (error) => {
      resolve({ failure: error.message, isMissing: false })
    })
    child.once('exit', (code, signal) => {
      const failure = code === 0 ? null : (signal ?? `exit code ${code ?? 'none'}`)
      resolve({ failure, isMissing: notFoundCodes.includes(code) })
    })
  })
  let stopped: Promise<void> = Promise.resolve()
  const stop = (): void => {
    stopped = stopAll(child.pid === undefined ? [] : withDescendants(child.pid))
  }
  editorToo.addEventListener('abort', stop)
  if (editorToo.aborted) stop()
  const end = await ended
  editorToo.removeEventListener('abort', stop)
  await stopped
  return { editor, ...end }
}

/** The shell does not hand on what it is sent. Source: proc(5), /proc/PID/task/TID/children. */
function withDescendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
    return [pid, ...children.filter((text) => text !== '').flatMap((text) => withDescendants(Number(text)))]
  } catch {
    // It is gone meanwhile, or this kernel does not tell: then the shell is all that is known.
    return [pid]
  }
}

async function stopAll(pids: readonly number[]): Promise<void> {
  let left = pids.filter((pid) => send(pid, 'SIGTERM'))
  for (let waitedMs = 0; left.length > 0 && waitedMs < patienceMs; waitedMs += lookAgainMs) {
    await sleep(lookAgainMs)
    left = left.filter((pid) => send(pid, 0))
  }
  for (const pid of left) send(pid, 'SIGKILL')
}

/** @returns whether it is still there */
function send(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
