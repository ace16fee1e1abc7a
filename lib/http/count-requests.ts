/** Counts what is asked for, for the kubelet's metrics of its own server; those that are refused at the door are not among them. Source: kubelet pkg/kubelet/server/server.go. */

import type { FastifyInstance, FastifyRequest } from 'fastify'

import type { Tally } from './tally.js'

const longPaths = new Set(['stream', 'containerLogs'])

export function countRequests(app: FastifyInstance, tally: Tally): void {
  app.addHook('onRequest', async (request, reply) => {
    const beganMs = performance.now()
    const path = pathOf(request)
    const end = tally.asked({
      method: request.method,
      path,
      server_type: 'readonly',
      long_running: String(longPaths.has(path)),
    })
    // Also when the client leaves before.
    reply.raw.once('close', () => end(performance.now() - beganMs))
  })
}

/** Of the route, not of the request: what clients make up is all one. */
function pathOf({ routeOptions, is404 }: FastifyRequest): string {
  if (is404) return 'other'
  const [first = '', second] = (routeOptions.url ?? '').split('/').filter((part) => part !== '')
  return first === 'metrics' && second !== undefined ? `${first}/${second}` : first
}
