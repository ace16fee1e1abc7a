/** `podkeep events` and `podkeep get events`. */

import { setTimeout as sleep } from 'node:timers/promises'

import { askEvents, eventRow, eventTitles, type ListedEvent } from './events.js'
import { exitCode } from './exit-code.js'
import { textOption } from './options.js'
import { objectText, type Format } from './output/format.js'
import { parsePodReference } from './pods/pod-reference.js'
import type { Flags } from './run-options.js'
import { renderTable } from './table.js'
import type { Session } from './verb.js'

const pauseMs = 1000

/** @param podText only of this pod; null: all */
export async function showEvents(
  podText: string | null,
  flags: Flags & { readonly output: Format },
  { surroundings, terminal }: Session,
): Promise<number> {
  const shown = new Set<string>()
  let headers = flags['headers'] !== false
  for (let isFirst = true; ; isFirst = false) {
    const list = await askEvents('', flags, surroundings)
    const items = list.items.filter((event) => isAsked(event, podText, flags))
    const fresh = items.filter((event) => !shown.has(gist(event)))
    for (const event of fresh) shown.add(gist(event))
    const names = fresh.map(({ metadata }) => `event/${metadata.name}`)
    const text = objectText(flags.output, { ...list, items: fresh }, names)
    if (text !== null && (isFirst || fresh.length > 0)) terminal.out(text)
    else if (fresh.length > 0) {
      const rows = fresh.map((event) => eventRow(event, Date.now()))
      terminal.out(renderTable(headers ? eventTitles : null, rows, terminal.paint))
      headers = false
    } else if (isFirst && text === null) terminal.note('No events found.\n')
    if (flags['watch'] !== true) return exitCode.ok
    await sleep(pauseMs)
  }
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
