/** `podkeep events` and `podkeep get events`. */

import { askEvents, eventRow, eventTitles, type ListedEvent } from './events.js'
import { exitCode } from './exit-code.js'
import { textOption } from './options.js'
import { objectText, type Format } from './output/format.js'
import { parsePodReference } from './pods/pod-reference.js'
import type { Flags } from './run-options.js'
import { follow } from './server/stream.js'
import { tableRenderer, type TableRenderer } from './table.js'
import type { Terminal } from './terminal.js'
import type { Session } from './verb.js'

type EventFlags = Flags & { readonly output: Format }

/** @param podText only of this pod; null: all */
export async function showEvents(
  podText: string | null,
  flags: EventFlags,
  { surroundings, terminal }: Session,
): Promise<number> {
  const headers = flags['headers'] !== false
  const render = tableRenderer(terminal.paint)
  const show = (events: readonly ListedEvent[], hasHeaders: boolean): boolean =>
    showSome(
      events.filter((event) => isAsked(event, podText, flags)),
      { format: flags.output, headers: hasHeaders, render },
      terminal,
    )
  if (flags['watch'] !== true) {
    const { items } = await askEvents('', flags, surroundings)
    const isTable = ['table', 'wide'].includes(flags.output.kind)
    if (!show(items, headers) && isTable) terminal.note('No events found.\n')
    return exitCode.ok
  }
  const shown = new Set<string>()
  let hasShown = false
  for await (const change of follow(flags, surroundings, terminal.gone)) {
    if (change.kind !== 'events') continue
    // podkeep's restart tells all of them again.
    const fresh = change.events.filter((event) => !shown.has(gist(event)))
    for (const event of fresh) shown.add(gist(event))
    if (fresh.length > 0) hasShown = show(fresh, headers && !hasShown) || hasShown
  }
  return exitCode.ok
}

interface Layout {
  readonly format: Format
  readonly headers: boolean
  readonly render: TableRenderer
}

/** @returns whether there was anything */
function showSome(events: readonly ListedEvent[], { format, headers, render }: Layout, terminal: Terminal): boolean {
  const list = { kind: 'EventList', apiVersion: 'v1', metadata: {}, items: events }
  const text = objectText(
    format,
    list,
    events.map(({ metadata }) => `event/${metadata.name}`),
  )
  if (text !== null) terminal.out(text)
  else if (events.length > 0) {
    const rows = events.map((event) => eventRow(event, Date.now()))
    terminal.out(render(headers ? eventTitles : null, rows))
  }
  return events.length > 0
}

function isAsked({ involvedObject, type }: ListedEvent, podText: string | null, flags: Flags): boolean {
  const namespace = textOption(flags, 'namespace')
  const types = textOption(flags, 'types')?.toLowerCase().split(',')
  if (types !== undefined && !types.includes(type.toLowerCase())) return false
  if (namespace !== null && involvedObject.namespace !== namespace) return false
  if (podText === null) return true
  const reference = parsePodReference(podText, namespace)
  const isInNamespace = reference.namespace === null || involvedObject.namespace === reference.namespace
  return involvedObject.kind === 'Pod' && involvedObject.name === reference.name && isInNamespace
}

function gist({ metadata, count, lastTimestamp }: ListedEvent): string {
  return JSON.stringify([metadata.uid ?? metadata.name, count, lastTimestamp])
}
