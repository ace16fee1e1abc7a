/** What an engine tells of itself and its machine, for `podkeep doctor`. */

import { decodeLabels, nodeLabel } from '../pod/index.js'
import type { EngineAddress } from './address.js'
import { agreeOnVersion } from './connect.js'
import { Engine } from './engine.js'
import { defaultDeadlines } from './modem.js'

export interface EngineReport {
  readonly version: string
  readonly apiVersion: string
  readonly storageDriver: string
  readonly logDriver: string
  /** `1` or `2`; empty when it does not tell. */
  readonly cgroupVersion: string
  readonly dataRoot: string
  readonly liveRestore: boolean
  readonly isRootless: boolean
  readonly limitsMemory: boolean
  readonly limitsCpu: boolean
  readonly forwardsIPv4: boolean
  readonly warnings: readonly string[]
  readonly clockMs: number | null
  /** How many of podkeep's containers there are of each node name. */
  readonly containersByNode: ReadonlyMap<string, number>
}

/** The part of GET /info that is read here. */
interface Info {
  readonly Driver?: string
  readonly LoggingDriver?: string
  readonly CgroupVersion?: string
  readonly DockerRootDir?: string
  readonly LiveRestoreEnabled?: boolean
  readonly SecurityOptions?: readonly string[] | null
  readonly MemoryLimit?: boolean
  readonly CpuCfsQuota?: boolean
  readonly IPv4Forwarding?: boolean
  readonly Warnings?: readonly string[] | null
  readonly SystemTime?: string
}

/** @throws PodkeepError when it does not answer, or is too old */
export async function engineReport(address: EngineAddress): Promise<EngineReport> {
  const engine = new Engine(address, defaultDeadlines)
  try {
    const { version, apiVersion } = await agreeOnVersion(engine)
    const info = await engine.call(
      'look',
      'ask the engine about its machine',
      (docker) => docker.info() as Promise<Info>,
    )
    const containers = await engine.call('look', 'list the containers of pods', (docker) =>
      docker.listContainers({ all: true, filters: { label: [nodeLabel] } }),
    )
    const containersByNode = new Map<string, number>()
    for (const { Labels } of containers.filter(({ Labels: labels }) => decodeLabels(labels) !== null)) {
      const node = Labels[nodeLabel] ?? ''
      containersByNode.set(node, (containersByNode.get(node) ?? 0) + 1)
    }
    const clockMs = Date.parse(info.SystemTime ?? '')
    return {
      version: version.Version,
      apiVersion,
      storageDriver: info.Driver ?? '',
      logDriver: info.LoggingDriver ?? '',
      cgroupVersion: info.CgroupVersion ?? '',
      dataRoot: info.DockerRootDir ?? '',
      liveRestore: info.LiveRestoreEnabled === true,
      isRootless: (info.SecurityOptions ?? []).some((option) => option.includes('rootless')),
      limitsMemory: info.MemoryLimit !== false,
      limitsCpu: info.CpuCfsQuota !== false,
      forwardsIPv4: info.IPv4Forwarding !== false,
      warnings: info.Warnings ?? [],
      clockMs: Number.isNaN(clockMs) ? null : clockMs,
      containersByNode,
    }
  } finally {
    engine.close()
  }
}
