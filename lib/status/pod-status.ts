/** How Kubernetes would describe this pod: v1 PodStatus from the same values the plan was made from. */

import { usableSandbox, viewPod, type ObservedPod, type PlanContext, type Wait } from '../plan/index.js'
import { qosClass, type DesiredPod, type ObservedContainer, type PodPhase, type V1PodStatus } from '../pod/index.js'
import { podConditions } from './conditions.js'
import { bareContainerStatus, containerStatus } from './container-status.js'
import { podPhase } from './phase.js'
import { rfc3339 } from './rfc3339.js'

export interface PodStatusInput {
  /** As last known; null when only its containers are. */
  readonly pod: DesiredPod | null
  readonly observed: ObservedPod
  readonly waits: readonly Wait[]
  readonly context: PlanContext
  readonly hostIP: string
  /** Why the engine cannot be asked; null when it can. */
  readonly engineAway: string | null
}

export function podStatus(input: PodStatusInput): V1PodStatus {
  const { pod, observed, context, hostIP } = input
  if (pod === null) return bareStatus(input)
  const view = viewPod(pod, observed, context)
  const waits = input.engineAway === null ? input.waits : [engineWait(input.engineAway)]
  const containers = pod.containers.map((container) => containerStatus({ view, container, waits, isInit: false }))
  const inits = pod.initContainers.map((container) => containerStatus({ view, container, waits, isInit: true }))
  const phase = podPhase(view)
  const sandbox = usableSandbox(view)
  const podIP = pod.hostNetwork ? hostIP : (sandbox?.ip ?? null)
  return {
    phase,
    conditions: podConditions(view, phase, containers),
    ...messageOf(input),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP !== null && { podIP, podIPs: [{ ip: podIP }] }),
    startTime: rfc3339(view.startedAtMs),
    qosClass: qosClass(pod),
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: containers,
  }
}

/** Held, or in trouble as a whole: said once for the pod. So is what keeps an edit from a container that runs, for its state says only that. */
function messageOf({ observed, waits, engineAway }: PodStatusInput): Pick<V1PodStatus, 'reason' | 'message'> {
  if (engineAway !== null) return { reason: 'EngineUnavailable', message: engineAway }
  const held = waits.find((wait) => wait.reason === 'Held')
  if (held !== undefined) return { reason: 'ManifestHeld', message: held.message }
  const telling = waits.filter((wait) => wait.message !== '' && !['InFlight', 'GracePeriod'].includes(wait.reason))
  const ofPod = telling.find((wait) => wait.container === null)
  if (ofPod !== undefined) return { reason: ofPod.reason, message: ofPod.message }
  const running = new Set(observed.containers.filter((one) => one.state === 'running').map((one) => one.name))
  const ofRunning = telling.find((wait) => wait.container !== null && running.has(wait.container))
  if (ofRunning === undefined) return {}
  return { reason: ofRunning.reason, message: `${ofRunning.container}: ${ofRunning.message}` }
}

function engineWait(message: string): Wait {
  return { reason: 'ContainerCreating', container: null, message, untilTickMs: null }
}

function bareStatus(input: PodStatusInput): V1PodStatus {
  const of = (kind: ObservedContainer['kind']): ObservedContainer[] =>
    input.observed.containers.filter((container) => container.kind === kind && !container.remembered)
  const members = of('container')
  const isRunning = members.some((container) => container.state === 'running')
  const phase: PodPhase = isRunning ? 'Running' : 'Unknown'
  return {
    phase,
    conditions: [],
    ...messageOf(input),
    hostIP: input.hostIP,
    qosClass: 'BestEffort',
    initContainerStatuses: of('init').map(bareContainerStatus),
    containerStatuses: members.map(bareContainerStatus),
  }
}
