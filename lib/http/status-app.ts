/**
 * The status endpoint's paths. They only read.
 *
 * H1  A request whose Host or Origin header names another machine is refused: a web page that had its own name resolved to this
 *     machine (DNS rebinding) must not read what runs here. No header invites other origins.
 * H2  Nothing is changed by any request; other methods than GET and HEAD are refused, but where the kubelet takes them. A body is not read.
 * H3  Errors have the shape of Kubernetes' Status, so that its clients can show them.
 * H4  What only one path needs is loaded when it is asked for.
 */

import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { fastify, type FastifyInstance, type FastifyServerOptions } from 'fastify'

import { BrokenInvariant } from '../pod/index.js'
import type { ContainerReader, History, Logger, MachineReader, StatusBoard } from '../ports/index.js'
import { sendFailure, sendJson } from './answer.js'
import type { BearerTokens } from './bearer-token.js'
import { boundPipelines } from './bound-pipelines.js'
import { ChangeFeed } from './change-feed.js'
import { countRequests, countUnreadable } from './count-requests.js'
import { addHealthRoutes } from './health-routes.js'
import { addHistoryRoutes } from './history-routes.js'
import { paths } from './index-text.js'
import { addKubeletRoutes } from './kubelet-routes.js'
import { addLogRoute } from './log-route.js'
import { addPageRoutes } from './page-routes.js'
import { podList } from './pod-list.js'
import { refuseConnection } from './refuse-connection.js'
import { Refusal } from './refusal.js'
import { addStreamRoute, type StreamPace } from './stream-route.js'
import type { Tally } from './tally.js'
import type { TlsContext } from './tls.js'

/** More at a time are turned away. */
const mostConnections = 256

export interface StatusAppOptions extends Guard {
  readonly board: StatusBoard
  readonly history: History
  readonly version: string
  readonly nodeName: string
  readonly nodeLabels: Readonly<Record<string, string>>
  readonly reader: ContainerReader
  readonly machine: MachineReader
  readonly tally: Tally
  readonly hostIP: string
  /** What podkeep was told, by the name of the program whose words it is in: for /configz. */
  readonly config: Readonly<Record<string, unknown>>
  /** Of streams and logs; left out: the usual. */
  readonly pace?: StreamPace
}

export function statusApp(options: StatusAppOptions): FastifyInstance {
  const { board, history, nodeName, version } = options
  const known = paths.map(({ path }) => path)
  const app = guardedApp(options, known, options.tally)
  addHealthRoutes(app, board, options.tally)
  addHistoryRoutes(app, { board, history, nodeName, nowMs: Date.now })
  const feed = new ChangeFeed(board, history)
  addStreamRoute(app, { board, feed, nodeName, ...(options.pace !== undefined && { pace: options.pace }) })
  app.addHook('onClose', async () => feed.close())
  addKubeletRoutes(app, options)
  const patience = options.pace === undefined ? {} : { patienceMs: options.pace.patienceMs }
  addLogRoute(app, { board, reader: options.reader, nowMs: Date.now, ...patience })
  addPageRoutes(app, { nodeName, version })
  app.get('/pods', (_request, reply) => reply.type('application/json').send(podList(board.pods(), nodeName)))
  app.get('/manifests', (_request, reply) => sendJson(reply, board.manifests()))
  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json').send(await readFile(new URL('./openapi.json', import.meta.url), 'utf8')),
  )
  return app
}

export interface Guard {
  readonly logger: Logger
  /** Decides over the Host header. */
  readonly isOurHost: (host: string) => boolean
  /** null: whoever reaches it may ask. */
  readonly tokens: BearerTokens | null
  /** null: plain HTTP. */
  readonly tls: TlsContext | null
}

/**
 * Without a path yet: what holds for all of them.
 * @param known the paths that whoever asks for another is told of
 * @param tally counts what is asked, also what is refused; null: nobody does
 */
export function guardedApp(options: Guard, known: readonly string[], tally: Tally | null): FastifyInstance {
  const { tls } = options
  const app = fastify({
    ...(tls !== null && { https: tls.options }),
    logger: false,
    forceCloseConnections: true,
    return503OnClosing: false,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    connectionTimeout: 60_000,
    bodyLimit: 1024,
    // The kubelet answers /pods/ as well as /pods.
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: (error: Error, socket: Socket) => {
      if (refuseConnection(error, socket) && tally !== null) countUnreadable(tally)
    },
    schemaController: { compilersFactory: { buildValidator: noSchema, buildSerializer: noSchema } },
    frameworkErrors: (error, _request, reply) => {
      if (tally !== null) countUnreadable(tally)
      void sendFailure(reply, 400, 'BadRequest', error.message)
    },
  } as FastifyServerOptions) as unknown as FastifyInstance
  app.server.maxConnections = mostConnections
  tls?.follow(app.server)
  boundPipelines(app)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request: unknown, body: Readable, done: (error: null) => void) => {
    body.resume()
    done(null)
  })
  if (tally !== null) countRequests(app, tally)
  guard(app, options)
  app.setNotFoundHandler((request, reply) =>
    sendFailure(reply, 404, 'NotFound', `there is no ${request.url.slice(0, 200)}: there are ${known.join(', ')}`),
  )
  return app
}

/** No route has a schema, and answers are sent as text: so ajv and fast-json-stringify, 3 MB, need not be loaded. */
function noSchema(): never {
  throw new BrokenInvariant('no route of the status endpoint has a schema')
}

function guard(app: FastifyInstance, options: Guard): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
    const { host, origin } = request.headers
    const hint = 'use localhost, 127.0.0.1 or the address podkeep listens on'
    if (host !== undefined && !options.isOurHost(host)) {
      const message = `the Host header ${JSON.stringify(host)} does not name this machine: ${hint}`
      return sendFailure(reply, 403, 'Forbidden', message)
    }
    if (origin !== undefined && !isOurOrigin(origin, options)) {
      const message = `the Origin header ${JSON.stringify(origin)} does not name this machine: other sites' pages may not read this`
      return sendFailure(reply, 403, 'Forbidden', message)
    }
    if (options.tokens?.allows(request.headers.authorization) === false) {
      reply.header('www-authenticate', 'Bearer realm="podkeep"')
      return sendFailure(reply, 401, 'Unauthorized', 'send a token of --token-file: Authorization: Bearer ...')
    }
    const { isOpen = false } = request.routeOptions.config as { readonly isOpen?: boolean }
    if (request.method !== 'GET' && request.method !== 'HEAD' && !isOpen) {
      reply.header('allow', 'GET, HEAD')
      const message = `${request.method} is not allowed: podkeep is changed through its manifests only`
      return sendFailure(reply, 405, 'MethodNotAllowed', message)
    }
  })
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Refusal) return sendFailure(reply, error.code, error.reason, error.message)
    options.logger.error({ err: error, path: request.url }, 'status request failed')
    return sendFailure(reply, 500, 'InternalError', 'podkeep failed to answer; its log tells more')
  })
}

/** `null` is what a sandboxed page or a local file sends: it may be anybody's. */
function isOurOrigin(origin: string, { isOurHost }: Guard): boolean {
  const host = /^https?:\/\/(.+)$/.exec(origin.toLowerCase())?.[1]
  return host !== undefined && isOurHost(host)
}
