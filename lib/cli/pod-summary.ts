/** A pod in one line. Source: kubectl's printPod (kubernetes/pkg/printers/internalversion/printers.go). */

import type { V1ContainerState, V1ContainerStatus, V1ObjectMeta, V1PodCondition, V1PodStatus } from '../pod/index.js'
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
  const { reason, ready, total, counted } = overview(pod)
  const startedAt = metadata.creationTimestamp ?? status.startTime
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    ready: `${ready}/${total}`,
    status: withDesire(reason, status, facts.desire),
    restarts: restarts(counted, status, nowMs),
    age: startedAt === undefined ? unknown : humanDuration(nowMs - Date.parse(startedAt)),
    ip: status.podIP ?? unknown,
    node: typeof spec['nodeName'] === 'string' ? spec['nodeName'] : unknown,
    file: facts.file === '' ? unknown : facts.file,
    isWell: facts.desire === 'run' && (reason === 'Completed' || (reason === 'Running' && ready === total)),
  }
}

/** A second word after a comma, as kubectl writes `Ready,SchedulingDisabled` for a node. What is over is not terminating. */
function withDesire(reason: string, status: V1PodStatus, desire: string): string {
  if (desire === 'remove') return isOver(status) ? reason : 'Terminating'
  return desire === 'hold' ? `${reason},Held` : reason
}

/** An eviction is no restart, for all that ran is gone; but who was put out a while ago has not run all the time. */
function restarts(counted: readonly V1ContainerStatus[], status: V1PodStatus, nowMs: number): string {
  const count = counted.reduce((sum, container) => sum + container.restartCount, 0)
  const ends = counted.flatMap((container) => container.lastState.terminated?.finishedAt ?? [])
  const lastMs = Math.max(...ends.map((end) => Date.parse(end)))
  const notes = [
    ...(count === 0 || ends.length === 0 ? [] : [`${humanDuration(nowMs - lastMs)} ago`]),
    ...status.conditions.filter(isBackAgain).map((one) => `evicted, back for ${sinceText(one, nowMs)}`),
  ]
  return notes.length === 0 ? String(count) : `${count} (${notes.join('; ')})`
}

function isBackAgain({ type, status }: V1PodCondition): boolean {
  return type === 'DisruptionTarget' && status === 'False'
}

function sinceText({ lastTransitionTime }: V1PodCondition, nowMs: number): string {
  return humanDuration(lastTransitionTime === null ? 0 : Math.max(0, nowMs - Date.parse(lastTransitionTime)))
}

interface Overview {
  readonly reason: string
  readonly ready: number
  readonly total: number
  /** Whose restarts are counted. */
  readonly counted: readonly V1ContainerStatus[]
}

/** While init containers are worked through they are what counts, up to the current one; afterwards only the others and sidecars. */
function overview(pod: ListedPod): Overview {
  const { spec, status } = pod
  const specs = listOf(spec['initContainers'])
  const inits = status.initContainerStatuses ?? []
  const sidecarNames = new Set(specs.filter((one) => one.restartPolicy === 'Always').map((one) => one.name))
  const isSidecar = (container: V1ContainerStatus): boolean => sidecarNames.has(container.name)
  const regular = status.containerStatuses
  const total = Math.max(listOf(spec['containers']).length, regular.length) + sidecarNames.size
  const current = inits.findIndex(
    (container) => container.state.terminated?.exitCode !== 0 && !(isSidecar(container) && container.started),
  )
  const sidecars = inits.slice(0, current === -1 ? undefined : current).filter(isSidecar)
  const readySidecars = sidecars.filter((container) => container.ready).length
  const atInit = inits[current]
  if (atInit !== undefined && !hasCondition(status, 'Initialized')) {
    const reason = awayReason(status) ?? initReason(atInit, current, specs.length)
    return { reason, ready: readySidecars, total, counted: inits.slice(0, current + 1) }
  }
  const ready = readySidecars + regular.filter(isReady).length
  return { reason: containersReason(status), ready, total, counted: [...inits.filter(isSidecar), ...regular] }
}

interface ContainerSpec {
  readonly name?: string
  readonly restartPolicy?: string
}

function listOf(value: unknown): readonly ContainerSpec[] {
  return Array.isArray(value) ? (value as readonly ContainerSpec[]) : []
}

function initReason({ state }: V1ContainerStatus, index: number, count: number): string {
  if (state.terminated !== undefined) return `Init:${endReason(state.terminated)}`
  const waitingFor = state.waiting?.reason ?? ''
  return waitingFor === '' || waitingFor === 'PodInitializing' ? `Init:${index}/${count}` : `Init:${waitingFor}`
}

/** Of the first container that has something to say; else the pod's own. */
function containersReason(status: V1PodStatus): string {
  // That it is held stands behind the comma; before it stands how it runs meanwhile.
  const podReason = status.reason === 'ManifestHeld' ? undefined : status.reason
  const reasons = status.containerStatuses.flatMap(({ state }) => {
    if (state.waiting !== undefined && state.waiting.reason !== '') return [state.waiting.reason]
    return state.terminated === undefined ? [] : [endReason(state.terminated)]
  })
  const reason = awayReason(status) ?? reasons[0] ?? podReason ?? status.phase
  if (reason !== 'Completed' || !status.containerStatuses.some(isReady)) return reason
  return hasCondition(status, 'Ready') ? 'Running' : 'NotReady'
}

/** What the containers say is old news while nobody can look; differs from kubectl, which knows a node's silence from the node. */
function awayReason(status: V1PodStatus): string | null {
  return status.reason === 'EngineUnavailable' && !isOver(status) ? status.reason : null
}

function isOver(status: V1PodStatus): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed'
}

function isReady(container: V1ContainerStatus): boolean {
  return container.ready && container.state.running !== undefined
}

function endReason(end: NonNullable<V1ContainerState['terminated']>): string {
  return end.reason === '' ? `ExitCode:${end.exitCode}` : end.reason
}

function hasCondition(status: V1PodStatus, type: string): boolean {
  return status.conditions.some((condition) => condition.type === type && condition.status === 'True')
}
