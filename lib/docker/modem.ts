/**
 * The way from dockerode to the engine, in place of docker-modem.
 *
 * M1  Every dial settles its callback exactly once, at the latest at its deadline, which covers the whole answer (of a
 *     stream: its headers; whoever reads the stream watches over the rest).
 * M2  An answer is read whole into memory only up to a limit.
 * M3  close() ends everything that is under way.
 *
 * docker-modem breaks M1 when the engine dies after sending headers, and with an agent of one's own it walks through all
 * sockets by util.inspect on each call, at 40 times the CPU.
 */

import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'

import type { EngineAddress, EngineTls } from './address.js'
import { wireRequest, type DialOptions, type WireRequest } from './request.js'

export interface Deadlines {
  /** For calls that only look. */
  readonly readMs: number
  /** For calls that make the engine work: start and remove take seconds on a busy disk. */
  readonly writeMs: number
  /** How long a pull may make no progress. Source: the kubelet's image-pull-progress-deadline. */
  readonly pullIdleMs: number
  /** How long the event stream is quiet before the engine is asked whether it is alive. */
  readonly eventsQuietMs: number
}

export const defaultDeadlines: Deadlines = {
  readMs: 15_000,
  writeMs: 120_000,
  pullIdleMs: 60_000,
  eventsQuietMs: 20_000,
}

/** The engine answered, and not with success. */
export class EngineAnswer extends Error {
  override readonly name = 'EngineAnswer'
  readonly status: number

  constructor(status: number, words: string) {
    super(words)
    this.status = status
  }
}

/** No complete answer. `code` is Node's (`ECONNREFUSED` ...), `DEADLINE`, `CLOSED` or `UNREADABLE`. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly code: string

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

type Callback = (error: Error | null, result: unknown) => void

const maxAnswerBytes = 64 * 1024 * 1024
const maxSockets = 32
/** Kept open between calls: as many as there are calls at a time in a busy minute. A new connection costs more than a call. */
const maxFreeSockets = 16
const unversioned = new Set(['/version', '/_ping'])

export class EngineModem {
  /** dockerode sets it. */
  Promise: PromiseConstructor = Promise
  /** Agreed on with the engine; null until then. */
  apiVersion: string | null = null

  readonly #transport: typeof http | typeof https
  readonly #target: https.RequestOptions
  readonly #agent: http.Agent
  readonly #deadlines: Deadlines
  /** Ends one call or stream each. */
  readonly #underWay = new Set<(error: NoAnswer) => void>()
  #closed = false

  constructor(address: EngineAddress, deadlines: Deadlines) {
    const tls = address.kind === 'tcp' ? address.tls : null
    this.#transport = tls === null ? http : https
    this.#target =
      address.kind === 'socket'
        ? { socketPath: address.socketPath }
        : { host: address.host, port: address.port, ...(tls !== null && tlsOptions(tls)) }
    this.#agent = new this.#transport.Agent({ keepAlive: true, maxSockets, maxFreeSockets })
    this.#deadlines = deadlines
  }

  dial(options: DialOptions, callback: Callback): void {
    const wire = wireRequest(options, unversioned.has(options.path) ? null : this.apiVersion)
    this.#send(wire, options, callback, true)
  }

  close(): void {
    this.#closed = true
    for (const end of this.#underWay) end(new NoAnswer('CLOSED', 'podkeep is ending'))
    this.#agent.destroy()
  }

  #send(wire: WireRequest, options: DialOptions, callback: Callback, mayRepeat: boolean): void {
    if (this.#closed) {
      queueMicrotask(() => callback(new NoAnswer('CLOSED', 'podkeep is ending'), null))
      return
    }
    // Streams get a connection of their own, so that they never take a place among the calls. So does what makes or starts a
    // container: an engine that is being stopped takes no new ones at once, yet would do on an old one whatever it is asked, and end it.
    // And so does the question whether it is at work.
    const request = this.#transport.request({
      ...this.#target,
      method: wire.method,
      path: wire.path,
      headers: wire.headers,
      agent: options.isStream === true || needsNewConnection(wire) ? false : this.#agent,
      ...(options.abortSignal !== undefined && { signal: options.abortSignal }),
    })
    let answered = false
    let isSettled = false
    const settle: Callback = (error, result) => {
      if (isSettled) return
      isSettled = true
      clearTimeout(timer)
      // An idle connection that the engine closed just now; nothing of the call has reached it.
      if (error !== null && mayRepeat && !answered && request.reusedSocket && isReset(error)) {
        this.#send(wire, options, callback, false)
      } else callback(error, result)
    }
    const deadlineMs = this.#deadlineMs(wire, options)
    const timer = setTimeout(() => end(new NoAnswer('DEADLINE', `no answer within ${deadlineMs / 1000} s`)), deadlineMs)
    const end = (error: NoAnswer): void => {
      settle(error, null)
      request.destroy(error)
    }
    this.#underWay.add(end)
    request.on('error', (error) => settle(asNoAnswer(error), null))
    request.on('close', () => {
      this.#underWay.delete(end)
      // The usual close comes after the answer, and an error that nobody needs is not free: it collects its stack.
      if (!isSettled) settle(new NoAnswer('ECONNRESET', 'the connection was closed'), null)
    })
    request.on('upgrade', (_response, socket, head) => {
      answered = true
      if (head.length > 0) socket.unshift(head)
      socket.setKeepAlive(true, streamKeepAliveMs)
      this.#endWith(socket)
      settle(null, socket)
    })
    request.on('response', (response) => {
      answered = true
      const isSuccess = options.statusCodes[response.statusCode ?? 0] === true
      if (isSuccess && options.isStream === true) {
        keepAliveByTcp(response)
        settle(null, response)
      } else readAnswer(response, isSuccess, settle, end)
    })
    if (options.file !== undefined && !Buffer.isBuffer(options.file))
      send(options.file, request, () => timer.refresh(), end)
    else request.end(wire.body ?? undefined)
  }

  /** M3 for what has become a connection of its own. */
  #endWith(socket: Duplex): void {
    const cut = (): void => void socket.destroy()
    this.#underWay.add(cut)
    socket.once('close', () => this.#underWay.delete(cut))
  }

  #deadlineMs(wire: WireRequest, options: DialOptions): number {
    if (options.path.startsWith('/images/create')) return this.#deadlines.pullIdleMs
    return wire.method === 'GET' ? this.#deadlines.readMs : this.#deadlines.writeMs
  }
}

/** An upload takes as long as it takes; its deadline begins anew with each part. */
function send(file: Readable, request: http.ClientRequest, onPart: () => void, end: (error: NoAnswer) => void): void {
  file.on('data', onPart)
  file.on('error', (error) => end(asNoAnswer(error)))
  file.pipe(request)
}

function readAnswer(
  response: http.IncomingMessage,
  isSuccess: boolean,
  settle: Callback,
  end: (error: NoAnswer) => void,
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxAnswerBytes) end(new NoAnswer('UNREADABLE', 'the answer is too large'))
    else chunks.push(chunk)
  })
  response.on('error', (error) => settle(asNoAnswer(error), null))
  response.on('end', () => {
    const text = Buffer.concat(chunks).toString()
    const isJson = /\bjson\b/.test(response.headers['content-type'] ?? '')
    if (!isSuccess) settle(new EngineAnswer(response.statusCode ?? 0, wordsOf(text)), null)
    else if (!isJson) settle(null, text)
    else parseInto(text, settle)
  })
}

function parseInto(text: string, settle: Callback): void {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    settle(new NoAnswer('UNREADABLE', 'the answer is not valid JSON', { cause }), null)
    return
  }
  settle(null, value)
}

/** What the engine says in an error's body: Docker puts it into `message`, Podman also into `cause`. */
function wordsOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message)
  } catch {
    return text.trim()
  }
  return text.trim()
}

/** Of a connection's own error. */
export function asNoAnswer(error: Error & { code?: string }): NoAnswer {
  if (error instanceof NoAnswer) return error
  return new NoAnswer(error.code ?? error.name, error.message, { cause: error })
}

function needsNewConnection({ method, path }: WireRequest): boolean {
  return path === '/_ping' || (method === 'POST' && beginsContainer.test(path))
}

const beginsContainer = /^(?:\/v[0-9.]+)?\/containers\/(?:create|[^/]+\/start)(?:\?|$)/

function isReset(error: Error): boolean {
  return error instanceof NoAnswer && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

/** So that a remote engine whose machine vanished is noticed on a stream. */
const streamKeepAliveMs = 30_000

function keepAliveByTcp(response: http.IncomingMessage): void {
  response.socket.setKeepAlive(true, streamKeepAliveMs)
}

function tlsOptions(tls: EngineTls): https.RequestOptions {
  if (tls.certPath === null) return { rejectUnauthorized: tls.verify }
  const read = (name: string): Buffer => readFileSync(join(tls.certPath ?? '', name))
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem'), rejectUnauthorized: tls.verify }
}
