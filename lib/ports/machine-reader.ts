/** What podkeep needs to show how the machine and its containers are doing. Implemented by node/. Read when somebody asks. */

import type { ContainerId } from '../pod/index.js'

export interface MemoryUse {
  readonly usageBytes: number
  /** Without what the kernel can drop at once. */
  readonly workingSetBytes: number
  readonly rssBytes: number
  /** Of files. */
  readonly cacheBytes: number
  readonly pageFaults: number
  readonly majorPageFaults: number
  /** null: no limit. */
  readonly limitBytes: number | null
}

/** How long something had to wait for a resource: some of it, and all of it at once. Averages are percents. */
export interface Pressure {
  readonly some: PressureShare
  readonly full: PressureShare
}

export interface PressureShare {
  readonly totalMicros: number
  readonly avg10: number
  readonly avg60: number
  readonly avg300: number
}

/** null: the kernel does not tell. */
export interface Pressures {
  readonly cpu: Pressure | null
  readonly memory: Pressure | null
  readonly io: Pressure | null
}

export interface SwapUse {
  readonly usageBytes: number
  /** null: there is no limit, or it is not known. */
  readonly availableBytes: number | null
}

/** How often a cpu limit held it up. */
export interface Throttling {
  readonly periods: number
  readonly throttledPeriods: number
  readonly throttledNanos: number
}

/** What it may take of the cpus, as the engine told the kernel. */
export interface CpuLimits {
  readonly shares: number
  readonly periodMicros: number
  /** null: no limit. */
  readonly quotaMicros: number | null
}

/** Since the container started. */
export interface DeviceUse {
  /** `sda` */
  readonly device: string
  readonly readCount: number
  readonly readBytes: number
  readonly writeCount: number
  readonly writtenBytes: number
}

export interface ContainerUse {
  readonly atMs: number
  readonly cpuNanos: number
  readonly userCpuNanos: number
  readonly systemCpuNanos: number
  /** null: not known. */
  readonly cpuLimits: CpuLimits | null
  /** Those that it read or wrote. */
  readonly devices: readonly DeviceUse[]
  /** How many of its processes the kernel killed for want of memory; null: not known. */
  readonly oomKillCount: number | null
  /** null: not known. */
  readonly throttling: Throttling | null
  readonly memory: MemoryUse
  /** null: not known. */
  readonly swap: SwapUse | null
  readonly pressures: Pressures
  readonly processCount: number
  /** One of its processes, for what can be read through it; null: none is visible here. */
  readonly pid: number | null
}

export interface InterfaceUse {
  readonly name: string
  readonly rxBytes: number
  readonly rxPackets: number
  readonly rxErrors: number
  readonly rxDropped: number
  readonly txBytes: number
  readonly txPackets: number
  readonly txErrors: number
  readonly txDropped: number
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
  readonly swap: SwapUse
  readonly pressures: Pressures
  readonly interfaces: readonly InterfaceUse[]
  /** The one with the default route; null: there is none. */
  readonly defaultInterface: string | null
  /** Of the disk that podkeep's files are on. */
  readonly disk: DiskUse
  readonly maxPid: number
  readonly processCount: number
}

/** What is in a folder, and the disk that it is on. */
export interface FolderUse {
  /** When it was measured. */
  readonly atMs: number
  readonly usedBytes: number
  readonly inodesUsed: number
  readonly disk: DiskUse
  /** Memory that looks like a disk. */
  readonly isTmpfs: boolean
}

export interface VolumeUse extends FolderUse {
  readonly name: string
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
  /**
   * What the volumes that podkeep made for a pod hold. Measured at most once a minute, one folder after another, beside everything
   * else: what is not measured yet is left out.
   */
  volumes(uid: string): VolumeUse[]
  /** Likewise of any folder or file (with what is called like it and has a suffix); null: not measured yet, or not to be seen. */
  folder(path: string): FolderUse | null
  /** Resolves when all that was asked for was measured, or after a moment. */
  measured(): Promise<void>
  /** Of the network that the process is in; null: it cannot be seen. */
  interfaces(pid: number): InterfaceUse[] | null
}
