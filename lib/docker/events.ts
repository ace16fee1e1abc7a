/**
 * The engine's events of this node's containers. A quiet stream costs one small call now and then, which notices an engine that
 * hangs or a machine that vanished, at the latest `eventsQuietMs + readMs` after the last event; a stream that merely ends is
 * noticed by itself.
 */

import type { Readable } from 'node:stream'

import { containerId, decodeLabels, nodeLabel, PodkeepError } from '../pod/index.js'
import type { Logger, RuntimeEvent } from '../ports/index.js'
import type { Dockerode } from './dockerode.js'
import type { Engine } from './engine.js'
import { jsonLines } from './lines.js'

/** What changes facts that podkeep plans by. `died` and `remove` are Podman's words for die and destroy, in a filter at least. */
const actions = ['start', 'die', 'died', 'update', 'pause', 'unpause', 'destroy', 'remove']
const gone = new Set(['destroy', 'remove'])

interface EventLine {
  readonly Action?: string
  readonly status?: string
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> }
}

export async function* engineEvents(
  engine: Engine,
  node: string,
  logger: Logger,
  signal: AbortSignal,
  onOpen: () => void,
): AsyncGenerator<RuntimeEvent> {
  const stream = await open(engine, node, logger, signal)
  if (stream === null) return
  const watch = watchOver(engine, stream)
  try {
    onOpen()
    for await (const line of jsonLines(stream, null)) {
      watch.heard()
      const event = eventOf(line as EventLine, node)
      if (event !== null) yield event
    }
  } catch (err) {
    if (signal.aborted) return
    if (err instanceof PodkeepError) throw err
    // The end of the stream is what the caller waits for; connect() then tells what is wrong with the engine.
    logger.debug({ err }, 'event stream was interrupted')
  } finally {
    watch.stop()
    stream.destroy()
  }
}

async function open(engine: Engine, node: string, logger: Logger, signal: AbortSignal): Promise<Readable | null> {
  const filters = JSON.stringify({ type: ['container'], label: [`${nodeLabel}=${node}`], event: actions })
  if (signal.aborted) return null
  // Docker sends its headers before it subscribes: `since` closes the gap.
  const since = (Date.now() / 1000).toFixed(3)
  try {
    // The published types know neither the signal nor a fraction of a second.
    const options = { filters, since, abortSignal: signal } as object as Dockerode.GetEventsOptions
    const stream = await engine.call('look', 'follow the engine’s events', (docker) => docker.getEvents(options))
    return stream as unknown as Readable
  } catch (err) {
    logger.debug({ err }, 'event stream did not open')
    return null
  }
}

/** Ends the stream, with the reason, when the engine, after a quiet while, does not answer a ping either. */
function watchOver(engine: Engine, stream: Readable): { heard: () => void; stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const heard = (): void => {
    clearTimeout(timer)
    if (!isOver) timer = setTimeout(ask, engine.deadlines.eventsQuietMs)
  }
  const ask = (): void => {
    engine
      .call('look', 'ask whether the engine is alive', (docker) => docker.ping())
      // Of engine.call, hence an Error.
      .then(heard, (error: unknown) => stream.destroy(error as Error))
  }
  const stop = (): void => {
    isOver = true
    clearTimeout(timer)
  }
  heard()
  return { heard, stop }
}

function eventOf(line: EventLine, node: string): RuntimeEvent | null {
  const attributes = line.Actor?.Attributes ?? {}
  const what = line.Action ?? line.status
  const id = line.Actor?.ID
  if (what === undefined || id === undefined || attributes[nodeLabel] !== node) return null
  const identity = decodeLabels(attributes)
  if (identity === null) return null
  return gone.has(what)
    ? { kind: 'removed', id: containerId(id), identity }
    : { kind: 'changed', id: containerId(id), identity, what }
}
