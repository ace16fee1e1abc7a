/** Servers on loopback for handlers to ask: each counts what it was asked, and is closed with its test. */

import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'

import type { Test } from 'tap'

export interface Served {
  readonly port: number
  readonly connections: () => number
}

type Listening = net.Server & { closeAllConnections?: () => void }

export async function listening(t: Test, server: Listening): Promise<Served> {
  const sockets = new Set<net.Socket>()
  let connections = 0
  server.on('connection', (socket: net.Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, connections: () => connections }
}

export function httpServer(t: Test, answer: http.RequestListener): Promise<Served> {
  return listening(t, http.createServer(answer))
}

export function httpsServer(t: Test, answer: http.RequestListener): Promise<Served> {
  return listening(t, https.createServer({ key, cert }, answer))
}

/** Answers every call of the health service with `status`, after `grpcStatus` (0: it knows the service asked for). */
export function grpcServer(
  t: Test,
  answer: (path: string, message: Buffer) => { readonly message: Buffer | null; readonly grpcStatus: number },
): Promise<Served> {
  const server = http2.createServer()
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = []
    stream.on('error', () => undefined)
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const { message, grpcStatus } = answer(headers[':path'] ?? '', Buffer.concat(chunks))
      const trailers = { 'grpc-status': String(grpcStatus), 'grpc-message': 'in%20its%20own%20words' }
      if (message === null) {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailers }, { endStream: true })
        return
      }
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers(trailers))
      stream.end(message)
    })
  })
  return listening(t, server)
}

/** A port where nobody listens: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

// Self-signed, for CN=not-the-name-you-asked-for, and long expired: nobody looks.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgS4moVKL7jriJz3iB
IKjvvio5X7LpklUE4fXm14Htf2ehRANCAAQgJDXYtqV9bbiFNdE/DQPnJAXoDZ+u
ePTAuM7e6aj02vwDtYXTBg5zQQYH2sybxnvDGEnlPcYJlgQCKUL/ceZf
-----END PRIVATE KEY-----
`
const cert = `-----BEGIN CERTIFICATE-----
MIIBoDCCAUWgAwIBAgIUJX6ZFfb8I7Q1Umm09VJVq9qboQMwCgYIKoZIzj0EAwIw
JTEjMCEGA1UEAwwabm90LXRoZS1uYW1lLXlvdS1hc2tlZC1mb3IwHhcNMjYxMTIz
MTkzOTAzWhcNMjYxMTI0MTkzOTAzWjAlMSMwIQYDVQQDDBpub3QtdGhlLW5hbWUt
eW91LWFza2VkLWZvcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCAkNdi2pX1t
uIU10T8NA+ckBegNn6549MC4zt7pqPTa/AO1hdMGDnNBBgfazJvGe8MYSeU9xgmW
BAIpQv9x5l+jUzBRMB0GA1UdDgQWBBTxoab3juVGy6xtcOSmZlEKGd2UgjAfBgNV
HSMEGDAWgBTxoab3juVGy6xtcOSmZlEKGd2UgjAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0kAMEYCIQD0kQezPzTed7IQo+klxZm8SAkdQzgofOvX043UBYnk
9wIhAO63nJVuASwUv/yP4igXcWCyirf4GvHfMpIuuZq7Kd/0
-----END CERTIFICATE-----
`
