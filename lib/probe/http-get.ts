/**
 * One GET, with the redirects the kubelet follows. Own code over node:http: no proxy, no cookies, no keep-alive, certificates
 * are not verified, and an answer is taken as it comes, for only its status is read.
 * Source: kubelet pkg/probe/http http.go.
 */

import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'

import { redirected, urlOf, type HttpRequest } from './http-request.js'

export type HttpOutcome =
  /** `isElsewhere`: it redirects to another host, where nobody went. */
  | { readonly kind: 'answered'; readonly status: number; readonly isElsewhere: boolean }
  | { readonly kind: 'failed'; readonly message: string; readonly isPlainHttp: boolean }

const maxRedirects = 10
/** More of an answer is not waited for. */
const maxBodyBytes = 10 * 1024
const maxHeaderBytes = 1024 * 1024

const agents = {
  http: new http.Agent({ keepAlive: false, maxSockets: Infinity }),
  https: new https.Agent({ keepAlive: false, maxSockets: Infinity, rejectUnauthorized: false }),
}

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
  const failed = (error: Error & { code?: string }): void => {
    const isPlainHttp = request.scheme === 'https' && plainHttpCodes.has(error.code ?? '')
    const why = isPlainHttp ? 'the server speaks HTTP without TLS' : error.message || (error.code ?? error.name)
    done({ kind: 'failed', message: `Get "${urlOf(request)}": ${why}`, isPlainHttp })
  }
  let asking: http.ClientRequest
  try {
    asking = dial(request)
  } catch (error) {
    // A header or a path that HTTP has no way to say.
    queueMicrotask(() => failed(error as Error))
    return () => undefined
  }
  // Whatever comes after the first outcome is noise of the ending connection.
  asking.once('error', failed)
  asking.on('response', (response) => {
    const { statusCode: status = 0, headers } = response
    const answered = (): void => done({ kind: 'answered', status, isElsewhere: false }, headers.location)
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxBodyBytes) return
      response.removeAllListeners().on('error', () => undefined)
      asking.destroy()
      answered()
    })
    response.on('error', failed)
    response.on('end', answered)
  })
  asking.end()
  return () =>
    asking
      .removeAllListeners()
      .on('error', () => undefined)
      .destroy()
}

/** What OpenSSL calls an answer that is no TLS record. */
const plainHttpCodes = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO'])

function dial({ scheme, host, port, path, headers }: HttpRequest): http.ClientRequest {
  const options = { host, port, path, headers, maxHeaderSize: maxHeaderBytes, insecureHTTPParser: true }
  if (scheme === 'http') return http.request({ ...options, agent: agents.http })
  // Else it would be the Host header's name; an address is no name.
  const servername = isIP(host) === 0 ? host : ''
  return https.request({ ...options, servername, agent: agents.https })
}
