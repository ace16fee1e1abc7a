/** Stands before a registry and passes everything on, except where a test tells it to be slow, rude or broken. */

import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { TestRegistry } from './images.js'

/**
 * throttled: 429. denied, down: 403, 503. silent: takes the request for the manifest and never answers. stalled, cut: half of
 * each layer comes; then nothing, or the connection breaks. damaged: a layer's bytes are not those its digest promises.
 */
export type Fault = 'throttled' | 'denied' | 'down' | 'silent' | 'stalled' | 'cut' | 'damaged'

export interface FaultyRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** From now on, for every repository; what hangs breaks off. */
  become(fault: Fault | 'well'): void
  /** How many manifests were asked for since the start, by any method. */
  readonly asked: { manifests: number }
  close(): Promise<void>
}

export async function startFaultyRegistry(upstream: TestRegistry): Promise<FaultyRegistry> {
  let fault: Fault | 'well' = 'well'
  const asked = { manifests: 0 }
  const hanging = new Set<ServerResponse>()
  const server = createServer((incoming, outgoing) => {
    hanging.add(outgoing)
    outgoing.on('close', () => hanging.delete(outgoing))
    const path = incoming.url ?? '/'
    if (path.includes('/manifests/')) asked.manifests += 1
    if (path === '/v2/' || !answersInstead(fault, path, outgoing)) {
      passOn(upstream.host, incoming, outgoing, path.includes('/blobs/') ? fault : 'well')
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    become(next) {
      fault = next
      for (const response of hanging) response.destroy()
    },
    asked,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function answersInstead(fault: Fault | 'well', path: string, response: ServerResponse): boolean {
  const refuse = (status: number, code: string, message: string): boolean => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...(status === 429 && { 'Retry-After': '60' }) })
    response.end(JSON.stringify({ errors: [{ code, message }] }))
    return true
  }
  switch (fault) {
    case 'throttled':
      return refuse(429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.')
    case 'denied':
      return refuse(403, 'DENIED', 'requested access to the resource is denied')
    case 'down':
      return refuse(503, 'UNAVAILABLE', 'service unavailable')
    case 'silent':
      return path.includes('/manifests/')
    case 'stalled':
    case 'cut':
    case 'damaged':
    case 'well':
      return false
  }
}

function passOn(host: string, incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault | 'well'): void {
  const headers = { ...incoming.headers, host }
  const onward = request(`http://${host}${incoming.url ?? '/'}`, { method: incoming.method ?? 'GET', headers })
  onward.on('error', () => outgoing.destroy())
  onward.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    // A small blob is the image's configuration, which comes first.
    const length = Number(answer.headers['content-length'] ?? 0)
    if (fault === 'well' || length < smallestLayerBytes) answer.pipe(outgoing)
    else spoil(answer, outgoing, fault, length)
  })
  incoming.pipe(onward)
}

const smallestLayerBytes = 100_000

function spoil(answer: IncomingMessage, outgoing: ServerResponse, fault: Fault, length: number): void {
  let sentBytes = 0
  answer.on('data', (chunk: Buffer) => {
    if (fault === 'damaged') chunk[0] = (chunk[0] ?? 0) ^ 0xff
    else if (sentBytes + chunk.length > length / 2) {
      answer.destroy()
      if (fault === 'cut') outgoing.destroy()
      return
    }
    sentBytes += chunk.length
    outgoing.write(chunk)
  })
  answer.on('end', () => outgoing.end())
  answer.on('error', () => undefined)
}
