/** How a route answers. */

import type { FastifyReply } from 'fastify'

import { failure, type FailureReason } from './status-object.js'

export function sendText(reply: FastifyReply, code: number, body: string): FastifyReply {
  return reply.code(code).type('text/plain; charset=utf-8').send(body)
}

export function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.type('application/json').send(JSON.stringify(value))
}

export function sendFailure(reply: FastifyReply, code: number, reason: FailureReason, message: string): FastifyReply {
  return reply
    .code(code)
    .type('application/json')
    .send(JSON.stringify(failure(code, reason, message)))
}
