/** Whether something accepts a connection. Source: kubelet pkg/probe/tcp. */

import { connect } from 'node:net'

import type { HandlerAnswer } from '../pod/index.js'
import type { Destination } from './http-request.js'

/** @returns gives up */
export function tcpSocket({ host, port }: Destination, done: (answer: HandlerAnswer) => void): () => void {
  const socket = connect({ host, port })
  socket.on('connect', () => {
    socket.destroy()
    done({ result: 'success', message: '' })
  })
  socket.on('error', (error) => done({ result: 'failure', message: error.message }))
  return () => socket.destroy()
}
