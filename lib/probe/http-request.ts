/**
 * An httpGet handler as a request: where it goes and which headers it has.
 * Source: kubelet pkg/probe/http request.go.
 */

import { isIP } from 'node:net'

import type { HttpGetHandler } from '../pod/index.js'

type Header = readonly [name: string, value: string]

/** `host` is a name or an address, without the brackets of IPv6. */
export interface Destination {
  readonly host: string
  readonly port: number
}

export interface HttpRequest extends Destination {
  readonly scheme: 'http' | 'https'
  /** With its query. */
  readonly path: string
  readonly headers: readonly Header[]
}

/** These are the transport's affair: Go drops them, or writes its own. */
const transport = new Set(['content-length', 'transfer-encoding', 'trailer', 'connection', 'keep-alive'])

export function requestOf(
  handler: Omit<HttpGetHandler, 'host' | 'port'>,
  destination: Destination,
  userAgent: string,
): HttpRequest {
  const scheme = handler.scheme === 'HTTPS' ? 'https' : 'http'
  const headers = headersOf(handler.headers, userAgent, authorityOf(destination))
  return { ...destination, scheme, path: pathOf(handler.path), headers }
}

export function urlOf(request: HttpRequest): string {
  return `${request.scheme}://${authorityOf(request)}${request.path}`
}

/**
 * Where a redirect leads: null when it is not one, or leads to another host. A Host header of one's own stays with relative
 * redirects only, as in Go.
 */
export function redirected(
  request: HttpRequest,
  status: number,
  location: string | undefined,
): HttpRequest | null | 'elsewhere' {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined || location === '') return null
  const from = urlOf(request)
  if (!URL.canParse(location, from)) return 'elsewhere'
  const url = new URL(location, from)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'elsewhere'
  if (url.hostname !== new URL(from).hostname) return 'elsewhere'
  const scheme = url.protocol === 'https:' ? 'https' : 'http'
  const port = url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port)
  const target = { scheme, host: request.host, port } as const
  const isAbsolute = /^([a-z][a-z0-9+.-]*:)/i.test(location)
  const headers = isAbsolute ? withHost(request.headers, url.host) : request.headers
  return { ...target, path: url.pathname + url.search, headers }
}

/** Go takes a path as a whole URL, of which it keeps the path and the query. What HTTP does not allow is escaped. */
function pathOf(text: string): string {
  const path = text.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i, '').replace(/#.*$/s, '')
  const rooted = path.startsWith('/') ? path : `/${path}`
  return rooted.replace(/[^\x21-\x7e]+/g, (text) =>
    Buffer.from(text).reduce((all, byte) => all + `%${byte.toString(16).toUpperCase().padStart(2, '0')}`, ''),
  )
}

function headersOf(given: HttpGetHandler['headers'], userAgent: string, authority: string): readonly Header[] {
  const of = (name: string): string | undefined => given.find((header) => header.name.toLowerCase() === name)?.value
  const own = new Set(['host', 'user-agent', 'accept', ...transport])
  const host = of('host') ?? ''
  const agent = of('user-agent') ?? userAgent
  const accept = of('accept') ?? '*/*'
  return [
    ['Host', host === '' ? authority : host],
    // Given as empty, the kubelet leaves them out.
    ...(agent === '' ? [] : [['User-Agent', agent] as const]),
    ...(accept === '' ? [] : [['Accept', accept] as const]),
    ...given.filter(({ name }) => !own.has(name.toLowerCase())).map(({ name, value }) => [name, value] as const),
    ['Connection', 'close'],
  ]
}

function withHost(headers: readonly Header[], authority: string): readonly Header[] {
  return [['Host', authority], ...headers.slice(1)]
}

/** With the port, also where the scheme says it: that is what the kubelet sends. */
function authorityOf({ host, port }: Destination): string {
  const name = isIP(host) === 6 ? `[${host}]` : host
  return `${name}:${port}`
}
