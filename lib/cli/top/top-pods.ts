/** `podkeep top pods`: what kubectl would show. Source: kubectl/pkg/metricsutil metrics_printer.go; metrics.k8s.io PodMetrics. */

import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import { objectText, type Format } from '../output/format.js'
import type { PodList } from '../pods/listed-pods.js'
import { selected, theOnly, type PodReference, type PodSelection } from '../pods/pod-reference.js'
import { cell, renderTable, type Cell } from '../table.js'
import type { Terminal } from '../terminal.js'
import type { Figures, PodFigures, Summary } from './figures.js'
import { coresText, memoryText, usageObject } from './units.js'

export type SortKey = 'cpu' | 'memory'

export interface TopQuery extends PodSelection {
  /** Empty: all. */
  readonly references: readonly PodReference[]
  readonly format: Format
  readonly byContainer: boolean
  /** null: as they come. */
  readonly sortBy: SortKey | null
  readonly isSummed: boolean
  readonly headers: boolean
}

export function showTopPods(list: PodList, { pods }: Summary, query: TopQuery, terminal: Terminal): void {
  const figures = sorted(askedFigures(list, pods, query), query.sortBy)
  const text = objectText(
    query.format,
    podMetrics(figures),
    figures.map(({ name }) => `pod/${name}`),
  )
  if (text !== null) terminal.out(text)
  else if (figures.length === 0) terminal.note(nothingText(list, query))
  else terminal.out(table(figures, query, terminal))
}

function askedFigures(list: PodList, figures: readonly PodFigures[], query: TopQuery): PodFigures[] {
  const of = (namespace: string, name: string): PodFigures | undefined =>
    figures.find((one) => one.namespace === namespace && one.name === name)
  if (query.references.length === 0) {
    return selected(list.items, query).flatMap(({ metadata }) => of(metadata.namespace, metadata.name) ?? [])
  }
  return query.references.map((reference) => {
    const { metadata } = theOnly(list.items, reference)
    const found = of(metadata.namespace, metadata.name)
    if (found !== undefined) return found
    const message = `pod ${JSON.stringify(metadata.name)} uses nothing that can be seen: none of its containers runs here`
    throw new CommandError(exitCode.problem, message, `"podkeep describe pod ${metadata.name}" tells how it is`)
  })
}

function nothingText(list: PodList, query: TopQuery): string {
  if (selected(list.items, query).length === 0) return 'No pods found.\n'
  return 'No figures: none of these pods has a container that runs, and that this machine sees.\n'
}

function sorted(pods: readonly PodFigures[], key: SortKey | null): PodFigures[] {
  if (key === null) return [...pods]
  const amount = (one: Figures): number => (key === 'cpu' ? (one.nanoCores ?? 0) : one.workingSetBytes)
  const most = (all: readonly PodFigures[]): PodFigures[] => [...all].sort((a, b) => amount(b) - amount(a))
  return most(pods).map((pod) => ({ ...pod, containers: [...pod.containers].sort((a, b) => amount(b) - amount(a)) }))
}

function table(pods: readonly PodFigures[], query: TopQuery, terminal: Terminal): string {
  const titles = ['NAMESPACE', ...(query.byContainer ? ['POD'] : []), 'NAME', 'CPU(cores)', 'MEMORY(bytes)']
  const rows = pods.flatMap((pod): Cell[][] =>
    query.byContainer
      ? pod.containers.map((one) => [cell(pod.namespace), cell(pod.name), ...figureCells(one)])
      : [[cell(pod.namespace), ...figureCells(pod)]],
  )
  const empty = Array.from({ length: query.byContainer ? 2 : 1 }, () => cell(''))
  const sum = query.isSummed ? [[...empty, ...figureCells(summed(pods))]] : []
  return renderTable(query.headers ? titles : null, [...rows, ...sum], terminal.paint)
}

function figureCells({ name, nanoCores, workingSetBytes }: Figures): Cell[] {
  return [cell(name), cell(coresText(nanoCores)), cell(memoryText(workingSetBytes))]
}

function summed(pods: readonly PodFigures[]): Figures {
  const nanoCores = pods.reduce((sum, pod) => sum + (pod.nanoCores ?? 0), 0)
  return { name: 'SUM', nanoCores, workingSetBytes: pods.reduce((sum, pod) => sum + pod.workingSetBytes, 0) }
}

function podMetrics(pods: readonly PodFigures[]): object {
  return {
    kind: 'PodMetricsList',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: {},
    items: pods.map(({ namespace, name, time, containers }) => ({
      metadata: { name, namespace },
      timestamp: time,
      containers: containers.map((one) => ({ name: one.name, usage: usageObject(one) })),
    })),
  }
}
