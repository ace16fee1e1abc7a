/**
 * Kubernetes' resources as Linux numbers.
 * Source: kubelet pkg/kubelet/cm/helpers_linux.go (MilliCPUToShares, MilliCPUToQuota), qos/policy.go (GetContainerOOMScoreAdjust)
 * and the API's rules for the quality-of-service class.
 */

import type { DesiredPod, DesiredResources } from './desired.js'

export interface LinuxResources {
  readonly cpuShares: number
  /** Per period of 100 ms; 0 is unlimited. */
  readonly cpuQuotaMicros: number
  /** 0 is unlimited; swap is never given. */
  readonly memoryBytes: number
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

export const cpuPeriodMicros = 100_000
const sharesPerCpu = 1024
const sharesMin = 2
const sharesMax = 262_144
const quotaMinMicros = 1000

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

export function sameResources(a: LinuxResources, b: LinuxResources): boolean {
  return a.cpuShares === b.cpuShares && a.cpuQuotaMicros === b.cpuQuotaMicros && a.memoryBytes === b.memoryBytes
}

/** Docker can raise, lower and add limits of a running container, and lift a cpu limit, but not lift a memory limit. */
export function canUpdateInPlace(from: LinuxResources, to: LinuxResources): boolean {
  return from.memoryBytes === 0 || to.memoryBytes !== 0
}

export function qosClass(pod: DesiredPod): QosClass {
  const all = [...pod.initContainers, ...pod.containers].map((container) => container.resources)
  const isSet = (value: number | null): boolean => value !== null && value !== 0
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
export function oomScoreAdj(pod: DesiredPod, resources: DesiredResources, memoryCapacityBytes: number): number {
  switch (qosClass(pod)) {
    case 'Guaranteed':
      return -997
    case 'BestEffort':
      return 1000
    case 'Burstable': {
      const requestBytes = resources.memoryRequestBytes ?? 0
      const score = 1000 - Math.floor((1000 * requestBytes) / memoryCapacityBytes)
      return Math.min(999, Math.max(3, score))
    }
  }
}
