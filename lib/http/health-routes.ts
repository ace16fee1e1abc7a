/**
 * Whether podkeep is well. Source of the paths: kubelet pkg/kubelet/server (healthz/ping, log, syncloop), apiserver healthz.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import type { Readiness, StatusBoard } from '../ports/index.js'
import { sendText } from './answer.js'
import { checksText } from './checks-text.js'
import { isSet } from './query.js'
import type { Tally } from './tally.js'

export const healthPaths = ['/healthz', '/livez', '/readyz'] as const

type Checks = Readiness['checks']

/** @param tally counts what the checks said; null: nobody does */
export function addHealthRoutes(app: FastifyInstance, board: StatusBoard, tally: Tally | null): void {
  const answer = (request: FastifyRequest, reply: FastifyReply, asked: Asked): FastifyReply => {
    const [type = ''] = asked.name.split('/')
    for (const { name, waitingFor } of asked.checks) tally?.checked(type, name, waitingFor === null)
    return tell(request, reply, asked)
  }
  const checks = (): Checks => [
    { name: 'log', waitingFor: null },
    { name: 'syncloop', waitingFor: board.stuck() },
  ]
  for (const name of ['healthz', 'livez']) {
    app.get(`/${name}`, (request, reply) => answer(request, reply, { name, checks: checks(), badCode: 500 }))
    for (const part of ['ping', 'log', 'syncloop']) {
      app.get(`/${name}/${part}`, (request, reply) => {
        const asked = checks().filter((check) => check.name === part)
        return answer(request, reply, { name: `${name}/${part}`, checks: asked, badCode: 500 })
      })
    }
  }
  app.get('/readyz', (request, reply) =>
    answer(request, reply, { name: 'readyz', checks: board.readiness().checks, badCode: 503 }),
  )
}

interface Asked {
  readonly name: string
  readonly checks: Checks
  readonly badCode: number
}

function tell(request: FastifyRequest, reply: FastifyReply, { name, checks, badCode }: Asked): FastifyReply {
  const isWell = checks.every(({ waitingFor }) => waitingFor === null)
  const isBrief = isWell && !isSet(request, 'verbose')
  return sendText(reply, isWell ? 200 : badCode, isBrief ? 'ok' : checksText(name, checks))
}
