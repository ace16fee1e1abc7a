/**
 * The group of processes that limits a pod as a whole: only a pod whose manifest asks for what no single container can be given has one.
 * It stands beside the engine's own containers, so that its weight counts against theirs.
 * Source: kubelet pkg/kubelet/cm/helpers_linux.go ResourceConfigForPod, HugePageLimits.
 */

import type { DesiredPod, DesiredResources } from './desired.js'
import type { PodUid } from './identity.js'
import { aggregateRequest, hasPodResources, linuxResources, type LinuxResources } from './resources.js'

export interface PodCgroup extends Omit<LinuxResources, 'pidsLimit'> {
  /** By the size of a page as the resource's name has it (`2Mi`); sizes that nobody names are not limited. */
  readonly hugepageBytes: Readonly<Record<string, number>>
}

/** null: its containers are limited each for itself, and that is all it asks for. */
export function podCgroup(pod: DesiredPod): PodCgroup | null {
  if (!needsPodCgroup(pod)) return null
  const { resources } = pod
  const cpuRequestMillis = resources.cpuRequestMillis ?? aggregateRequest(pod, (one) => one.cpuRequestMillis ?? 0)
  const { cpuShares, cpuQuotaMicros, memoryBytes } = linuxResources({ ...resources, cpuRequestMillis })
  const sizes = new Set(allResources(pod).flatMap((one) => Object.keys(one.hugepageLimitBytes ?? {})))
  const bytesOf = (size: string): number =>
    resources.hugepageLimitBytes?.[size] ?? aggregateRequest(pod, (one) => one.hugepageLimitBytes?.[size] ?? 0)
  const hugepageBytes = Object.fromEntries([...sizes].sort().map((size) => [size, bytesOf(size)]))
  return { cpuShares, cpuQuotaMicros, memoryBytes, hugepageBytes }
}

export function needsPodCgroup(pod: DesiredPod): boolean {
  return hasPodResources(pod) || allResources(pod).some(({ hugepageLimitBytes }) => hugepageLimitBytes !== undefined)
}

/** What the kernel keeps of it, in the same order. */
export function samePodCgroup(a: PodCgroup, b: PodCgroup): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function allResources(pod: DesiredPod): DesiredResources[] {
  return [pod.resources, ...[...pod.initContainers, ...pod.containers].map(({ resources }) => resources)]
}

/** Where Docker puts its own containers, unless it was told otherwise. */
export const engineCgroup = '/docker'

/** How the names of all of them begin that were made under this state folder. */
export function podCgroupPrefix(stateFolderId: string): string {
  return `podkeep.${stateFolderId}.`
}

/** Below `engineCgroup`. */
export function podCgroupName(stateFolderId: string, uid: PodUid): string {
  return `${podCgroupPrefix(stateFolderId)}${encodeURIComponent(uid)}`
}
