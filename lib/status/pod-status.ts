/** How Kubernetes would describe this pod: v1 PodStatus from the same values the plan was made from. */

import {
  deadlineMessage,
  exhaustedMessage,
  isExhausted,
  isOverdue,
  newestFirst,
  usableSandbox,
  type ObservedPod,
  type PodView,
  type Wait,
} from '../plan/index.js'
import {
  qosClass,
  shortId,
  type ObservedContainer,
  type PodPhase,
  type PullState,
  type V1ContainerStatus,
  type V1PodStatus,
} from '../pod/index.js'
import { podConditions } from './conditions.js'
import { bareContainerStatus, containerStatus, pullOf } from './container-status.js'
import { podPhase } from './phase.js'
import { lasting } from './ready.js'
import { rfc3339 } from './rfc3339.js'

export interface PodStatusInput {
  /** null when only its containers are known. */
  readonly view: PodView | null
  readonly observed: ObservedPod
  readonly waits: readonly Wait[]
  readonly hostIP: string
  /** Why the engine cannot be asked; null when it can. */
  readonly engineAway: string | null
  /** It was made by an earlier podkeep, and the engine has not told yet what became of it. */
  readonly isUnseen: boolean
  /** Of the images that are being pulled now, by their names. */
  readonly pulls: ReadonlyMap<string, PullState>
}

export function podStatus(input: PodStatusInput): V1PodStatus {
  const { view, waits, hostIP, engineAway, pulls } = input
  if (view === null) return bareStatus(input)
  const { pod } = view
  const containers = pod.containers.map((container) =>
    containerStatus({ view, container, waits, isInit: false, engineAway, pulls }),
  )
  const inits = pod.initContainers.map((container) =>
    containerStatus({ view, container, waits, isInit: true, engineAway, pulls }),
  )
  const sidecars = lasting(view).map((container) => container.name)
  const isOfSidecar = ({ name }: V1ContainerStatus): boolean => sidecars.includes(name)
  const phase = shownPhase(view, input)
  const podIP = pod.hostNetwork ? hostIP : (usableSandbox(view)?.ip ?? null)
  return {
    phase,
    conditions: podConditions({ view, phase, statuses: [...inits.filter(isOfSidecar), ...containers], engineAway }),
    ...messageOf(input),
    ...addresses(hostIP, podIP),
    ...(phase !== 'Unknown' && { startTime: rfc3339(view.startedAtMs) }),
    qosClass: qosClass(pod),
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: containers,
  }
}

/** How a pod ended is in its record; whether it runs only the engine knows. */
function shownPhase(view: PodView, { engineAway, isUnseen }: PodStatusInput): PodPhase {
  const phase = podPhase(view)
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  return engineAway !== null && isUnseen && !isOver ? 'Unknown' : phase
}

/** Held, or in trouble as a whole: said once for the pod. So is what keeps an edit from a container that runs, for its state says only that. */
function messageOf({
  view,
  observed,
  waits,
  engineAway,
  pulls,
}: PodStatusInput): Pick<V1PodStatus, 'reason' | 'message'> {
  const eviction = view?.eviction ?? null
  if (eviction !== null) return { reason: 'Evicted', message: eviction.message }
  if (view !== null && isExhausted(view)) return { reason: 'BackoffLimitExceeded', message: exhaustedMessage }
  if (view !== null && isOverdue(view)) return { reason: 'DeadlineExceeded', message: deadlineMessage }
  if (engineAway !== null) return { reason: 'EngineUnavailable', message: engineAway }
  const running = observed.containers.filter((one) => one.state === 'running' && one.kind !== 'sandbox')
  const paused = running.find((one) => one.paused)
  if (paused !== undefined) return { reason: 'Paused', message: pausedMessage(paused) }
  const held = waits.find((wait) => wait.reason === 'Held')
  if (held !== undefined) return { reason: 'ManifestHeld', message: held.message }
  const telling = waits.filter((wait) => wait.message !== '' && !['InFlight', 'GracePeriod'].includes(wait.reason))
  const ofPod = telling.find((wait) => wait.container === null)
  if (ofPod !== undefined) return { reason: ofPod.reason, message: ofPod.message }
  const ofRunning = telling.find((wait) => running.some((one) => one.name === wait.container))
  if (ofRunning !== undefined)
    return { reason: ofRunning.reason, message: `${ofRunning.container}: ${ofRunning.message}` }
  const edited = view?.pod.containers.filter(({ name }) => running.some((one) => one.name === name)) ?? []
  const pulling = edited.flatMap((one) => {
    const message = pullOf(one, waits, pulls)
    return message === null ? [] : [`${one.name}: ${message}`]
  })
  return pulling[0] === undefined ? {} : { message: pulling[0] }
}

function pausedMessage({ name, id }: ObservedContainer): string {
  return `${name}: someone paused it; "docker unpause ${shortId(id)}" lets it go on`
}

function addresses(hostIP: string, podIP: string | null): Pick<V1PodStatus, 'hostIP' | 'hostIPs' | 'podIP' | 'podIPs'> {
  const host = { hostIP, hostIPs: [{ ip: hostIP }] }
  return podIP === null ? host : { ...host, podIP, podIPs: [{ ip: podIP }] }
}

/** What it should be is not known: what the engine shows of it, and no more. */
function bareStatus(input: PodStatusInput): V1PodStatus {
  const present = input.observed.containers.filter((container) => !container.remembered).sort(newestFirst)
  const among = new Set(present.filter((one) => one.kind !== 'sandbox').map((one) => one.name)).size
  const statusesOf = (kind: ObservedContainer['kind']): V1ContainerStatus[] => {
    const ofKind = present.filter((container) => container.kind === kind)
    const names = [...new Set(ofKind.map((container) => container.name))].sort()
    return names.flatMap((name) => {
      const [latest, previous] = ofKind.filter((container) => container.name === name)
      return latest === undefined ? [] : [bareContainerStatus(latest, previous, among)]
    })
  }
  const inits = statusesOf('init')
  const members = present.filter((container) => container.kind === 'container')
  const isRunning = members.some((container) => container.state === 'running')
  const starts = present.map((container) => container.podStartedAtMs).filter((ms) => ms > 0)
  return {
    phase: isRunning ? 'Running' : 'Unknown',
    conditions: [],
    ...messageOf(input),
    ...addresses(input.hostIP, present.find((container) => container.ip !== null)?.ip ?? null),
    ...(starts.length > 0 && { startTime: rfc3339(Math.min(...starts)) }),
    qosClass: 'BestEffort',
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: statusesOf('container'),
  }
}
