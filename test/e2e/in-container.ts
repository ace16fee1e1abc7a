/** Looking into a container as an operator does: `docker exec` and `docker logs`. */

import { engineCall } from '../../bin/engine-call.mjs'
import { get } from './podkeep-process.js'

const json = { 'content-type': 'application/json' }

/** Runs a command to its end. */
export async function execute(socketPath: string, id: string, ...command: readonly string[]): Promise<ExecResult> {
  const exec = await createExec(socketPath, id, command, true)
  const started = await engineCall(`unix://${socketPath}`, 'POST', `/exec/${exec}/start`, {
    body: JSON.stringify({ Tty: true }),
    headers: json,
  })
  const { body } = await get({ socketPath }, `/exec/${exec}/json`)
  const { ExitCode: code } = JSON.parse(body) as { ExitCode: number | null }
  return { code, out: started.text.replaceAll('\r', '').trim() }
}

export interface ExecResult {
  readonly code: number | null
  readonly out: string
}

/** Begins a command and leaves it running. */
export async function begin(socketPath: string, id: string, ...command: readonly string[]): Promise<void> {
  const exec = await createExec(socketPath, id, command, false)
  const body = JSON.stringify({ Detach: true })
  const { status, text } = await engineCall(`unix://${socketPath}`, 'POST', `/exec/${exec}/start`, {
    body,
    headers: json,
  })
  if (status !== 200) throw new Error(`exec in ${id}: ${text}`)
}

async function createExec(socketPath: string, id: string, command: readonly string[], isWatched: boolean) {
  const asked = { Cmd: command, Tty: isWatched, AttachStdout: isWatched, AttachStderr: isWatched }
  const options = { body: JSON.stringify(asked), headers: json }
  const { status, text } = await engineCall(`unix://${socketPath}`, 'POST', `/containers/${id}/exec`, options)
  if (status !== 201) throw new Error(`exec in ${id}: ${text}`)
  return (JSON.parse(text) as { Id: string }).Id
}

export async function logOf(socketPath: string, id: string): Promise<string> {
  return (await get({ socketPath }, `/containers/${id}/logs?stdout=1&stderr=1`)).body
}
