/** An HTTP server on a unix socket that answers what a test tells it to, also wrongly or not at all. */

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface Call {
  readonly method: string
  /** With the API version's prefix and the query, as it came. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Answers a call, or leaves it open. */
export type Script = (call: Call, response: ServerResponse) => void

export interface ScriptedEngine {
  readonly socketPath: string
  readonly calls: Call[]
  /** From now on. */
  script(script: Script): void
  close(): Promise<void>
}

export async function startScriptedEngine(first: Script): Promise<ScriptedEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'podkeep-docker-'))
  const socketPath = join(folder, 'docker.sock')
  const calls: Call[] = []
  let script = first
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    text(request).then(
      (body) => {
        const call = { method, path: url, headers, body }
        calls.push(call)
        script(call, response)
      },
      () => response.destroy(),
    )
  })
  server.listen(socketPath)
  await once(server, 'listening')
  return {
    socketPath,
    calls,
    script: (next) => (script = next),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(folder, { recursive: true })
    },
  }
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}
