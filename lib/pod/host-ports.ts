/** Ports of the host: whose they are when two pods want the same. Source: kubelet and scheduler, HostPortInfo.CheckConflict. */

import type { DesiredPod } from './desired.js'
import { publishedPorts, type PublishedPort } from './hash.js'
import type { PodKey } from './identity.js'

/** One that the pod wants, and the pod that has it, or gets it first. */
export interface TakenPort {
  readonly port: PublishedPort
  readonly holder: PodKey
  /** false: nobody has it yet. */
  readonly isHeld: boolean
}

/** Of a pod on the host's network every port it declares is the host's. */
export function hostPorts(pod: DesiredPod): readonly PublishedPort[] {
  const isAsking = [...pod.containers, ...pod.initContainers].some(({ ports }) => ports.length > 0)
  return isAsking ? publishedPorts(pod) : []
}

/** The same number of the same protocol, at the same address or at all of them. */
export function portsClash(a: PublishedPort, b: PublishedPort): boolean {
  if (a.hostPort !== b.hostPort || a.protocol !== b.protocol) return false
  return isEverywhere(a.hostIP) || isEverywhere(b.hostIP) || a.hostIP === b.hostIP
}

/** Who has the one has the other. */
export function covers(held: PublishedPort, wanted: PublishedPort): boolean {
  return portsClash(held, wanted) && (isEverywhere(held.hostIP) || held.hostIP === wanted.hostIP)
}

function isEverywhere(ip: string | null): boolean {
  return ip === null || ip === '0.0.0.0' || ip === '::'
}

/** `127.0.0.1:80/TCP` */
export function portText({ hostIP, hostPort, protocol }: PublishedPort): string {
  if (hostIP === null) return `${hostPort}/${protocol}`
  return `${hostIP.includes(':') ? `[${hostIP}]` : hostIP}:${hostPort}/${protocol}`
}
