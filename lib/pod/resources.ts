/**
 * Kubernetes' resources as Linux numbers.
 * Source: kubelet pkg/kubelet/cm/helpers_linux.go (MilliCPUToShares, MilliCPUToQuota), qos/policy.go (GetContainerOOMScoreAdjust),
 * kuberuntime_container_linux.go (getCPULimit, getMemoryLimit), component-helpers resource (AggregateContainerRequests), and the API's
 * rules for the quality-of-service class. What a pod's own `resources` say counts before what its containers add up to.
 */

import { isSidecar, type DesiredContainer, type DesiredPod, type DesiredResources } from './desired.js'

export interface LinuxResources {
  readonly cpuShares: number
  /** Per period of 100 ms; 0 is unlimited. */
  readonly cpuQuotaMicros: number
  /** 0 is unlimited; swap is never given. */
  readonly memoryBytes: number
  /** How many processes; left out: any number. */
  readonly pidsLimit?: number
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

export const cpuPeriodMicros = 100_000
const sharesPerCpu = 1024
const sharesMin = 2
const sharesMax = 262_144
const quotaMinMicros = 1000
/** Of priorityClassName system-node-critical. */
const nodeCriticalPriority = 2_000_001_000
const guaranteedScore = -997

export const noResources: DesiredResources = {
  cpuRequestMillis: null,
  cpuLimitMillis: null,
  memoryRequestBytes: null,
  memoryLimitBytes: null,
}

export function linuxResources(resources: DesiredResources): LinuxResources {
  const requestMillis = resources.cpuRequestMillis ?? resources.cpuLimitMillis ?? 0
  const shares = Math.floor((requestMillis * sharesPerCpu) / 1000)
  const limitMillis = resources.cpuLimitMillis ?? 0
  return {
    cpuShares: Math.min(sharesMax, Math.max(sharesMin, shares)),
    cpuQuotaMicros:
      limitMillis === 0 ? 0 : Math.max(quotaMinMicros, Math.floor((limitMillis * cpuPeriodMicros) / 1000)),
    memoryBytes: resources.memoryLimitBytes ?? 0,
  }
}

/**
 * What one container gets: where it has no limit of its own, the pod's.
 * @param pidsLimit the machine's, for pods that say nothing of it; 0: none
 */
export function containerResources(pod: DesiredPod, container: DesiredContainer, pidsLimit: number): LinuxResources {
  const own = container.resources
  const cpuLimitMillis = (isSet(own.cpuLimitMillis) ? own : pod.resources).cpuLimitMillis
  const memoryLimitBytes = (isSet(own.memoryLimitBytes) ? own : pod.resources).memoryLimitBytes
  const processes = pod.pidsLimit ?? pidsLimit
  return {
    ...linuxResources({ ...own, cpuLimitMillis, memoryLimitBytes }),
    ...(processes > 0 && { pidsLimit: processes }),
  }
}

export function sameResources(a: LinuxResources, b: LinuxResources): boolean {
  return (
    a.cpuShares === b.cpuShares &&
    a.cpuQuotaMicros === b.cpuQuotaMicros &&
    a.memoryBytes === b.memoryBytes &&
    a.pidsLimit === b.pidsLimit
  )
}

/** Docker can raise, lower and add limits of a running container, and lift those of cpu and processes, but not that of memory. */
export function canUpdateInPlace(from: LinuxResources, to: LinuxResources): boolean {
  return from.memoryBytes === 0 || to.memoryBytes !== 0
}

/** The container wants to begin anew when one of these changes. */
export function wantsRestart(container: DesiredContainer, from: LinuxResources, to: LinuxResources): boolean {
  const { cpu, memory } = container.restartsOnResize
  const isCpuChanged = from.cpuShares !== to.cpuShares || from.cpuQuotaMicros !== to.cpuQuotaMicros
  return (cpu && isCpuChanged) || (memory && from.memoryBytes !== to.memoryBytes)
}

export function qosClass(pod: DesiredPod): QosClass {
  const all = hasPodResources(pod)
    ? [pod.resources]
    : [...pod.initContainers, ...pod.containers].map((container) => container.resources)
  if (
    all.every(
      (r) =>
        !isSet(r.cpuRequestMillis) &&
        !isSet(r.cpuLimitMillis) &&
        !isSet(r.memoryRequestBytes) &&
        !isSet(r.memoryLimitBytes),
    )
  )
    return 'BestEffort'
  const guaranteed = all.every(
    (r) =>
      isSet(r.cpuLimitMillis) &&
      isSet(r.memoryLimitBytes) &&
      r.cpuLimitMillis === r.cpuRequestMillis &&
      r.memoryLimitBytes === r.memoryRequestBytes,
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

/** For the kernel's out-of-memory killer: -1000 never to 1000 first. */
export function oomScoreAdj(pod: DesiredPod, container: DesiredContainer, memoryCapacityBytes: number): number {
  if (pod.priority >= nodeCriticalPriority) return guaranteedScore
  switch (qosClass(pod)) {
    case 'Guaranteed':
      return guaranteedScore
    case 'BestEffort':
      return 1000
    case 'Burstable': {
      const shareBytes = sharedRequestBytes(pod)
      const scoreOf = ({ resources }: DesiredContainer): number =>
        1000 - Math.floor((1000 * ((resources.memoryRequestBytes ?? 0) + shareBytes)) / memoryCapacityBytes)
      // A sidecar goes no sooner than the first of those it serves.
      const firstToGo = isSidecar(pod, container) ? Math.max(...pod.containers.map(scoreOf)) : 1000
      return Math.min(999, Math.max(3, Math.min(scoreOf(container), firstToGo)))
    }
  }
}

/** What the pod asks for beyond its containers, in equal parts. */
function sharedRequestBytes(pod: DesiredPod): number {
  const podBytes = pod.resources.memoryRequestBytes ?? 0
  if (podBytes === 0) return 0
  const restBytes = podBytes - aggregateRequest(pod, (resources) => resources.memoryRequestBytes ?? 0)
  return Math.trunc(restBytes / (pod.containers.length + pod.initContainers.length))
}

/** The most that is asked for at one time: of what stays together, or of an init container beside the sidecars before it. */
export function aggregateRequest(pod: DesiredPod, amountOf: (resources: DesiredResources) => number): number {
  let sidecars = 0
  let most = 0
  for (const container of pod.initContainers) {
    const amount = amountOf(container.resources)
    if (isSidecar(pod, container)) sidecars += amount
    most = Math.max(most, isSidecar(pod, container) ? sidecars : sidecars + amount)
  }
  const staying = pod.containers.reduce((sum, { resources }) => sum + amountOf(resources), sidecars)
  return Math.max(most, staying)
}

export function hasPodResources({ resources }: DesiredPod): boolean {
  return Object.values(resources).some((value: unknown) => value !== null && value !== undefined)
}

function isSet(value: number | null): boolean {
  return value !== null && value !== 0
}
