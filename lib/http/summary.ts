/** /stats/summary in the kubelet's shape. Source: kubelet pkg/apis/stats/v1alpha1 types.go. What is not known is left out. */

import type { ContainerUse, DiskUse, InterfaceUse, MemoryUse } from '../ports/index.js'
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
      cpu: cpuStats(machine, machineNanoCores, at),
      memory: { ...memoryStats(memory, at), availableBytes },
      ...(!isBrief && {
        network: networkStats(machine.interfaces, machine.defaultInterface, at),
        fs,
        runtime: { imageFs: fs, containerFs: fs },
        rlimit: { time: at, maxpid: machine.maxPid, curproc: machine.processCount },
      }),
    },
    pods: pods.map((pod) => podStats(pod, at, isBrief)),
  }
}

function podStats({ entry, containers, interfaces }: PodSample, at: string, isBrief: boolean): Json {
  const used = containers.flatMap(({ use, nanoCores }) => (use === null ? [] : [{ use, nanoCores }]))
  const sum = (numberOf: (use: ContainerUse) => number): number =>
    used.reduce((total, { use }) => total + numberOf(use), 0)
  const areRatesKnown = used.length > 0 && used.every(({ nanoCores }) => nanoCores !== null)
  return {
    podRef: { ...nameOf(entry), uid: entry.uid },
    startTime: entry.status.startTime ?? null,
    containers: containers.map((one) => containerStats(one, at)),
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
          pageFaults: sum(({ memory }) => memory.pageFaults),
          majorPageFaults: sum(({ memory }) => memory.majorPageFaults),
          limitBytes: null,
        },
        at,
      ),
    }),
    ...(!isBrief && {
      ...(interfaces !== null && { network: networkStats(interfaces, interfaces[0]?.name ?? null, at) }),
      process_stats: { process_count: sum((use) => use.processCount) },
    }),
  }
}

function containerStats({ status, startedAt, use, nanoCores }: ContainerSample, at: string): Json {
  return {
    name: status.name,
    startTime: startedAt,
    ...(use !== null && { cpu: cpuStats(use, nanoCores, at), memory: memoryStats(use.memory, at) }),
  }
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
  const main = interfaces.find((one) => one.name === name)
  return { time: at, ...(main ?? { name: '' }), interfaces }
}

function diskStats({ inodes, inodesFree, ...bytes }: DiskUse, at: string): Json {
  return { time: at, ...bytes, inodesFree, inodes, inodesUsed: inodes - inodesFree }
}
