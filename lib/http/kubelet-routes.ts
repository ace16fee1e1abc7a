/**
 * The kubelet's paths about the machine and what runs on it. What makes the answers is loaded when it is first asked for.
 * Source: kubelet pkg/kubelet/server/server.go.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import type { ContainerReader, MachineReader, StatusBoard } from '../ports/index.js'
import { sendFailure, sendJson } from './answer.js'
import type { NodeParts } from './node-object.js'
import { runningPods } from './running-pods.js'
import { isSet } from './query.js'
import type { Tally } from './tally.js'
import type { Usage } from './usage.js'

export interface KubeletRoutesParts {
  readonly board: StatusBoard
  readonly machine: MachineReader
  readonly reader: ContainerReader
  readonly tally: Tally
  readonly version: string
  readonly nodeName: string
  readonly nodeLabels: Readonly<Record<string, string>>
  readonly hostIP: string
  /** What podkeep was told: by the name of the program whose words it is in. */
  readonly config: Readonly<Record<string, unknown>>
}

/** What the kubelet's read-only port has only to refuse it. Logs are read here: nobody needs more than the engine for the others. */
const disabledPaths = ['/exec/*', '/attach/*', '/run/*', '/portForward/*', '/logs', '/logs/*', '/debug/*'] as const

function insteadOf(path: (typeof disabledPaths)[number]): string {
  if (path === '/portForward/*') return ' There is podkeep port-forward.'
  return path === '/exec/*' || path === '/run/*' ? ' There is podkeep exec.' : ''
}

export function addKubeletRoutes(app: FastifyInstance, parts: KubeletRoutesParts): void {
  const { board, machine, tally, version, nodeName } = parts
  let usage: Promise<Usage> | null = null
  const sample = async () => {
    usage ??= import('./usage.js').then(({ Usage }) => new Usage(board, machine, parts.reader))
    return (await usage).sample()
  }
  app.get('/runningpods', (_request, reply) => sendJson(reply, runningPods(board.pods())))
  app.get('/configz', (_request, reply) => sendJson(reply, parts.config))
  const summaryOf = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const isBrief = isSet(request, 'only_cpu_and_memory')
    const { summary } = await import('./summary.js')
    return sendJson(reply, summary(await sample(), nodeName, isBrief))
  }
  app.get('/stats/summary', summaryOf)
  // What old clients send with it asks for nothing any more.
  app.post('/stats/summary', { config: { isOpen: true } }, summaryOf)
  for (const path of disabledPaths) {
    app.all(path, { config: { isOpen: true } }, (_request, reply) =>
      sendFailure(
        reply.header('allow', ''),
        405,
        'MethodNotAllowed',
        `Debug endpoints are disabled.${insteadOf(path)}`,
      ),
    )
  }
  const nodeParts = async (): Promise<NodeParts> => ({
    nodeName,
    nodeLabels: parts.nodeLabels,
    version,
    hostIP: parts.hostIP,
    runtimeVersion: board.engineVersion(),
    facts: machine.facts(),
    use: (await sample()).machine,
    readiness: board.readiness(),
  })
  app.get('/node', async (_request, reply) => {
    const { nodeObject } = await import('./node-object.js')
    return sendJson(reply, nodeObject(await nodeParts()))
  })
  app.get('/spec', async (_request, reply) => {
    const { machineInfo } = await import('./node-object.js')
    return sendJson(reply, machineInfo(await nodeParts()))
  })
  app.get('/metrics', async (_request, reply) => {
    const { ownMetrics } = await import('./metrics.js')
    return sendMetrics(reply, await ownMetrics({ board, tally, version, nodeName }, await sample()))
  })
  app.get('/metrics/resource', async (_request, reply) => {
    const { resourceMetrics } = await import('./metrics.js')
    return sendMetrics(reply, await resourceMetrics(await sample()))
  })
  app.get('/metrics/cadvisor', async (_request, reply) => {
    const { cadvisorMetrics } = await import('./cadvisor-metrics.js')
    return sendMetrics(reply, await cadvisorMetrics(await sample(), machine.facts().cpus))
  })
  app.get('/metrics/slis', async (_request, reply) => {
    const { sliMetrics } = await import('./metrics.js')
    return sendMetrics(reply, await sliMetrics(tally))
  })
  app.get('/metrics/probes', async (_request, reply) => {
    const { probeMetrics } = await import('./metrics.js')
    return sendMetrics(reply, await probeMetrics(tally))
  })
}

function sendMetrics(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text)
}
