/**
 * /containerLogs as a kubelet answers it. Source: kubelet pkg/kubelet/server getContainerLogs; core/validation ValidatePodLogOptions.
 *
 * L1  Nothing is read faster than the client takes it, and a client that takes nothing for a minute is let go.
 * L2  There are so many logs open at a time and no more.
 */

import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { podKey, PodkeepError, type V1ContainerStatus } from '../pod/index.js'
import type { ContainerReader, LogQuery, PodStatusEntry, StatusBoard } from '../ports/index.js'
import { allContainers, loggedId } from './pod-containers.js'
import { isSet, parameter, timeOf, wholeNumber } from './query.js'
import { badRequest, Refusal } from './refusal.js'

export interface LogRouteParts {
  readonly board: StatusBoard
  readonly reader: ContainerReader
  readonly nowMs: () => number
  /** How long a client may take nothing; left out: a minute. */
  readonly patienceMs?: number
}

const mostLogs = 32
const usualPatienceMs = 60_000

export function addLogRoute(app: FastifyInstance, parts: LogRouteParts): void {
  let openCount = 0
  const open = new Set<AbortController>()
  app.get('/containerLogs/:namespace/:pod/:container', { exposeHeadRoute: false }, async (request, reply) => {
    const { query, limitBytes, isPrevious } = readQuery(request, parts.nowMs())
    const id = findLog(parts.board, params(request), isPrevious)
    if (openCount >= mostLogs) throw new Refusal(429, 'TooManyRequests', `${mostLogs} logs are being read: end one`)
    const ending = new AbortController()
    openCount += 1
    open.add(ending)
    // A log that is followed may be quiet for hours; who does not read is let go below.
    request.raw.socket.setTimeout(0)
    reply.raw.once('close', () => {
      openCount -= 1
      open.delete(ending)
      ending.abort()
    })
    const bytes = await parts.reader.log(id, query, ending.signal).catch((error: unknown) => {
      throw error instanceof PodkeepError ? asRefusal(error) : error
    })
    const patienceMs = parts.patienceMs ?? usualPatienceMs
    const content = Readable.from(watched(bytes, { limitBytes, reply, patienceMs }), { objectMode: false })
    return reply.type('text/plain; charset=utf-8').header('transfer-encoding', 'chunked').send(content)
  })
  app.addHook('preClose', async () => {
    for (const ending of open) ending.abort()
  })
}

/** Each next piece is asked for when there is room for it: what stands still here stands still at the client. */
async function* watched(
  bytes: AsyncIterable<Uint8Array>,
  { limitBytes, reply, patienceMs }: { limitBytes: number | null; reply: FastifyReply; patienceMs: number },
): AsyncGenerator<Uint8Array> {
  let leftBytes = limitBytes ?? Number.POSITIVE_INFINITY
  try {
    for await (const piece of bytes) {
      const part = piece.length > leftBytes ? piece.subarray(0, leftBytes) : piece
      leftBytes -= part.length
      const impatience = setTimeout(() => reply.raw.destroy(), patienceMs)
      try {
        yield part
      } finally {
        clearTimeout(impatience)
      }
      if (leftBytes <= 0) return
    }
  } catch (error) {
    // The client left, or podkeep ends: there is nobody to tell.
    if (!reply.raw.destroyed && !(error instanceof Error && error.name === 'AbortError')) throw error
  }
}

interface LogParams {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

function params(request: FastifyRequest): LogParams {
  return request.params as LogParams
}

function findLog(board: StatusBoard, { namespace, pod, container }: LogParams, isPrevious: boolean) {
  const entry: PodStatusEntry | undefined = board.pod(podKey(namespace, pod))
  if (entry === undefined) throw new Refusal(404, 'NotFound', `pod ${JSON.stringify(pod)} not found`)
  const status = allContainers(entry).find(({ name }) => name === container)
  const named = `container ${JSON.stringify(container)}`
  if (status === undefined) throw new Refusal(404, 'NotFound', `${named} not found in pod ${JSON.stringify(pod)}`)
  const id = loggedId(status, isPrevious)
  if (id !== null) return id
  const where = `in pod ${JSON.stringify(pod)}`
  if (isPrevious) throw badRequest(`previous terminated ${named} ${where} not found`)
  throw badRequest(`${named} ${where} is waiting to start: ${reasonOf(status)}`)
}

function reasonOf({ state }: V1ContainerStatus): string {
  return state.waiting?.reason ?? 'no reason is known'
}

function readQuery(request: FastifyRequest, nowMs: number) {
  const sinceSeconds = bounded(request, 'sinceSeconds', 1)
  const sinceTimeMs = timeOf(request, 'sinceTime')
  if (sinceSeconds !== null && sinceTimeMs !== null) {
    throw invalid('at most one of `sinceTime` or `sinceSeconds` may be specified')
  }
  const query: LogQuery = {
    follow: isSet(request, 'follow'),
    tailLines: tailLines(request),
    sinceMs: sinceTimeMs ?? (sinceSeconds === null ? null : nowMs - sinceSeconds * 1000),
    timestamps: isSet(request, 'timestamps'),
    streams: streamsOf(parameter(request, 'stream')),
  }
  return { query, limitBytes: bounded(request, 'limitBytes', 1), isPrevious: isSet(request, 'previous') }
}

/** `tail` is the older name; it may say `all`. */
function tailLines(request: FastifyRequest): number | null {
  const lines = bounded(request, 'tailLines', 0)
  return lines ?? (parameter(request, 'tail') === 'all' ? null : bounded(request, 'tail', 0))
}

/** What is no number is badly said, what is too small means nothing. */
function bounded(request: FastifyRequest, name: string, least: number): number | null {
  const value = wholeNumber(request, name)
  if (value === null || value >= least) return value
  throw invalid(`${name}: Invalid value: ${value}: must be greater than ${least === 0 ? 'or equal to 0' : '0'}`)
}

function streamsOf(text: string | null): LogQuery['streams'] {
  switch (text) {
    case null:
    case '':
    case 'All':
      return 'all'
    case 'Stdout':
      return 'stdout'
    case 'Stderr':
      return 'stderr'
    default:
      throw invalid(`stream: Unsupported value: ${JSON.stringify(text)}: supported values: "All", "Stderr", "Stdout"`)
  }
}

function invalid(message: string): Refusal {
  return new Refusal(422, 'Invalid', message)
}

function asRefusal({ code, message }: PodkeepError): Refusal {
  if (code === 'CONTAINER_GONE') return new Refusal(404, 'NotFound', message)
  return new Refusal(503, 'ServiceUnavailable', message)
}
