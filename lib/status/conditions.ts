/**
 * The pod's conditions. Source: kubelet pkg/kubelet/status/generate.go. Their transition times are read from the containers'
 * own times, so they survive podkeep's restart.
 */

import { hasSucceeded, progressOf, usableSandbox, type PodView } from '../plan/index.js'
import {
  isSidecar,
  type DesiredContainer,
  type ObservedContainer,
  type PodPhase,
  type V1ContainerStatus,
  type V1PodCondition,
} from '../pod/index.js'
import { rfc3339 } from './rfc3339.js'

export interface ConditionsInput {
  readonly view: PodView
  readonly phase: PodPhase
  readonly statuses: readonly V1ContainerStatus[]
  readonly engineAway: string | null
}

/** What cannot be known now is Unknown, as on a node that does not answer; the phase `Unknown` says that nothing was seen. */
export function podConditions(input: ConditionsInput): V1PodCondition[] {
  const { phase, engineAway } = input
  const conditions = knownConditions(input)
  if (engineAway === null || phase === 'Succeeded' || phase === 'Failed') return conditions
  const isUnknown = ({ type }: V1PodCondition): boolean =>
    type !== 'PodScheduled' && (phase === 'Unknown' || type === 'Ready' || type === 'ContainersReady')
  return conditions.map((condition) =>
    isUnknown(condition)
      ? { ...condition, status: 'Unknown', reason: 'EngineUnavailable', message: engineAway }
      : condition,
  )
}

function knownConditions({ view, phase, statuses }: ConditionsInput): V1PodCondition[] {
  const sandbox = usableSandbox(view)
  const isPlaced = !view.hasSandbox || sandbox?.state === 'running'
  const progress = progressOf(view, sandbox)
  const initialized = progress.finished ? !progress.initFailed : progress.initialized
  const unready = statuses.filter((status) => !status.ready).map((status) => status.name)
  const at = rfc3339(view.startedAtMs)
  const changedAt = rfc3339(lastChangeMs(view))
  const readiness = containersReady(phase, unready)
  return [
    {
      type: 'PodReadyToStartContainers',
      status: isPlaced ? 'True' : 'False',
      lastTransitionTime: isPlaced ? rfc3339(sandbox?.startedAtMs ?? view.startedAtMs) : changedAt,
    },
    {
      type: 'Initialized',
      status: initialized ? 'True' : 'False',
      ...(initialized ? phase === 'Succeeded' && { reason: 'PodCompleted' } : notInitialized(view)),
      lastTransitionTime: initialized ? rfc3339(lastInitMs(view)) : at,
    },
    { type: 'Ready', ...readiness, lastTransitionTime: changedAt },
    { type: 'ContainersReady', ...readiness, lastTransitionTime: changedAt },
    { type: 'PodScheduled', status: 'True', lastTransitionTime: at },
    ...disruption(view),
    ...allRestarting(view, phase).map((condition) => ({ ...condition, lastTransitionTime: changedAt })),
  ]
}

/** Source: kubelet eviction_manager. Differs: a pod comes back, and the condition goes on to tell of it, as False, until it is long ago. */
function disruption({ eviction, pastEviction: past }: PodView): V1PodCondition[] {
  const condition = { type: 'DisruptionTarget', reason: 'TerminationByKubelet' }
  if (eviction !== null) {
    const lastTransitionTime = rfc3339(eviction.atMs)
    return [{ ...condition, status: 'True', message: eviction.message, lastTransitionTime }]
  }
  if (past === null) return []
  const often = past.count === 1 ? '' : `${past.count} times in a row, at last because: `
  const message = `It was evicted, and is back: ${often}${past.message}`
  return [{ ...condition, status: 'False', message, lastTransitionTime: rfc3339(past.backAtMs) }]
}

/** Only of a pod that has a rule for it. It is over when the first container of the new beginning is made. */
function allRestarting(view: PodView, phase: PodPhase): Omit<V1PodCondition, 'lastTransitionTime'>[] {
  const { pod, members } = view
  const rules = [...pod.initContainers, ...pod.containers].flatMap((container) => container.restartRules)
  if (!rules.some((rule) => rule.action === 'RestartAllContainers')) return []
  const type = 'AllContainersRestarting'
  if (phase === 'Succeeded') return [{ type, status: 'False', reason: 'PodCompleted' }]
  if (phase === 'Failed') return [{ type, status: 'False', reason: 'PodFailed' }]
  if (members.length === 0 || !members.every((one) => view.isVoid(one))) return [{ type, status: 'False' }]
  const message = 'container exited with restart policy rule'
  return [{ type, status: 'True', reason: 'RestartAllContainersStarted', message }]
}

function containersReady(
  phase: PodPhase,
  unready: readonly string[],
): Pick<V1PodCondition, 'status' | 'reason' | 'message'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' }
  if (unready.length === 0) return { status: 'True' }
  const message = `containers with unready status: [${unready.join(' ')}]`
  return { status: 'False', reason: 'ContainersNotReady', message }
}

function notInitialized(view: PodView): Pick<V1PodCondition, 'reason' | 'message'> {
  const names = view.pod.initContainers
    .filter(
      (container) =>
        !view
          .instances(container)
          .slice(0, 1)
          .some((one) => isOver(view, container, one)),
    )
    .map((container) => container.name)
  return {
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${names.join(' ')}]`,
  }
}

function isOver(view: PodView, container: DesiredContainer, latest: ObservedContainer): boolean {
  return isSidecar(view.pod, container) ? view.isStarted(container, latest) : hasSucceeded(latest)
}

function lastInitMs(view: PodView): number {
  const ends = view.pod.initContainers.map((container) => view.instances(container)[0]?.finishedAtMs ?? 0)
  return Math.max(view.startedAtMs, ...ends)
}

function lastChangeMs(view: PodView): number {
  const times = view.pod.containers.map((container) => {
    const latest = view.instances(container)[0]
    return latest?.finishedAtMs ?? latest?.startedAtMs ?? 0
  })
  return Math.max(view.startedAtMs, ...times)
}
