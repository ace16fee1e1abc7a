/** `podkeep get node`: this machine, as kubectl shows one. Source: kubernetes/pkg/printers/internalversion printNode. */

import { CommandError } from '../command-error.js'
import { humanDuration } from '../duration.js'
import { exitCode } from '../exit-code.js'
import { objectText, type Format } from '../output/format.js'
import { cell, renderTable, type Cell } from '../table.js'
import type { Terminal } from '../terminal.js'
import type { ListedNode } from './listed-node.js'

export interface NodeQuery {
  readonly format: Format
  /** No name was said: programs get a list, as of kubectl. */
  readonly isList: boolean
  readonly showLabels: boolean
  readonly headers: boolean
}

const unknown = '<none>'

export function showNode(node: ListedNode, query: NodeQuery, nowMs: number, terminal: Terminal): void {
  const value = query.isList ? { kind: 'List', apiVersion: 'v1', metadata: {}, items: [node] } : node
  const text = objectText(query.format, value, [`node/${node.metadata.name}`])
  if (text !== null) {
    terminal.out(text)
    return
  }
  const isWide = query.format.kind === 'wide'
  const wide = ['INTERNAL-IP', 'EXTERNAL-IP', 'OS-IMAGE', 'KERNEL-VERSION', 'CONTAINER-RUNTIME']
  const titles = ['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION', ...(isWide ? wide : [])]
  const labels = Object.entries(node.metadata.labels ?? {}).map(([name, value]) => `${name}=${value}`)
  const row = [
    ...rowOf(node, nowMs),
    ...(isWide ? wideCells(node) : []),
    ...(query.showLabels ? [cell(labels.join(','))] : []),
  ]
  const head = query.showLabels ? [...titles, 'LABELS'] : titles
  terminal.out(renderTable(query.headers ? head : null, [row], terminal.paint))
}

/** @throws CommandError when a node of another name is meant: there is one only */
export function checkNodeName(node: ListedNode, names: readonly string[]): void {
  const other = names.find((name) => name !== node.metadata.name)
  if (other === undefined) return
  const message = `node ${JSON.stringify(other)} not found`
  throw new CommandError(exitCode.problem, message, `there is one only: podkeep get node ${node.metadata.name}`)
}

function isReady({ status }: ListedNode): boolean {
  return status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True')
}

function rowOf(node: ListedNode, nowMs: number): Cell[] {
  const { metadata, status } = node
  return [
    cell(metadata.name),
    isReady(node) ? cell('Ready', 'green') : cell('NotReady', 'yellow'),
    cell(unknown),
    cell(humanDuration(nowMs - Date.parse(metadata.creationTimestamp))),
    cell(status.nodeInfo['kubeletVersion'] ?? ''),
  ]
}

function wideCells({ status }: ListedNode): Cell[] {
  const { nodeInfo, addresses } = status
  const address = (type: string): string => addresses.find((one) => one.type === type)?.address ?? unknown
  const info = ['osImage', 'kernelVersion', 'containerRuntimeVersion'].map((name) => nodeInfo[name] ?? '')
  return [address('InternalIP'), address('ExternalIP'), ...info].map((text) => cell(text === '' ? unknown : text))
}
