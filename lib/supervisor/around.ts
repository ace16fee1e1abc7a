/** What a plan is made from and the pod's own memory does not tell. */

import type { PlanContext } from '../plan/index.js'
import type { DnsConfig } from '../pod/index.js'
import type { EngineInfo } from '../ports/index.js'

export type Machine = Pick<
  PlanContext,
  | 'nodeName'
  | 'hostIP'
  | 'hostDns'
  | 'cpuCapacityMillis'
  | 'memoryCapacityBytes'
  | 'diskCapacityBytes'
  | 'hasAppArmor'
  | 'runtimes'
  | 'podPidsLimit'
  | 'cgroupDriver'
>

export type Around = Machine &
  Pick<
    PlanContext,
    'config' | 'services' | 'uidHolder' | 'verdicts' | 'address' | 'unreadyDependencies' | 'takenClaims' | 'takenPorts'
  >

export interface KnownOfMachine {
  readonly nodeName: string
  readonly hostIP: string
  /** What the machine's own resolv.conf says. */
  readonly hostDns: DnsConfig
  /** Of the disk that pods' files are on. */
  readonly diskCapacityBytes: number
  /** How many processes a container may have whose pod says nothing of it; left out: any number. */
  readonly podPidsLimit?: number
}

const millisPerCpu = 1000

/** @param engine null: not known yet */
export function machineOf(known: KnownOfMachine, engine: EngineInfo | null): Machine {
  const { nodeName, hostIP, hostDns, diskCapacityBytes, podPidsLimit = 0 } = known
  return {
    nodeName,
    hostIP,
    hostDns,
    diskCapacityBytes,
    memoryCapacityBytes: engine?.memoryBytes ?? Number.POSITIVE_INFINITY,
    cpuCapacityMillis: (engine?.cpus ?? 0) * millisPerCpu,
    cgroupDriver: engine?.cgroupDriver ?? null,
    hasAppArmor: engine?.hasAppArmor ?? null,
    runtimes: engine?.runtimes ?? null,
    podPidsLimit,
  }
}
