/** The machine that podkeep runs on, read from the kernel when somebody asks, and not before. */

import { readdirSync } from 'node:fs'
import { arch, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'

import type { ContainerId } from '../pod/index.js'
import type {
  ContainerUse,
  FolderUse,
  InterfaceUse,
  MachineFacts,
  MachineReader,
  MachineUse,
  VolumeUse,
} from '../ports/index.js'
import { Cgroups } from './cgroups.js'
import { DiskMeter, diskOf } from './disk-meter.js'
import { numberOf, textOf } from './kernel-file.js'
import { pressuresIn } from './pressure.js'
import {
  bootAtMs,
  cpuNanos,
  defaultInterface,
  deviceNames,
  interfacesOf,
  memoryOf,
  processCount,
  swapOf,
} from './proc.js'

export interface LocalMachineOptions {
  /** The state folder: its disk is told of, and the pods' volumes are in it. */
  readonly directory: string
  /** Left out: the kernel's own. */
  readonly roots?: { readonly cgroup: string; readonly proc: string }
}

const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

export class LocalMachine implements MachineReader {
  readonly #directory: string
  readonly #proc: string
  readonly #cgroups: Cgroups
  readonly #meter = new DiskMeter()
  #facts: MachineFacts | null = null
  #devices: ReadonlyMap<string, string> = new Map()

  constructor({ directory, roots = { cgroup: '/sys/fs/cgroup', proc: '/proc' } }: LocalMachineOptions) {
    this.#directory = directory
    this.#proc = roots.proc
    this.#cgroups = new Cgroups(roots.cgroup)
  }

  facts(): MachineFacts {
    this.#facts ??= {
      cpus: cpus().length,
      memoryBytes: totalmem(),
      machineId: textOf('/etc/machine-id')?.trim() ?? '',
      // Readable by root only.
      systemUuid: textOf('/sys/class/dmi/id/product_uuid')?.trim().toLowerCase() ?? '',
      bootId: textOf(join(this.#proc, 'sys/kernel/random/boot_id'))?.trim() ?? '',
      kernelVersion: release(),
      osImage: /^PRETTY_NAME="?(.*?)"?$/m.exec(textOf('/etc/os-release') ?? '')?.[1] ?? 'Linux',
      architecture: arch() === 'x64' ? 'amd64' : arch(),
    }
    return this.#facts
  }

  async machine(): Promise<MachineUse> {
    return {
      atMs: Date.now(),
      bootAtMs: bootAtMs(this.#proc),
      cpuNanos: cpuNanos(this.#proc),
      memory: memoryOf(this.#proc),
      interfaces: interfacesOf(join(this.#proc, 'net')) ?? [],
      defaultInterface: defaultInterface(this.#proc),
      swap: swapOf(this.#proc),
      pressures: pressuresIn((resource) => join(this.#proc, 'pressure', resource)),
      disk: (await diskOf(this.#directory)).disk,
      maxPid: numberOf(join(this.#proc, 'sys/kernel/pid_max')) ?? 0,
      processCount: processCount(this.#proc),
    }
  }

  container(id: ContainerId): ContainerUse | null {
    return this.#cgroups.use(id, Date.now(), (device) => this.#deviceName(device))
  }

  /** Disks come while the machine runs; what has no name is called by its numbers. */
  #deviceName(device: string): string {
    if (!this.#devices.has(device)) this.#devices = deviceNames(this.#proc)
    return this.#devices.get(device) ?? device
  }

  /** The folders are the kubelet's: pods/UID/volumes/PLUGIN/NAME. */
  volumes(uid: string): VolumeUse[] {
    if (!safeName.test(uid)) return []
    const folder = join(this.#directory, 'pods', uid, 'volumes')
    return namesIn(folder).flatMap((plugin) =>
      namesIn(join(folder, plugin)).flatMap((name) => {
        const use = this.#meter.use(join(folder, plugin, name))
        return use === null ? [] : [{ name, ...use }]
      }),
    )
  }

  folder(path: string): FolderUse | null {
    return this.#meter.use(path)
  }

  measured(): Promise<void> {
    return this.#meter.settled()
  }

  interfaces(pid: number): InterfaceUse[] | null {
    return interfacesOf(join(this.#proc, String(pid), 'net'))
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // The pod has none, or they are not for us to see.
    return []
  }
}
