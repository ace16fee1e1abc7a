/** One container as Kubernetes describes it. Source: kubelet convertToAPIContainerStatuses. */

import { hasSucceeded, isDone, isExhausted, sameSpec, type PodView, type Wait } from '../plan/index.js'
import {
  isSidecar,
  terminatedReason,
  type DesiredContainer,
  type ObservedContainer,
  type PullState,
  type V1ContainerState,
  type V1ContainerStatus,
} from '../pod/index.js'
import { pullMessage } from './pull-message.js'
import { rfc3339 } from './rfc3339.js'
import { terminationMessage } from './termination-message.js'

export interface ContainerStatusInput {
  readonly view: PodView
  readonly container: DesiredContainer
  readonly waits: readonly Wait[]
  readonly isInit: boolean
  /** Why the engine cannot be asked; null when it can. */
  readonly engineAway: string | null
  readonly pulls: ReadonlyMap<string, PullState>
}

export function containerStatus(input: ContainerStatusInput): V1ContainerStatus {
  const { view, container, isInit } = input
  const [latest, previous] = view.instances(container)
  const among = view.pod.initContainers.length + view.pod.containers.length
  const waiting = isToBeginAgain(view, latest, waitingState(input))
  const showsWaiting =
    latest === undefined || latest.state === 'created' || (latest.state === 'exited' && waiting.isBlocked)
  const dead = showsWaiting && latest?.state === 'exited' ? latest : previous
  const succeeded = latest !== undefined && hasSucceeded(latest) && !view.isVoid(latest)
  const running = latest?.state === 'running'
  const isLasting = !isInit || isSidecar(view.pod, container)
  return {
    name: container.name,
    state: showsWaiting ? { waiting: waiting.state } : stateOf(latest, among),
    lastState: dead?.state === 'exited' ? stateOf(dead, among) : {},
    ready: isInit && !isLasting ? succeeded : latest !== undefined && view.isReady(container, latest),
    started: running && view.isStarted(container, latest),
    restartCount: latest?.attempt ?? 0,
    image: latest?.image ?? container.image,
    imageID: latest?.imageId ?? '',
    ...(latest !== undefined && { containerID: `docker://${latest.id}` }),
  }
}

/**
 * It ended because the whole pod begins again, and its turn has not come yet. What is in the way of it says more.
 * Source: kubelet convertToAPIContainerStatuses (KEP-5532).
 */
function isToBeginAgain(view: PodView, latest: ObservedContainer | undefined, waiting: Waiting): Waiting {
  if (latest?.state !== 'exited' || !view.isVoid(latest) || waiting.isBlocked || isExhausted(view)) return waiting
  return { state: { reason: 'RestartingAllContainers' }, isBlocked: true }
}

/** Of a container whose manifest is not known: what the engine says, and no more. @param among how many the pod has */
export function bareContainerStatus(
  container: ObservedContainer,
  previous: ObservedContainer | undefined,
  among: number,
): V1ContainerStatus {
  return {
    name: container.name,
    state: container.state === 'created' ? { waiting: { reason: 'ContainerCreating' } } : stateOf(container, among),
    lastState: previous?.state === 'exited' ? stateOf(previous, among) : {},
    ready: container.kind === 'init' ? hasSucceeded(container) : container.state === 'running' && !container.paused,
    started: container.state === 'running',
    restartCount: container.attempt,
    image: container.image,
    imageID: container.imageId,
    containerID: `docker://${container.id}`,
  }
}

/** @param among how many containers the pod has */
function stateOf(container: ObservedContainer, among: number): V1ContainerState {
  if (container.state === 'running')
    return { running: { startedAt: rfc3339(container.startedAtMs ?? container.createdAtMs) } }
  const message = terminationMessage(container, among)
  // One that could not be started did all of it when it was made.
  const startedAtMs = container.startedAtMs ?? container.createdAtMs
  const finishedAtMs = container.startedAtMs === null ? container.createdAtMs : container.finishedAtMs
  return {
    terminated: {
      exitCode: container.exitCode ?? 0,
      reason: terminatedReason(container),
      ...(message !== '' && { message }),
      startedAt: rfc3339(startedAtMs),
      finishedAt: finishedAtMs === null ? null : rfc3339(finishedAtMs),
      containerID: `docker://${container.id}`,
    },
  }
}

interface Waiting {
  readonly state: { readonly reason: string; readonly message?: string }
  /** Something is in the way, as opposed to a step that is just being taken. */
  readonly isBlocked: boolean
}

/** What is under way, what is only looked at again, a pod that is held as it is, and a deadline that has yet to come keep no container from anything. */
const hindersNothing: readonly Wait['reason'][] = ['InFlight', 'Held', 'ActiveDeadline', 'DiskMeasured', 'ImageSought']

/** A pod that is given up begins no container again: how each ended is what there is to see. */
const givenUp: readonly Wait['reason'][] = ['BackoffLimitExceeded', 'DeadlineExceeded']

/** The container's own reason first, then the pod's. */
function waitingState({ view, container, waits, isInit, engineAway, pulls }: ContainerStatusInput): Waiting {
  const same = sameSpec(view, container)
  const isPending = !isDone(view, container) && !(isInit && same !== undefined && hasSucceeded(same))
  if (engineAway !== null) return { state: { reason: 'EngineUnavailable', message: engineAway }, isBlocked: isPending }
  const telling = waits.filter((wait) => !hindersNothing.includes(wait.reason))
  const own = telling.find((wait) => wait.container === container.name && wait.message !== '')
  const ofPod = telling.find((wait) => wait.container === null)
  const quiet = telling.find((wait) => wait.container === container.name)
  const wait = own ?? ofPod ?? quiet
  const pulling = own === undefined && ofPod === undefined ? pullOf(container, waits, pulls) : null
  if (pulling !== null) {
    return { state: { reason: wait?.reason ?? 'ContainerCreating', message: pulling }, isBlocked: isPending }
  }
  if (wait === undefined || wait.reason === 'GracePeriod') {
    const reason = !isInit && view.pod.initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating'
    return { state: { reason }, isBlocked: false }
  }
  return {
    state: { reason: wait.reason, ...(wait.message !== '' && { message: wait.message }) },
    isBlocked: isPending && wait.message !== '' && !givenUp.includes(wait.reason),
  }
}

/** null when its image is not being pulled. */
export function pullOf(
  { name, image }: DesiredContainer,
  waits: readonly Wait[],
  pulls: ReadonlyMap<string, PullState>,
): string | null {
  const state = waits.some((wait) => wait.container === name && isPull(wait)) ? pulls.get(image) : undefined
  return state === undefined ? null : pullMessage(image, state)
}

function isPull({ reason, message }: Wait): boolean {
  return reason === 'InFlight' && message === 'PullImage'
}
