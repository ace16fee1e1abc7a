/** What happened, as podkeep tells it in Kubernetes' shape. */

import { CommandError } from './command-error.js'
import { humanDuration } from './duration.js'
import { exitCode } from './exit-code.js'
import type { ListedPod } from './pod-summary.js'
import type { Flags } from './run-options.js'
import { ask } from './server/ask.js'
import type { Surroundings } from './surroundings.js'
import { cell, renderTable, type Cell } from './table.js'
import { plain } from './terminal.js'

export interface ListedEvent {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid?: string }
  readonly involvedObject: {
    readonly kind: string
    readonly name: string
    readonly namespace?: string
    readonly fieldPath?: string
  }
  readonly reason: string
  readonly message: string
  readonly type: string
  readonly count: number
  readonly firstTimestamp: string
  readonly lastTimestamp: string
}

export interface EventList {
  readonly kind: 'EventList'
  readonly items: readonly ListedEvent[]
}

export async function askEvents(query: string, flags: Flags, surroundings: Surroundings): Promise<EventList> {
  const answer = await ask(`/events${query}`, flags, surroundings)
  if (typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'EventList') {
    return answer as EventList
  }
  throw new CommandError(exitCode.problem, 'what answers is not podkeep: no EventList came back')
}

/** null: an older podkeep runs, which keeps none. */
export async function podEvents(
  { metadata }: ListedPod,
  flags: Flags,
  surroundings: Surroundings,
): Promise<readonly ListedEvent[] | null> {
  try {
    const query = `?pod=${encodeURIComponent(`${metadata.namespace}/${metadata.name}`)}`
    return (await askEvents(query, flags, surroundings)).items
  } catch (error) {
    if (error instanceof CommandError) return null
    throw error
  }
}

/** In columns, for where it is clear whose they are. */
export function eventLines(events: readonly ListedEvent[], nowMs: number): string[] {
  const rows = events.map((event) => {
    const { type, reason, message } = event
    return [age(event, nowMs), type, reason, `${withContainer(event)}${message}`].map((text) => cell(text))
  })
  return rows.length === 0 ? [] : renderTable(null, rows, plain).trimEnd().split('\n')
}

export const eventTitles = ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE']

export function eventRow(event: ListedEvent, nowMs: number): Cell[] {
  const { type, reason, message, involvedObject } = event
  return [
    cell(age(event, nowMs)),
    cell(type, type === 'Normal' ? 'green' : 'yellow'),
    cell(reason),
    cell(`${involvedObject.kind.toLowerCase()}/${involvedObject.name}`),
    cell(`${withContainer(event)}${message}`),
  ]
}

function age({ count, firstTimestamp, lastTimestamp }: ListedEvent, nowMs: number): string {
  const last = humanDuration(nowMs - Date.parse(lastTimestamp))
  return count === 1 ? last : `${last} (x${count} over ${humanDuration(nowMs - Date.parse(firstTimestamp))})`
}

/** `spec.containers{app}` is where Kubernetes puts the container's name. */
function withContainer({ involvedObject }: ListedEvent): string {
  const name = /\{(?<name>[^}]+)\}/.exec(involvedObject.fieldPath ?? '')?.groups?.['name']
  return name === undefined ? '' : `${name}: `
}
