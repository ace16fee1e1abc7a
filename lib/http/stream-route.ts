/**
 * Changes as server-sent events: `pods`, `events`, `manifests`.
 *
 * S1  A stream that is resumed with Last-Event-ID gets what changed since, and no more; otherwise it begins with everything.
 * S2  What changes in quick succession is sent together. A client that reads slowly is sent what holds when it is ready again;
 *     one that reads nothing for a minute is let go.
 * S3  There are so many streams and no more.
 */

import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

import type { StatusBoard } from '../ports/index.js'
import type { ChangeFeed, News } from './change-feed.js'
import { parameter } from './query.js'
import { podItem } from './pod-list.js'
import { Refusal } from './refusal.js'
import { v1Event } from './v1-event.js'

export interface StreamRouteParts {
  readonly board: StatusBoard
  readonly feed: ChangeFeed
  readonly nodeName: string
  readonly pace?: StreamPace
}

export interface StreamPace {
  readonly heartbeatMs: number
  /** How long a client may read nothing. */
  readonly patienceMs: number
}

const mostStreams = 64
const togetherMs = 200
const usualPace: StreamPace = { heartbeatMs: 15_000, patienceMs: 60_000 }
const comeBackAfterMs = 2000

export function addStreamRoute(app: FastifyInstance, parts: StreamRouteParts): void {
  const open = new Set<Stream>()
  app.get('/stream', { exposeHeadRoute: false }, (request, reply) => {
    if (open.size >= mostStreams) {
      throw new Refusal(429, 'TooManyRequests', `${mostStreams} streams are open: close one`)
    }
    const id = request.headers['last-event-id'] ?? parameter(request, 'lastEventId')
    reply.hijack()
    const headers = { ...headersOf(reply.getHeaders()), 'content-type': 'text/event-stream; charset=utf-8' }
    reply.raw.writeHead(200, headers)
    const stream = new Stream(reply.raw, parts, typeof id === 'string' ? id : null)
    open.add(stream)
    reply.raw.once('close', () => {
      stream.end()
      open.delete(stream)
    })
    // Its idle limits are for requests; a stream has its own.
    request.raw.socket.setTimeout(0)
  })
  app.addHook('preClose', async () => {
    for (const stream of open) stream.end()
  })
}

class Stream {
  readonly #response: ServerResponse
  readonly #parts: StreamRouteParts
  readonly #heartbeat: NodeJS.Timeout
  readonly #patienceMs: number
  readonly #unfollow: () => void
  #mark: string | null
  #soon: NodeJS.Timeout | null = null
  #impatience: NodeJS.Timeout | null = null
  #hasNews = true

  constructor(response: ServerResponse, parts: StreamRouteParts, mark: string | null) {
    this.#response = response
    this.#parts = parts
    this.#mark = mark
    response.on('drain', () => this.#drained())
    response.on('error', () => this.end())
    this.#unfollow = parts.feed.follow(() => this.#wake())
    const { heartbeatMs, patienceMs } = parts.pace ?? usualPace
    this.#patienceMs = patienceMs
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs)
    response.write(`retry: ${comeBackAfterMs}\n\n`)
    this.#send()
  }

  end(): void {
    this.#unfollow()
    clearInterval(this.#heartbeat)
    if (this.#soon !== null) clearTimeout(this.#soon)
    if (this.#impatience !== null) clearTimeout(this.#impatience)
    this.#response.destroy()
  }

  #wake(): void {
    this.#hasNews = true
    if (this.#soon !== null || this.#impatience !== null) return
    this.#soon = setTimeout(() => {
      this.#soon = null
      this.#send()
    }, togetherMs)
  }

  #send(): void {
    if (!this.#hasNews || this.#impatience !== null) return
    this.#hasNews = false
    const news = this.#parts.feed.newsSince(this.#mark)
    this.#mark = news.mark
    const text = messages(news, this.#parts)
    if (text !== '') this.#write(text)
  }

  #beat(): void {
    if (this.#impatience === null) this.#write(': nothing new\n\n')
  }

  #write(text: string): void {
    if (this.#response.destroyed || this.#response.write(text)) return
    this.#impatience = setTimeout(() => this.#response.destroy(), this.#patienceMs)
  }

  #drained(): void {
    if (this.#impatience !== null) clearTimeout(this.#impatience)
    this.#impatience = null
    this.#send()
  }
}

/** The id comes with the last of them: who loses the connection between two gets both again. */
function messages(news: News, { board, nodeName }: StreamRouteParts): string {
  const parts: [string, unknown][] = []
  const { isWhole, pods, removed, events } = news
  if (isWhole || pods.length + removed.length > 0) {
    parts.push(['pods', { isWhole, items: pods.map((entry) => podItem(entry, nodeName)), removed }])
  }
  if (news.manifests) parts.push(['manifests', board.manifests()])
  if (isWhole || events.length > 0) {
    parts.push(['events', { isWhole, items: events.map((event) => v1Event(event, nodeName)) }])
  }
  return parts
    .map(([name, data], index) => {
      const id = index === parts.length - 1 ? `id: ${news.mark}\n` : ''
      return `${id}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
    })
    .join('')
}

function headersOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
