/** What podkeep needs to show how the machine and its containers are doing. Implemented by node/. Read when somebody asks. */

import type { ContainerId } from '../pod/index.js'

export interface MemoryUse {
  readonly usageBytes: number
  /** Without what the kernel can drop at once. */
  readonly workingSetBytes: number
  readonly rssBytes: number
  readonly pageFaults: number
  readonly majorPageFaults: number
  /** null: no limit. */
  readonly limitBytes: number | null
}

export interface ContainerUse {
  readonly atMs: number
  readonly cpuNanos: number
  readonly memory: MemoryUse
  readonly processCount: number
  /** One of its processes, for what can be read through it; null: none is visible here. */
  readonly pid: number | null
}

export interface InterfaceUse {
  readonly name: string
  readonly rxBytes: number
  readonly rxErrors: number
  readonly txBytes: number
  readonly txErrors: number
}

export interface DiskUse {
  readonly capacityBytes: number
  readonly availableBytes: number
  readonly usedBytes: number
  readonly inodes: number
  readonly inodesFree: number
}

export interface MachineUse {
  readonly atMs: number
  readonly bootAtMs: number
  readonly cpuNanos: number
  readonly memory: MemoryUse & { readonly totalBytes: number; readonly availableBytes: number }
  readonly interfaces: readonly InterfaceUse[]
  /** The one with the default route; null: there is none. */
  readonly defaultInterface: string | null
  /** Of the disk that podkeep's files are on. */
  readonly disk: DiskUse
  readonly maxPid: number
  readonly processCount: number
}

/** What does not change while the machine runs. */
export interface MachineFacts {
  readonly cpus: number
  readonly memoryBytes: number
  readonly machineId: string
  readonly systemUuid: string
  readonly bootId: string
  readonly kernelVersion: string
  readonly osImage: string
  /** As Go calls it: amd64, arm64. */
  readonly architecture: string
}

export interface MachineReader {
  facts(): MachineFacts
  machine(): Promise<MachineUse>
  /** null: the kernel shows nothing of it here, as of a container that has ended, or of an engine on another machine. */
  container(id: ContainerId): ContainerUse | null
  /** Of the network that the process is in; null: it cannot be seen. */
  interfaces(pid: number): InterfaceUse[] | null
}
