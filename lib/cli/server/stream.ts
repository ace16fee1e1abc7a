/**
 * What changes, as podkeep's /stream tells it. A connection that ends is opened anew where it stopped, for as long as a restart of
 * podkeep may take.
 */

import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

import { CommandError } from '../command-error.js'
import type { ListedEvent } from '../events.js'
import { exitCode } from '../exit-code.js'
import type { ListedPod } from '../pod-summary.js'
import type { Flags } from '../run-options.js'
import type { Surroundings } from '../surroundings.js'
import { open } from './ask.js'

export type Change =
  /** All pods there are now, by namespace and name. */
  | { readonly kind: 'pods'; readonly pods: readonly ListedPod[] }
  /** Those that are new or were counted again. */
  | { readonly kind: 'events'; readonly events: readonly ListedEvent[] }
  /** As /manifests answers. */
  | { readonly kind: 'manifests'; readonly manifests: unknown }

/** podkeep sends a line of comment every 15 s. */
const quietMs = 45_000
const comeBackAfterMs = 1000
const patienceMs = 60_000

/** Without an end: it is left by `return`, or by the signal. @throws CommandError when podkeep is not, or no more, to be had */
export async function* follow(
  flags: Flags,
  surroundings: Surroundings,
  signal?: AbortSignal,
): AsyncGenerator<Change, void> {
  const pods = new Map<string, ListedPod>()
  let mark = ''
  let lostAtMs: number | null = null
  const isLeft = (): boolean => signal?.aborted === true
  while (!isLeft()) {
    let response: IncomingMessage
    try {
      response = await reached(mark, flags, surroundings)
    } catch (error) {
      if (lostAtMs === null || !isAway(error) || performance.now() - lostAtMs > patienceMs) throw error
      await sleep(comeBackAfterMs)
      continue
    }
    lostAtMs = null
    for await (const message of messagesOf(response, signal)) {
      mark = message.id ?? mark
      const change = changeOf(message, pods)
      if (change !== null) yield change
    }
    lostAtMs = performance.now()
    if (!isLeft()) await sleep(comeBackAfterMs)
  }
}

async function reached(mark: string, flags: Flags, surroundings: Surroundings): Promise<IncomingMessage> {
  const headers: Record<string, string> = mark === '' ? {} : { 'last-event-id': mark }
  return (await open('/stream', flags, surroundings, headers)).response
}

function isAway(error: unknown): boolean {
  return error instanceof CommandError && error.exitCode === exitCode.unavailable
}

interface Message {
  readonly event: string
  readonly data: string
  readonly id: string | null
}

/** Source: WHATWG HTML, server-sent events; podkeep writes each datum in one line. */
async function* messagesOf(response: IncomingMessage, signal?: AbortSignal): AsyncGenerator<Message> {
  const end = (): void => void response.destroy()
  signal?.addEventListener('abort', end)
  response.setTimeout(quietMs, end)
  response.setEncoding('utf8')
  let rest = ''
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      const blocks = `${rest}${chunk}`.split('\n\n')
      rest = blocks.pop() ?? ''
      yield* blocks.flatMap(messageOf)
    }
  } catch (error) {
    // It broke off; what that means is decided by whether podkeep can be asked again.
    if (!(error instanceof Error)) throw error
  } finally {
    signal?.removeEventListener('abort', end)
    response.destroy()
  }
}

function messageOf(block: string): Message[] {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const
    }),
  )
  const [event, data] = [fields.get('event'), fields.get('data')]
  return event === undefined || data === undefined ? [] : [{ event, data, id: fields.get('id') ?? null }]
}

interface PodsNews {
  readonly isWhole: boolean
  readonly items: readonly ListedPod[]
  readonly removed: readonly string[]
}

function changeOf({ event, data }: Message, pods: Map<string, ListedPod>): Change | null {
  switch (event) {
    case 'pods': {
      const news = JSON.parse(data) as PodsNews
      if (news.isWhole) pods.clear()
      for (const key of news.removed) pods.delete(key)
      for (const pod of news.items) pods.set(`${pod.metadata.namespace}/${pod.metadata.name}`, pod)
      const sorted = [...pods].sort(([a], [b]) => (a < b ? -1 : 1))
      return { kind: 'pods', pods: sorted.map(([, pod]) => pod) }
    }
    case 'events':
      return { kind: 'events', events: (JSON.parse(data) as { readonly items: readonly ListedEvent[] }).items }
    case 'manifests':
      return { kind: 'manifests', manifests: JSON.parse(data) as unknown }
    default:
      return null
  }
}
