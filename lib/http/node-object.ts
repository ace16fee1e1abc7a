/**
 * The machine as a v1 Node, which a standalone kubelet shows nowhere, and as cAdvisor's MachineInfo, which was at /spec/.
 * Source: the published OpenAPI, core/v1 Node; kubelet pkg/kubelet/nodestatus for conditions and their reasons.
 */

import {
  allocatableDiskBytes,
  allocatableMemoryBytes,
  leastDiskShare,
  leastInodesShare,
  leastMemoryBytes,
} from '../pod/index.js'
import type { MachineFacts, MachineUse, Readiness } from '../ports/index.js'
import { time } from './v1-event.js'

export interface NodeParts {
  readonly nodeName: string
  readonly nodeLabels: Readonly<Record<string, string>>
  readonly version: string
  readonly hostIP: string
  /** `docker://20.10.24`; empty while the engine was not reached yet. */
  readonly runtimeVersion: string
  readonly facts: MachineFacts
  readonly use: MachineUse
  readonly readiness: Readiness
}

type Json = Record<string, unknown>

const podLimit = 110
const bytesPerKiB = 1024

export function nodeObject(parts: NodeParts): Json {
  const { nodeName, nodeLabels, version, hostIP, facts, use, runtimeVersion } = parts
  const { disk } = use
  const capacity = resources(facts.cpus, facts.memoryBytes, disk.capacityBytes)
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: {
      name: nodeName,
      creationTimestamp: time(use.bootAtMs),
      labels: nodeLabels,
    },
    spec: {},
    status: {
      capacity,
      allocatable: resources(
        facts.cpus,
        allocatableMemoryBytes(facts.memoryBytes),
        allocatableDiskBytes(disk.capacityBytes),
      ),
      conditions: conditions(parts),
      addresses: [
        { type: 'InternalIP', address: hostIP },
        { type: 'Hostname', address: nodeName },
      ],
      nodeInfo: {
        machineID: facts.machineId,
        systemUUID: facts.systemUuid,
        bootID: facts.bootId,
        kernelVersion: facts.kernelVersion,
        osImage: facts.osImage,
        containerRuntimeVersion: runtimeVersion,
        kubeletVersion: `podkeep/${version}`,
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: facts.architecture,
      },
    },
  }
}

function resources(cpus: number, memoryBytes: number, diskBytes: number): Json {
  return {
    cpu: String(cpus),
    memory: `${Math.floor(memoryBytes / bytesPerKiB)}Ki`,
    'ephemeral-storage': `${Math.floor(diskBytes / bytesPerKiB)}Ki`,
    pods: String(podLimit),
  }
}

/** When it turned is not kept: the time is that of the look. */
function conditions({ use, readiness }: NodeParts): Json[] {
  const { disk, memory } = use
  const at = time(use.atMs)
  const isDiskShort =
    disk.availableBytes < leastDiskShare * disk.capacityBytes || disk.inodesFree < leastInodesShare * disk.inodes
  const isPidShort = use.maxPid > 0 && use.processCount > 0.95 * use.maxPid
  const pressure = (type: string, isShort: boolean, words: readonly [string, string]): Json => ({
    type,
    status: isShort ? 'True' : 'False',
    lastHeartbeatTime: at,
    lastTransitionTime: at,
    reason: isShort ? words[0] : words[1],
    message: `podkeep sees ${isShort ? 'too little' : 'enough'}`,
  })
  const awaited = readiness.checks.flatMap(({ waitingFor }) => (waitingFor === null ? [] : [waitingFor]))
  return [
    pressure('MemoryPressure', memory.availableBytes < leastMemoryBytes, [
      'KubeletHasInsufficientMemory',
      'KubeletHasSufficientMemory',
    ]),
    pressure('DiskPressure', isDiskShort, ['KubeletHasDiskPressure', 'KubeletHasNoDiskPressure']),
    pressure('PIDPressure', isPidShort, ['KubeletHasInsufficientPID', 'KubeletHasSufficientPID']),
    {
      type: 'Ready',
      status: readiness.ready ? 'True' : 'False',
      lastHeartbeatTime: at,
      lastTransitionTime: at,
      reason: readiness.ready ? 'KubeletReady' : 'KubeletNotReady',
      message: readiness.ready ? 'podkeep is ready' : awaited.join('; '),
    },
  ]
}

/** Source: cAdvisor info/v1 machine.go. */
export function machineInfo({ facts, use }: Pick<NodeParts, 'facts' | 'use'>): Json {
  return {
    timestamp: time(use.atMs),
    num_cores: facts.cpus,
    memory_capacity: facts.memoryBytes,
    machine_id: facts.machineId,
    system_uuid: facts.systemUuid,
    boot_id: facts.bootId,
    filesystems: [
      { device: '', capacity: use.disk.capacityBytes, type: 'vfs', inodes: use.disk.inodes, has_inodes: true },
    ],
    network_devices: use.interfaces.map(({ name }) => ({ name })),
    cloud_provider: 'Unknown',
    instance_type: 'Unknown',
    instance_id: 'None',
  }
}
