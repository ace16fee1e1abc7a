/** What a probe cannot do without: its connection, made, written to and read by hand, nothing kept and nothing judged. */

import http2 from 'node:http2'
import { connect } from 'node:net'

export interface Load {
  /** How many have been answered. */
  readonly answered: () => number
  readonly stop: () => void
}

/** Asks once and says when it was answered. */
type Ask = (answered: () => void) => void

const tickMs = 20

/** An interval slips; what is due follows from the clock. */
export function inRhythm(perSecond: number, ask: Ask): Load {
  let answered = 0
  let made = 0
  const beganMs = performance.now()
  const timer = setInterval(() => {
    for (const due = ((performance.now() - beganMs) * perSecond) / 1000; made < due; made += 1)
      ask(() => (answered += 1))
  }, tickMs)
  return { answered: () => answered, stop: () => clearInterval(timer) }
}

const asked =
  'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\nConnection: close\r\n\r\n'

export function getByHand(port: number): Ask {
  return (answered) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('connect', () => socket.write(asked))
    socket.on('data', () => undefined)
    socket.on('end', answered)
    socket.on('error', () => undefined)
  }
}

export function openByHand(port: number): Ask {
  return (answered) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('connect', () => {
      answered()
      socket.destroy()
    })
    socket.on('error', () => undefined)
  }
}

const emptyMessage = Buffer.alloc(5)

/** A connection of HTTP/2 for each call, as a probe makes one. */
export function callByHand(port: number): Ask {
  return (answered) => {
    const session = http2.connect(`http://127.0.0.1:${port}`)
    session.on('error', () => undefined)
    const call = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    call.on('data', () => undefined)
    call.on('error', () => undefined)
    call.on('end', () => {
      answered()
      session.destroy()
    })
    call.end(emptyMessage)
  }
}
