/** podkeep's own: what happened, what is being waited for, and which manifests there were. */

import type { FastifyInstance } from 'fastify'

import { podKey, type PodHistory, type RecordedEvent } from '../pod/index.js'
import type { History, PodPlan, StatusBoard } from '../ports/index.js'
import { sendJson } from './answer.js'
import { isPodAsked, parameter, sinceOf } from './query.js'
import { namespaceOf, time, v1Event } from './v1-event.js'

export interface HistoryRoutesParts {
  readonly board: StatusBoard
  readonly history: History
  readonly nodeName: string
  readonly nowMs: () => number
}

export function addHistoryRoutes(app: FastifyInstance, { board, history, nodeName, nowMs }: HistoryRoutesParts): void {
  app.get('/events', (request, reply) => {
    const sinceMs = sinceOf(request, 'since', nowMs())
    const [pod, namespace] = [parameter(request, 'pod'), parameter(request, 'namespace')]
    const isAsked = ({ subject, lastAtMs }: RecordedEvent): boolean => {
      if (sinceMs !== null && lastAtMs < sinceMs) return false
      if (namespace !== null && namespaceOf(subject) !== namespace) return false
      if (pod === null) return true
      return subject.kind === 'Pod' && isPodAsked(pod, subject.key)
    }
    const items = history
      .events()
      .filter(isAsked)
      .map((event) => v1Event(event, nodeName))
    return sendJson(reply, { kind: 'EventList', apiVersion: 'v1', metadata: {}, items })
  })
  app.get('/plans', (request, reply) => {
    const pod = parameter(request, 'pod')
    const items = board.plans().filter(({ key }) => isPodAsked(pod, key))
    return sendJson(reply, { items: items.map(planItem) })
  })
  app.get('/revisions', async (request, reply) => {
    const pod = parameter(request, 'pod')
    const [namespace, name] = pod?.includes('/') === true ? pod.split('/', 2) : []
    const key = namespace === undefined || name === undefined ? null : podKey(namespace, name)
    const histories = await history.revisions(key)
    return sendJson(reply, { items: histories.filter((one) => isPodAsked(pod, one.pod)).map(historyItem) })
  })
}

function planItem({ key, desire, why, waits, underWay }: PodPlan): Record<string, unknown> {
  return {
    pod: key,
    desire,
    why,
    waits: waits.map(({ untilMs, ...wait }) => ({ ...wait, until: untilMs === null ? null : exactTime(untilMs) })),
    underWay: underWay.map(({ sinceMs, ...action }) => ({ ...action, since: exactTime(sinceMs) })),
  }
}

function historyItem({ pod, revisions }: PodHistory): Record<string, unknown> {
  return {
    pod,
    revisions: revisions.map(({ atMs, outcomeAtMs, ...revision }) => ({
      ...revision,
      time: time(atMs),
      outcomeTime: time(outcomeAtMs),
    })),
  }
}

/** With milliseconds: a back-off of half a second is one. */
function exactTime(atMs: number): string {
  return new Date(atMs).toISOString()
}
