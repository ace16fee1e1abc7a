/** `podkeep top node`: what the machine uses of what pods may have. */

import { objectText, type Format } from '../output/format.js'
import { nodeObject, type ListedNode } from '../get/listed-node.js'
import { cell, renderTable } from '../table.js'
import type { Terminal } from '../terminal.js'
import type { Summary } from './figures.js'
import { coresText, memoryText, percentText, usageObject } from './units.js'

export interface TopNodeQuery {
  readonly format: Format
  /** Of all that the machine has, not of what pods may have. */
  readonly ofCapacity: boolean
  readonly headers: boolean
}

const nanosPerCore = 1e9

export function showTopNode(answer: unknown, { node }: Summary, query: TopNodeQuery, terminal: Terminal): void {
  const { status } = nodeObject(answer)
  const whole = query.ofCapacity ? status.capacity : status.allocatable
  const value = {
    kind: 'NodeMetricsList',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: {},
    items: [{ metadata: { name: node.name }, timestamp: node.time, usage: usageObject(node) }],
  }
  const text = objectText(query.format, value, [`node/${node.name}`])
  if (text !== null) {
    terminal.out(text)
    return
  }
  const titles = ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)']
  const row = [
    cell(node.name),
    cell(coresText(node.nanoCores)),
    cell(percentText(node.nanoCores, Number(whole.cpu) * nanosPerCore)),
    cell(memoryText(node.workingSetBytes)),
    cell(percentText(node.workingSetBytes, memoryBytes(whole))),
  ]
  terminal.out(renderTable(query.headers ? titles : null, [row], terminal.paint))
}

function memoryBytes({ memory }: ListedNode['status']['capacity']): number {
  return Number.parseInt(memory, 10) * 1024
}
