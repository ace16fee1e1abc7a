/** `podkeep get pods`: what kubectl would show. */

import { exitCode, type ExitCode } from '../exit-code.js'
import { objectText, type Format } from '../output/format.js'
import type { PodList } from '../pods/listed-pods.js'
import { selected, theOnly, type PodReference, type PodSelection } from '../pods/pod-reference.js'
import { summarize, type ListedPod, type PodSummary } from '../pod-summary.js'
import { printable } from '../printable.js'
import { cell, tableRenderer, type Cell, type TableRenderer } from '../table.js'
import type { Terminal } from '../terminal.js'

export interface PodQuery extends PodSelection {
  /** Empty: all. */
  readonly references: readonly PodReference[]
  readonly format: Format
  readonly showLabels: boolean
  readonly headers: boolean
}

export function showPods(list: PodList, query: PodQuery, nowMs: number, terminal: Terminal): ExitCode {
  const items = asked(list, query)
  const value = podObject(items, query.references.length === 1)
  const text = objectText(query.format, value, items.map(nameOf))
  if (text !== null) terminal.out(text)
  else if (items.length === 0) {
    const where = query.namespace === null ? '' : ` in namespace ${query.namespace}`
    const hint = 'put a manifest into the manifests directory, or see "podkeep get manifests"'
    terminal.note(`No pods found${where}${query.selector === null ? `: ${hint}` : ' with these labels'}.\n`)
  } else {
    terminal.out(podTable(items, query, nowMs, tableRenderer(terminal.paint)))
    noteHeld(items, terminal)
    noteMaking(items, terminal)
  }
  return exitCode.ok
}

export function asked(list: PodList, { references, ...selection }: PodQuery): ListedPod[] {
  if (references.length === 0) return selected(list.items, selection)
  return references.map((reference) => theOnly(list.items, reference))
}

/** For programs, as kubectl: the one that was named, or a list. */
export function podObject(items: readonly ListedPod[], isNamed: boolean): object {
  const [first] = items
  if (isNamed && first !== undefined) return { apiVersion: 'v1', kind: 'Pod', ...first }
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items }
}

export function nameOf({ metadata }: ListedPod): string {
  return `pod/${metadata.name}`
}

export function podTable(
  pods: readonly ListedPod[],
  query: Pick<PodQuery, 'format' | 'showLabels' | 'headers'>,
  nowMs: number,
  render: TableRenderer,
): string {
  const isWide = query.format.kind === 'wide'
  const titles = ['NAMESPACE', 'NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE']
  const more = [...(isWide ? ['IP', 'NODE', 'FILE'] : []), ...(query.showLabels ? ['LABELS'] : [])]
  const rows = pods.map((pod) => podRow(pod, summarize(pod, factsOf(pod), nowMs), isWide, query.showLabels))
  return render(query.headers ? [...titles, ...more] : null, rows)
}

function podRow(pod: ListedPod, summary: PodSummary, isWide: boolean, showLabels: boolean): Cell[] {
  const labels = Object.entries(pod.metadata.labels ?? {}).map(([name, value]) => `${name}=${value}`)
  return [
    cell(summary.namespace),
    cell(summary.name),
    cell(summary.ready),
    cell(summary.status, summary.isWell ? 'green' : 'yellow'),
    cell(summary.restarts),
    cell(summary.age),
    ...(isWide ? [cell(summary.ip), cell(summary.node), cell(summary.file)] : []),
    ...(showLabels ? [cell(labels.length === 0 ? '<none>' : labels.join(','))] : []),
  ]
}

function noteHeld(items: readonly ListedPod[], terminal: Terminal): void {
  const heldCount = items.filter((pod) => factsOf(pod).desire === 'hold').length
  if (heldCount === 0 || !terminal.isInteractive) return
  const pods = heldCount === 1 ? '1 pod is' : `${heldCount} pods are`
  terminal.note(`\n${pods} kept as before because the manifest is broken: "podkeep get manifests" says where.\n`)
}

const mostNotes = 10

/** What is being made is worth a look at how far it has come: a large image takes minutes. */
function noteMaking(items: readonly ListedPod[], terminal: Terminal): void {
  if (!terminal.isInteractive) return
  const lines = items.flatMap(({ metadata, status }) =>
    [...(status.initContainerStatuses ?? []), ...status.containerStatuses].flatMap(({ name, state: { waiting } }) => {
      if (waiting?.message === undefined || !beingMade.has(waiting.reason)) return []
      return [`${metadata.namespace}/${metadata.name}: ${name}: ${printable(waiting.message)}`]
    }),
  )
  if (lines.length === 0) return
  const more = lines.length > mostNotes ? [`... and ${lines.length - mostNotes} more`] : []
  terminal.note(`\n${[...lines.slice(0, mostNotes), ...more].join('\n')}\n`)
}

const beingMade = new Set(['ContainerCreating', 'PodInitializing'])

export function factsOf({ metadata }: ListedPod): { desire: string; file: string } {
  return {
    desire: metadata.annotations?.['io.podkeep.desire'] ?? 'run',
    file: metadata.annotations?.['io.podkeep.manifest'] ?? '',
  }
}
