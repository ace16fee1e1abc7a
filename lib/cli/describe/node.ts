/** `podkeep describe node`: this machine, and who uses how much of it. Source: kubectl/pkg/describe describeNode. */

import type { DesiredPod } from '../../pod/index.js'
import { humanDuration } from '../duration.js'
import type { ListedNode, NodeResources } from '../get/listed-node.js'
import { mapLines, type Outline } from '../output/outline.js'
import { percentText } from '../top/units.js'

const bytesPerKibibyte = 1024
const bytesPerMebibyte = 1024 ** 2
const millisPerCore = 1000

/** @param pods those that are not over. @param events lines of them, oldest first */
export function describeNode(
  node: ListedNode,
  pods: readonly DesiredPod[],
  events: readonly string[],
  nowMs: number,
): Outline[] {
  const { metadata, status } = node
  const age = humanDuration(nowMs - Date.parse(metadata.creationTimestamp))
  return [
    ['Name', metadata.name],
    ['Labels', mapLines(metadata.labels ?? {}, '=')],
    ['Up since', `${metadata.creationTimestamp} (${age})`],
    [
      'Conditions',
      status.conditions.map(({ type, status: is, reason, message }): Outline => [
        type,
        `${is} (${reason ?? ''})${message === undefined || message === '' ? '' : `: ${message}`}`,
      ]),
    ],
    ['Addresses', status.addresses.map(({ type, address }): Outline => [type, address])],
    ['Capacity', resourceLines(status.capacity)],
    ['Allocatable', resourceLines(status.allocatable)],
    ['System Info', Object.entries(status.nodeInfo).map(([name, value]): Outline => [name, value])],
    ['Non-terminated Pods', pods.map((pod): Outline => [pod.key, requestText(sumOf([pod]), status.allocatable)])],
    ['Allocated resources', requestText(sumOf(pods), status.allocatable)],
    ['Events', events],
  ]
}

function resourceLines(resources: NodeResources): Outline[] {
  return Object.entries(resources).map(([name, value]): Outline => [name, value])
}

interface Sum {
  readonly cpuRequestMillis: number
  readonly cpuLimitMillis: number
  readonly memoryRequestBytes: number
  readonly memoryLimitBytes: number
}

/** Init containers are over, or ask for less than what runs with them: they are left out. */
function sumOf(pods: readonly DesiredPod[]): Sum {
  const all = pods.flatMap(({ containers }) => containers.map(({ resources }) => resources))
  const sum = (amountOf: (one: (typeof all)[number]) => number | null): number =>
    all.reduce((total, one) => total + (amountOf(one) ?? 0), 0)
  return {
    cpuRequestMillis: sum((one) => one.cpuRequestMillis),
    cpuLimitMillis: sum((one) => one.cpuLimitMillis),
    memoryRequestBytes: sum((one) => one.memoryRequestBytes),
    memoryLimitBytes: sum((one) => one.memoryLimitBytes),
  }
}

function requestText(sum: Sum, allocatable: NodeResources): string {
  const cpu = (millis: number): string => `${millis}m (${percentText(millis, Number(allocatable.cpu) * millisPerCore)})`
  const memory = (bytes: number): string => {
    const whole = Number.parseInt(allocatable.memory, 10) * bytesPerKibibyte
    return `${Math.ceil(bytes / bytesPerMebibyte)}Mi (${percentText(bytes, whole)})`
  }
  return [
    `cpu requests ${cpu(sum.cpuRequestMillis)}, limits ${cpu(sum.cpuLimitMillis)}`,
    `memory requests ${memory(sum.memoryRequestBytes)}, limits ${memory(sum.memoryLimitBytes)}`,
  ].join('; ')
}
