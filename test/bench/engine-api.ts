/**
 * The Docker Engine by bare API calls over kept connections: what podkeep is compared with. No library, so that the floor is
 * as low as Node can make it.
 */

import { Agent, request, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'

export interface EngineEvent {
  readonly what: string
  readonly id: string
  readonly labels: Readonly<Record<string, string>>
  /** When it came, by performance.now(). */
  readonly atMs: number
}

const patienceMs = 90_000

export class EngineApi {
  readonly #socketPath: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 })
  readonly #waiting = new Set<(event: EngineEvent) => void>()
  #stream: IncomingMessage | null = null
  /** Every event since open(). */
  readonly seen: EngineEvent[] = []

  private constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  static async open(socketPath: string): Promise<EngineApi> {
    const api = new EngineApi(socketPath)
    await api.#listen()
    return api
  }

  close(): void {
    this.#stream?.destroy()
    this.#agent.destroy()
  }

  /** @throws Error unless the engine answers with success */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const text = body === undefined ? '' : JSON.stringify(body)
    const answer = await this.#send(method, path, text, this.#agent)
    const chunks: Buffer[] = []
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk)
    const said = Buffer.concat(chunks).toString()
    if ((answer.statusCode ?? 0) >= 400) throw new Error(`${method} ${path}: ${answer.statusCode ?? ''} ${said.trim()}`)
    return said === '' ? null : JSON.parse(said)
  }

  /** The first event from now on that is meant; ask before causing it. */
  next(isMeant: (event: EngineEvent) => boolean, waitingFor: string): Promise<EngineEvent> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#waiting.delete(look)
        clearTimeout(patience)
      }
      const look = (event: EngineEvent): void => {
        if (!isMeant(event)) return
        done()
        resolve(event)
      }
      const patience = setTimeout(() => {
        done()
        reject(new Error(`no event within ${patienceMs / 1000} s: ${waitingFor}`))
      }, patienceMs)
      this.#waiting.add(look)
    })
  }

  async #listen(): Promise<void> {
    const filters = encodeURIComponent(JSON.stringify({ type: ['container'] }))
    const stream = await this.#send('GET', `/events?filters=${filters}`, '', false)
    this.#stream = stream
    // The end of a stream that was destroyed is told as an error, too.
    stream.on('error', () => undefined)
    createInterface(stream).on('line', (line) => {
      const { Action, Actor } = JSON.parse(line) as {
        Action: string
        Actor: { ID: string; Attributes: Record<string, string> }
      }
      const event = { what: Action, id: Actor.ID, labels: Actor.Attributes, atMs: performance.now() }
      this.seen.push(event)
      for (const look of [...this.#waiting]) look(event)
    })
  }

  #send(method: string, path: string, text: string, agent: Agent | false): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { Host: 'docker', 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }
      const call = request({ socketPath: this.#socketPath, method, path, headers, agent }, resolve)
      call.on('error', reject)
      call.end(text)
    })
  }
}
