/**
 * A connection may have only so many requests without an answer. Who sends thousands at once and reads none of the answers would have
 * them all made and kept for him; no client of the kubelet sends a second request before it has read the first answer.
 */

import type { FastifyInstance } from 'fastify'
import type { Socket } from 'node:net'

const mostUnanswered = 16

export function boundPipelines(app: FastifyInstance): void {
  const unanswered = new WeakMap<Socket, number>()
  app.addHook('onRequest', (request, reply, next) => {
    const { socket } = request.raw
    const count = unanswered.get(socket) ?? 0
    if (socket.destroyed || count >= mostUnanswered) {
      // What was read of the connection by then comes here all the same, and gets no answer either.
      socket.destroy()
      reply.hijack()
      return
    }
    unanswered.set(socket, count + 1)
    reply.raw.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1))
    next()
  })
}
