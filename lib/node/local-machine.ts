/** The machine that podkeep runs on, read from the kernel when somebody asks, and not before. */

import { statfs } from 'node:fs/promises'
import { arch, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'

import type { ContainerId } from '../pod/index.js'
import type { ContainerUse, DiskUse, InterfaceUse, MachineFacts, MachineReader, MachineUse } from '../ports/index.js'
import { Cgroups, numberOf, textOf } from './cgroups.js'
import { bootAtMs, cpuNanos, defaultInterface, interfacesOf, memoryOf, processCount } from './proc.js'

export interface LocalMachineOptions {
  /** On the disk that is told of. */
  readonly directory: string
  /** Left out: the kernel's own. */
  readonly roots?: { readonly cgroup: string; readonly proc: string }
}

export class LocalMachine implements MachineReader {
  readonly #directory: string
  readonly #proc: string
  readonly #cgroups: Cgroups
  #facts: MachineFacts | null = null

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
      disk: await diskUse(this.#directory),
      maxPid: numberOf(join(this.#proc, 'sys/kernel/pid_max')) ?? 0,
      processCount: processCount(this.#proc),
    }
  }

  container(id: ContainerId): ContainerUse | null {
    return this.#cgroups.use(id, Date.now())
  }

  interfaces(pid: number): InterfaceUse[] | null {
    return interfacesOf(join(this.#proc, String(pid), 'net'))
  }
}

async function diskUse(directory: string): Promise<DiskUse> {
  const { blocks, bfree, bavail, bsize, files, ffree } = await statfs(directory)
  return {
    capacityBytes: blocks * bsize,
    availableBytes: bavail * bsize,
    usedBytes: (blocks - bfree) * bsize,
    inodes: files,
    inodesFree: ffree,
  }
}
