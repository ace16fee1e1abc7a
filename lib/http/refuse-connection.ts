/** What cannot be read as a request never reaches a path: it is answered here, and the connection ends. */

import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

import { codeOf } from './listen-error.js'
import { failure, type V1Status } from './status-object.js'

/** @returns whether anybody was there to be told */
export function refuseConnection(error: Error, socket: Socket): boolean {
  if (codeOf(error) === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return false
  }
  const status = refusal(codeOf(error))
  const body = JSON.stringify(status)
  const head = [
    `HTTP/1.1 ${status.code} ${STATUS_CODES[status.code] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
  return true
}

function refusal(code: string): V1Status {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return failure(431, 'RequestEntityTooLarge', 'the headers are longer than 16 KiB')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return failure(408, 'Timeout', 'the request did not arrive in time')
    default:
      return failure(400, 'BadRequest', 'this is not an HTTP request')
  }
}
