/** `podkeep get pods`: what kubectl would show. */

import { CommandError, usageError } from './command-error.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { summarize, type ListedPod, type PodSummary } from './pod-summary.js'
import { printable } from './printable.js'
import { cell, renderTable, type Cell } from './table.js'
import type { Terminal } from './terminal.js'

export interface PodQuery {
  /** `name` or `namespace/name`; null: all. */
  readonly name: string | null
  /** null: all. */
  readonly namespace: string | null
  readonly output: 'table' | 'wide' | 'json'
}

interface PodList {
  readonly kind: 'PodList'
  readonly items: readonly ListedPod[]
}

export function showPods(answer: unknown, query: PodQuery, nowMs: number, terminal: Terminal): ExitCode {
  const list = podList(answer)
  const items = list.items.filter((pod) => isAsked(pod, query))
  if (query.name !== null && items.length === 0) throw notFound(query.name)
  if (query.output === 'json') {
    terminal.out(`${JSON.stringify(query.name === null ? { ...list, items } : theOnly(items, query.name), null, 2)}\n`)
  } else if (items.length === 0) {
    terminal.note('No pods found: put a manifest into the manifests directory, or see "podkeep get manifests".\n')
  } else {
    const rows = items.map((pod) => summarize(pod, factsOf(pod), nowMs))
    terminal.out(podTable(rows, query.output === 'wide', terminal))
    noteHeld(items, terminal)
    noteMaking(items, terminal)
  }
  return exitCode.ok
}

function podTable(rows: readonly PodSummary[], isWide: boolean, terminal: Terminal): string {
  const titles = ['NAMESPACE', 'NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE', ...(isWide ? ['IP', 'NODE', 'FILE'] : [])]
  const cells = rows.map((pod): Cell[] => [
    cell(pod.namespace),
    cell(pod.name),
    cell(pod.ready),
    cell(pod.status, pod.isWell ? 'green' : 'yellow'),
    cell(pod.restarts),
    cell(pod.age),
    ...(isWide ? [cell(pod.ip), cell(pod.node), cell(pod.file)] : []),
  ])
  return renderTable(titles, cells, terminal.paint)
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

function podList(answer: unknown): PodList {
  if (typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'PodList') {
    return answer as PodList
  }
  throw new CommandError(exitCode.problem, 'what answers is not podkeep: no PodList came back')
}

function isAsked({ metadata }: ListedPod, { name, namespace }: PodQuery): boolean {
  if (namespace !== null && metadata.namespace !== namespace) return false
  return name === null || name === metadata.name || name === `${metadata.namespace}/${metadata.name}`
}

function theOnly(items: readonly ListedPod[], name: string): ListedPod | undefined {
  if (items.length < 2) return items[0]
  const namespaces = items.map(({ metadata }) => metadata.namespace).join(', ')
  throw usageError(`there is a pod ${JSON.stringify(name)} in several namespaces: ${namespaces}`, 'choose one with -n')
}

function notFound(name: string): CommandError {
  return new CommandError(
    exitCode.problem,
    `pod ${JSON.stringify(name)} not found`,
    '"podkeep get pods" lists them all',
  )
}

function factsOf({ metadata }: ListedPod): { desire: string; file: string } {
  return {
    desire: metadata.annotations?.['io.podkeep.desire'] ?? 'run',
    file: metadata.annotations?.['io.podkeep.manifest'] ?? '',
  }
}
