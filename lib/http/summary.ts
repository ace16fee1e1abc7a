/** /stats/summary in the kubelet's shape. Source: kubelet pkg/apis/stats/v1alpha1 types.go. What is not known is left out. */

import type {
  ContainerUse,
  DiskUse,
  FolderUse,
  InterfaceUse,
  MemoryUse,
  Pressure,
  SwapUse,
  VolumeUse,
} from '../ports/index.js'
import type { ClaimUse } from './disk-usage.js'
import { nameOf } from './pod-containers.js'
import type { ContainerSample, PodSample, Sample } from './usage.js'
import { time } from './v1-event.js'

type Json = Record<string, unknown>

export function summary({ machine, machineNanoCores, pods }: Sample, nodeName: string, isBrief: boolean): Json {
  const at = time(machine.atMs)
  const { availableBytes, ...memory } = machine.memory
  const fs = diskStats(machine.disk, at)
  return {
    node: {
      nodeName,
      startTime: time(machine.bootAtMs),
      cpu: { ...cpuStats(machine, machineNanoCores, at), ...psi(machine.pressures.cpu) },
      memory: { ...memoryStats(memory, at), availableBytes, ...psi(machine.pressures.memory) },
      swap: swapStats(machine.swap, at),
      ...(!isBrief && {
        ...ioStats(machine.pressures.io, at),
        network: networkStats(machine.interfaces, machine.defaultInterface, at),
        fs,
        runtime: { imageFs: fs, containerFs: fs },
        rlimit: { time: at, maxpid: machine.maxPid, curproc: machine.processCount },
      }),
    },
    pods: pods.map((pod) => podStats(pod, at, isBrief)),
  }
}

function podStats({ entry, containers, interfaces, volumes, claims }: PodSample, at: string, isBrief: boolean): Json {
  const used = containers.flatMap(({ use, nanoCores }) => (use === null ? [] : [{ use, nanoCores }]))
  const sum = (numberOf: (use: ContainerUse) => number): number =>
    used.reduce((total, { use }) => total + numberOf(use), 0)
  const areRatesKnown = used.length > 0 && used.every(({ nanoCores }) => nanoCores !== null)
  return {
    podRef: { ...nameOf(entry), uid: entry.uid },
    startTime: entry.status.startTime ?? null,
    containers: containers.map((one) => containerStats(one, at, isBrief)),
    ...(used.length > 0 && {
      cpu: cpuStats(
        { cpuNanos: sum((use) => use.cpuNanos) },
        areRatesKnown ? used.reduce((total, { nanoCores }) => total + (nanoCores ?? 0), 0) : null,
        at,
      ),
      memory: memoryStats(
        {
          usageBytes: sum(({ memory }) => memory.usageBytes),
          workingSetBytes: sum(({ memory }) => memory.workingSetBytes),
          rssBytes: sum(({ memory }) => memory.rssBytes),
          cacheBytes: sum(({ memory }) => memory.cacheBytes),
          pageFaults: sum(({ memory }) => memory.pageFaults),
          majorPageFaults: sum(({ memory }) => memory.majorPageFaults),
          limitBytes: null,
        },
        at,
      ),
      ...podSwap(used, at),
    }),
    ...(!isBrief && {
      ...(interfaces !== null && { network: networkStats(interfaces, interfaces[0]?.name ?? null, at) }),
      ...(volumes.length + claims.length > 0 && { volume: [...volumes.map(volumeStats), ...claims.map(claimStats)] }),
      ...ephemeralStorage(containers, volumes, at),
      process_stats: { process_count: sum((use) => use.processCount) },
    }),
  }
}

function containerStats(
  { status, startedAt, use, nanoCores, rootfs, logs }: ContainerSample,
  at: string,
  isBrief: boolean,
): Json {
  return {
    name: status.name,
    startTime: startedAt,
    ...(use !== null && {
      cpu: { ...cpuStats(use, nanoCores, at), ...psi(use.pressures.cpu) },
      memory: { ...memoryStats(use.memory, at), ...psi(use.pressures.memory) },
      ...(use.swap !== null && { swap: swapStats(use.swap, at) }),
      ...(!isBrief && ioStats(use.pressures.io, at)),
    }),
    ...(!isBrief && {
      ...(rootfs !== null && { rootfs: folderStats(rootfs) }),
      ...(logs !== null && { logs: folderStats(logs) }),
    }),
  }
}

/** Of pods there is no group of their own: it is the sum of its containers. */
function podSwap(used: readonly { readonly use: ContainerUse }[], at: string): Json {
  const known = used.flatMap(({ use }) => (use.swap === null ? [] : [use.swap.usageBytes]))
  if (known.length === 0) return {}
  return { swap: swapStats({ usageBytes: known.reduce((sum, bytes) => sum + bytes, 0), availableBytes: null }, at) }
}

/** What a pod has on the disk and loses with its end: what its containers wrote, their logs, and volumes that are not memory. */
function ephemeralStorage(containers: readonly ContainerSample[], volumes: readonly VolumeUse[], at: string): Json {
  const ofContainers = containers.flatMap(({ rootfs, logs }) => [rootfs, logs])
  const all = [...ofContainers, ...volumes].filter((use) => use !== null && !use.isTmpfs)
  const [first] = all
  if (first === undefined || first === null) return {}
  const sum = (numberOf: (use: FolderUse) => number): number =>
    all.reduce((total, use) => total + (use === null ? 0 : numberOf(use)), 0)
  const { capacityBytes, availableBytes, inodes, inodesFree } = first.disk
  const used = { usedBytes: sum(({ usedBytes }) => usedBytes), inodesUsed: sum(({ inodesUsed }) => inodesUsed) }
  return { 'ephemeral-storage': { time: at, availableBytes, capacityBytes, inodesFree, inodes, ...used } }
}

function volumeStats({ name, ...use }: VolumeUse): Json {
  return { name, ...folderStats(use) }
}

/** What a claim holds outlives the pod, so it is no ephemeral storage. */
function claimStats({ claim, ...use }: ClaimUse): Json {
  return { ...volumeStats(use), pvcRef: { name: claim.name, namespace: claim.namespace } }
}

function folderStats({ atMs, disk, usedBytes, inodesUsed }: FolderUse): Json {
  const { availableBytes, capacityBytes, inodes, inodesFree } = disk
  return { time: time(atMs), availableBytes, capacityBytes, usedBytes, inodesFree, inodes, inodesUsed }
}

function swapStats({ usageBytes, availableBytes }: SwapUse, at: string): Json {
  return {
    time: at,
    ...(availableBytes !== null && { swapAvailableBytes: availableBytes }),
    swapUsageBytes: usageBytes,
  }
}

function ioStats(pressure: Pressure | null, at: string): Json {
  return pressure === null ? {} : { io: { time: at, ...psi(pressure) } }
}

function psi(pressure: Pressure | null): Json {
  if (pressure === null) return {}
  const share = ({ totalMicros, avg10, avg60, avg300 }: Pressure['some']): Json => ({
    // The kernel’s own number, as kubelets hand it on; the type’s comment says nanoseconds.
    total: totalMicros,
    avg10,
    avg60,
    avg300,
  })
  return { psi: { full: share(pressure.full), some: share(pressure.some) } }
}

function cpuStats({ cpuNanos }: { readonly cpuNanos: number }, nanoCores: number | null, at: string): Json {
  return { time: at, ...(nanoCores !== null && { usageNanoCores: nanoCores }), usageCoreNanoSeconds: cpuNanos }
}

function memoryStats(memory: MemoryUse, at: string): Json {
  const { usageBytes, workingSetBytes, rssBytes, pageFaults, majorPageFaults, limitBytes } = memory
  const availableBytes = limitBytes === null ? {} : { availableBytes: Math.max(0, limitBytes - workingSetBytes) }
  return { time: at, ...availableBytes, usageBytes, workingSetBytes, rssBytes, pageFaults, majorPageFaults }
}

function networkStats(interfaces: readonly InterfaceUse[], name: string | null, at: string): Json {
  const all = interfaces.map((one) => {
    const { rxBytes, rxErrors, txBytes, txErrors } = one
    return { name: one.name, rxBytes, rxErrors, txBytes, txErrors }
  })
  return { time: at, ...(all.find((one) => one.name === name) ?? { name: '' }), interfaces: all }
}

function diskStats({ inodes, inodesFree, ...bytes }: DiskUse, at: string): Json {
  return { time: at, ...bytes, inodesFree, inodes, inodesUsed: inodes - inodesFree }
}
