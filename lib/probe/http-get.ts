/**
 * One GET, with the redirects the kubelet follows: no proxy, no cookies, no keep-alive, and certificates are not verified. Own
 * code over a socket, because of its price: with a thousand probes a second node:http costs a quarter of a core more than the
 * sockets under it, this a few hundredths (`npm run bench -- --only probes`).
 * Source: kubelet pkg/probe/http http.go.
 */

import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

import { redirected, urlOf, type HttpRequest } from './http-request.js'
import { HttpResponse } from './http-response.js'

export type HttpOutcome =
  /** `isElsewhere`: it redirects to another host, where nobody went. */
  | { readonly kind: 'answered'; readonly status: number; readonly isElsewhere: boolean }
  | { readonly kind: 'failed'; readonly message: string; readonly isPlainHttp: boolean }

const maxRedirects = 10
/** What OpenSSL calls an answer that is no TLS record. */
const plainHttpCodes = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO'])

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

const controls = /[\0-\x08\x0a-\x1f\x7f]/

/** @returns gives up */
export function httpGet(request: HttpRequest, done: (outcome: HttpOutcome) => void): () => void {
  let giveUp = (): void => undefined
  let redirects = 0
  const follow = (next: HttpRequest): void => {
    giveUp = getOnce(next, (outcome, location) => {
      const target = outcome.kind === 'failed' ? null : redirected(next, outcome.status, location)
      if (outcome.kind === 'failed' || target === null) done(outcome)
      else if (target === 'elsewhere') done({ ...outcome, isElsewhere: true })
      else if ((redirects += 1) < maxRedirects) follow(target)
      else done({ kind: 'failed', message: `Get "${urlOf(target)}": stopped after 10 redirects`, isPlainHttp: false })
    })
  }
  follow(request)
  return () => giveUp()
}

function getOnce(request: HttpRequest, done: (outcome: HttpOutcome, location?: string) => void): () => void {
  const failed = (why: string, isPlainHttp = false): void =>
    done({ kind: 'failed', message: `Get "${urlOf(request)}": ${why}`, isPlainHttp })
  const words = wordsOf(request)
  if (words instanceof Error) {
    queueMicrotask(() => failed(words.message))
    return () => undefined
  }
  const response = new HttpResponse()
  const socket = dial(request)
  let isOver = false
  const end = (problem: string | null, isPlainHttp = false): void => {
    if (isOver) return
    isOver = true
    socket.destroy()
    const { head } = response
    if (head === null || problem !== null) failed(problem ?? 'the server closed the connection', isPlainHttp)
    else done({ kind: 'answered', status: head.status, isElsewhere: false }, head.location)
  }
  // Written before that, it would wait in a queue of the stream's, which costs more than this listener.
  socket.once(request.scheme === 'http' ? 'connect' : 'secureConnect', () => socket.write(words))
  socket.on('data', (chunk: Buffer) => {
    const result = response.push(chunk)
    if (result !== false) end(result === true ? null : result)
  })
  socket.on('end', () =>
    end(response.isWholeAtEnd() ? null : 'the server closed the connection before its answer was over'),
  )
  socket.on('error', (error: Error & { code?: string }) => {
    const isPlainHttp = request.scheme === 'https' && plainHttpCodes.has(error.code ?? '')
    end(isPlainHttp ? 'the server speaks HTTP without TLS' : error.message || (error.code ?? error.name), isPlainHttp)
  })
  return () => {
    isOver = true
    socket.destroy()
  }
}

function dial({ scheme, host, port }: HttpRequest): Socket {
  if (scheme === 'http') return connect({ host, port })
  // An address is no name to send.
  return connectTls({ host, port, servername: isIP(host) === 0 ? host : '', rejectUnauthorized: false })
}

/** An error when there is a header that HTTP has no way to say. */
function wordsOf({ path, headers }: HttpRequest): string | Error {
  let words = `GET ${path} HTTP/1.1\r\n`
  for (const [name, value] of headers) {
    if (!token.test(name)) return new Error(`invalid header name ${JSON.stringify(name)}`)
    if (controls.test(value)) return new Error(`invalid value of header ${name}`)
    words += `${name}: ${value}\r\n`
  }
  return `${words}\r\n`
}
