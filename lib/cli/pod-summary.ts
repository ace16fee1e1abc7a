/** A pod in one line. Source: kubectl's printPod (kubernetes/pkg/printers/internalversion/printers.go). */

import type { V1ContainerState, V1ContainerStatus, V1ObjectMeta, V1PodStatus } from '../pod/index.js'
import { humanDuration } from './duration.js'

/** An item of the PodList that the status server answers with. */
export interface ListedPod {
  readonly metadata: V1ObjectMeta
  readonly spec: Readonly<Record<string, unknown>>
  readonly status: V1PodStatus
}

export interface PodSummary {
  readonly namespace: string
  readonly name: string
  readonly ready: string
  readonly status: string
  readonly restarts: string
  readonly age: string
  readonly ip: string
  readonly node: string
  readonly file: string
  /** Everything is as its manifest wants it. */
  readonly isWell: boolean
}

export interface PodlikeFacts {
  readonly desire: string
  readonly file: string
}

const unknown = '<none>'

export function summarize(pod: ListedPod, facts: PodlikeFacts, nowMs: number): PodSummary {
  const { metadata, spec, status } = pod
  const statuses = status.containerStatuses
  const containerCount = Array.isArray(spec['containers']) ? spec['containers'].length : statuses.length
  const readyCount = statuses.filter((container) => container.ready && container.state.running !== undefined).length
  const reason = statusReason(pod)
  const startedAt = metadata.creationTimestamp ?? status.startTime
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    ready: `${readyCount}/${containerCount}`,
    status: withDesire(reason, facts.desire),
    restarts: restarts([...(status.initContainerStatuses ?? []), ...statuses], nowMs),
    age: startedAt === undefined ? unknown : humanDuration(nowMs - Date.parse(startedAt)),
    ip: status.podIP ?? unknown,
    node: typeof spec['nodeName'] === 'string' ? spec['nodeName'] : unknown,
    file: facts.file === '' ? unknown : facts.file,
    isWell:
      facts.desire === 'run' && (reason === 'Completed' || (reason === 'Running' && readyCount === containerCount)),
  }
}

/** A second word after a comma, as kubectl writes `Ready,SchedulingDisabled` for a node. */
function withDesire(reason: string, desire: string): string {
  if (desire === 'remove') return 'Terminating'
  return desire === 'hold' ? `${reason},Held` : reason
}

function restarts(statuses: readonly V1ContainerStatus[], nowMs: number): string {
  const count = statuses.reduce((sum, container) => sum + container.restartCount, 0)
  const ends = statuses.flatMap((container) => container.lastState.terminated?.finishedAt ?? [])
  if (count === 0 || ends.length === 0) return String(count)
  const lastMs = Math.max(...ends.map((end) => Date.parse(end)))
  return `${count} (${humanDuration(nowMs - lastMs)} ago)`
}

function statusReason(pod: ListedPod): string {
  const { status } = pod
  // That it is held stands behind the comma; before it stands how it runs meanwhile.
  const podReason = status.reason === 'ManifestHeld' ? undefined : status.reason
  return initReason(pod) ?? containersReason(status.containerStatuses, status) ?? podReason ?? status.phase
}

/** null once the init containers are through. */
function initReason({ spec, status }: ListedPod): string | null {
  const statuses = status.initContainerStatuses ?? []
  const index = statuses.findIndex((container) => container.state.terminated?.exitCode !== 0)
  const current = statuses[index]
  if (current === undefined || hasCondition(status, 'Initialized')) return null
  const { waiting, terminated } = current.state
  if (terminated !== undefined) return `Init:${endReason(terminated)}`
  if (waiting !== undefined && waiting.reason !== '' && waiting.reason !== 'PodInitializing')
    return `Init:${waiting.reason}`
  const count = Array.isArray(spec['initContainers']) ? spec['initContainers'].length : statuses.length
  return `Init:${index}/${count}`
}

/** Of the first container that has something to say; null when all run. */
function containersReason(statuses: readonly V1ContainerStatus[], status: V1PodStatus): string | null {
  const reasons = statuses.flatMap(({ state }) => {
    if (state.waiting !== undefined && state.waiting.reason !== '') return [state.waiting.reason]
    return state.terminated === undefined ? [] : [endReason(state.terminated)]
  })
  const reason = reasons[0] ?? null
  const isRunning = statuses.some((container) => container.ready && container.state.running !== undefined)
  if (reason !== 'Completed' || !isRunning) return reason
  return hasCondition(status, 'Ready') ? 'Running' : 'NotReady'
}

function endReason(end: NonNullable<V1ContainerState['terminated']>): string {
  return end.reason === '' ? `ExitCode:${end.exitCode}` : end.reason
}

function hasCondition(status: V1PodStatus, type: string): boolean {
  return status.conditions.some((condition) => condition.type === type && condition.status === 'True')
}
