/** Counts what is asked for, and what is refused, for the kubelet's metrics of its own server. Source: kubelet pkg/kubelet/server/server.go. */

import type { FastifyInstance, FastifyRequest } from 'fastify'

import type { Tally } from './tally.js'

const longPaths = new Set(['stream', 'containerLogs'])
/** The parser knows dozens; what nobody has a use for here is all one. */
const usualMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const other = 'other'

/** Before anything is refused. */
export function countRequests(app: FastifyInstance, tally: Tally): void {
  app.addHook('onRequest', async (request, reply) => {
    const beganMs = performance.now()
    const path = pathOf(request)
    const end = tally.asked({
      method: usualMethods.has(request.method) ? request.method : other,
      path,
      server_type: 'readonly',
      long_running: String(longPaths.has(path)),
    })
    // Also when the client leaves before.
    reply.raw.once('close', () => end(performance.now() - beganMs))
  })
}

/** What never came to be a request: headers too long, a path that is none, no HTTP at all. */
export function countUnreadable(tally: Tally): void {
  tally.asked({ method: other, path: other, server_type: 'readonly', long_running: 'false' })(0)
}

/** Of the route, not of the request: what clients make up is all one. */
function pathOf({ routeOptions, is404 }: FastifyRequest): string {
  if (is404) return other
  const [first = '', second] = (routeOptions.url ?? '').split('/').filter((part) => part !== '')
  return first === 'metrics' && second !== undefined ? `${first}/${second}` : first
}
