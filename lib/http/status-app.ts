/**
 * The status endpoint's paths. They only read.
 *
 * H1  A request whose Host header names another machine is refused: a web page that had its own name resolved to this machine
 *     (DNS rebinding) must not read what runs here. No header invites other origins.
 * H2  Nothing is changed by any request; other methods than GET and HEAD are refused.
 * H3  Errors have the shape of Kubernetes' Status, so that its clients can show them.
 */

import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

import { BrokenInvariant } from '../pod/index.js'
import type { Logger, StatusBoard } from '../ports/index.js'
import { indexText, paths } from './index-text.js'
import { podList } from './pod-list.js'
import { refuseConnection } from './refuse-connection.js'
import { failure, type FailureReason } from './status-object.js'
import { checksText } from './checks-text.js'

export interface StatusAppOptions {
  readonly board: StatusBoard
  readonly version: string
  readonly nodeName: string
  readonly logger: Logger
  /** Decides over the Host header. */
  readonly isOurHost: (host: string) => boolean
}

export function statusApp(options: StatusAppOptions): FastifyInstance {
  const { board, nodeName, version } = options
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    return503OnClosing: false,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    bodyLimit: 1024,
    // The kubelet answers /pods/ as well as /pods.
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: refuseConnection,
    schemaController: { compilersFactory: { buildValidator: noSchema, buildSerializer: noSchema } },
    frameworkErrors: (error, _request, reply) => {
      void fail(reply, 400, 'BadRequest', error.message)
    },
  })
  guard(app, options)
  app.get('/', (_request, reply) => text(reply, 200, indexText(nodeName, version)))
  for (const path of ['/healthz', '/livez']) {
    app.get(path, (request, reply) => text(reply, 200, isVerbose(request) ? checksText(path.slice(1), []) : 'ok'))
  }
  app.get('/readyz', (request, reply) => {
    const { ready, checks } = board.readiness()
    return text(reply, ready ? 200 : 503, ready && !isVerbose(request) ? 'ok' : checksText('readyz', checks))
  })
  app.get('/pods', (_request, reply) => reply.type('application/json').send(podList(board.pods(), nodeName)))
  app.get('/manifests', (_request, reply) => reply.type('application/json').send(JSON.stringify(board.manifests())))
  return app
}

/** No route has a schema, and answers are sent as text: so ajv and fast-json-stringify, 3 MB, need not be loaded. */
function noSchema(): never {
  throw new BrokenInvariant('no route of the status endpoint has a schema')
}

function guard(app: FastifyInstance, options: StatusAppOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
    const { host } = request.headers
    if (host !== undefined && !options.isOurHost(host)) {
      const hint = 'use localhost, 127.0.0.1 or the address podkeep listens on'
      return fail(
        reply,
        403,
        'Forbidden',
        `the Host header ${JSON.stringify(host)} does not name this machine: ${hint}`,
      )
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply.header('allow', 'GET, HEAD')
      const message = `${request.method} is not allowed: podkeep is changed through its manifests only`
      return fail(reply, 405, 'MethodNotAllowed', message)
    }
  })
  app.setNotFoundHandler((request, reply) => {
    const known = paths.map(({ path }) => path).join(', ')
    return fail(reply, 404, 'NotFound', `there is no ${request.url.slice(0, 200)}: there are ${known}`)
  })
  app.setErrorHandler((error, request, reply) => {
    options.logger.error({ err: error, path: request.url }, 'status request failed')
    return fail(reply, 500, 'InternalError', 'podkeep failed to answer; its log tells more')
  })
}

function isVerbose(request: FastifyRequest): boolean {
  return typeof request.query === 'object' && request.query !== null && 'verbose' in request.query
}

function text(reply: FastifyReply, code: number, body: string): FastifyReply {
  return reply.code(code).type('text/plain; charset=utf-8').send(body)
}

function fail(reply: FastifyReply, code: number, reason: FailureReason, message: string): FastifyReply {
  return reply
    .code(code)
    .type('application/json')
    .send(JSON.stringify(failure(code, reason, message)))
}
