/**
 * grpc.health.v1.Health/Check as one call over node:http2: without TLS, as the kubelet does it. @grpc/grpc-js would be 5 MB
 * for the four dozen bytes that go over the wire here.
 * Source: kubelet pkg/probe/grpc; the messages are health.proto's.
 */

import type Http2 from 'node:http2'

import type { HandlerAnswer } from '../pod/index.js'
import { enumOf, stringField } from './protobuf.js'

/** Loaded by the first gRPC probe: most machines never have one. Waiting for it again each time would cost every probe a turn. */
let loading: Promise<typeof Http2> | null = null
let http2: typeof Http2 | null = null

const servingStatus = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']
const serving = 1
const prefixBytes = 5
const maxBodyBytes = 10 * 1024
const unimplemented = '12'

export interface GrpcQuestion {
  readonly host: string
  readonly port: number
  readonly service: string
  readonly userAgent: string
}

/** @returns gives up */
export function grpcHealth(question: GrpcQuestion, done: (answer: HandlerAnswer) => void): () => void {
  let session: Http2.ClientHttp2Session | null = null
  let isOver = false
  const end = (result: HandlerAnswer['result'], message: string): void => {
    if (isOver) return
    isOver = true
    session?.destroy()
    done({ result, message })
  }
  if (http2 !== null) session = check(http2, question, end)
  else {
    loading ??= import('node:http2')
    loading.then(
      (loaded) => {
        http2 = loaded
        if (!isOver) session = check(loaded, question, end)
      },
      (error: unknown) => end('unknown', String(error)),
    )
  }
  return () => {
    isOver = true
    session?.destroy()
  }
}

function check(
  http2: typeof Http2,
  { host, port, service, userAgent }: GrpcQuestion,
  end: (result: HandlerAnswer['result'], message: string) => void,
): Http2.ClientHttp2Session {
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  const session = http2.connect(`http://${authority}`)
  const failed = (error: Error): void => end('failure', error.message)
  session.on('error', failed)
  const call = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': userAgent,
  })
  let status: string | undefined
  let words = ''
  let hasAnswered = false
  const note = (headers: Readonly<Record<string, string | string[] | undefined>>): void => {
    status = (headers['grpc-status'] as string | undefined) ?? status
    words = (headers['grpc-message'] as string | undefined) ?? words
  }
  const body: Buffer[] = []
  let bytes = 0
  call.on('response', (headers) => {
    hasAnswered = true
    note(headers)
  })
  call.on('trailers', note)
  call.on('error', failed)
  call.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBodyBytes) end('failure', 'the answer is too long for a health check')
    else body.push(chunk)
  })
  call.on('end', () => {
    if (status === '0') judge(Buffer.concat(body), end)
    else if (status === unimplemented) {
      end(
        'failure',
        `this server does not implement the grpc health protocol (grpc.health.v1.Health): ${decoded(words)}`,
      )
    } else if (status === undefined) {
      end(
        'failure',
        hasAnswered ? 'the answer is not a gRPC answer' : 'the server closed the connection without an answer',
      )
    } else end('failure', `health rpc failed with status ${status}: ${decoded(words)}`)
  })
  call.end(framed(service === '' ? Buffer.alloc(0) : stringField(1, service)))
  return session
}

function judge(body: Buffer, end: (result: HandlerAnswer['result'], message: string) => void): void {
  // HealthCheckResponse.status; a field that is not there has its first value.
  const status = body.length < prefixBytes ? null : enumOf(body.subarray(prefixBytes), 1)
  if (status === serving) end('success', '')
  else if (status === null) end('failure', 'the answer is not a HealthCheckResponse')
  else end('failure', `service unhealthy (responded with "${servingStatus[status] ?? status}")`)
}

/** Not compressed, and its length. */
function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(prefixBytes)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

function decoded(words: string): string {
  try {
    return decodeURIComponent(words)
  } catch {
    return words
  }
}
