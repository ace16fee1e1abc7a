/** From the engine's answer about a container to podkeep's ContainerFacts. */

import { constants } from 'node:os'

import {
  cpuPeriodMicros,
  containerId,
  decodeLabels,
  isForeign,
  nodeLabel,
  type ContainerFacts,
  type ContainerState,
  type LinuxResources,
  type Owner,
} from '../pod/index.js'
import { diedWithEngine } from './died-with-engine.js'
import type { Dockerode } from './dockerode.js'
import { cleaned, isUnmountedShare } from './errors.js'
import { keptClaimName } from './mount-body.js'

/** Who looks, and since when the engine runs. */
export interface Viewpoint {
  readonly owner: Owner
  readonly engineStartedAtMs: number | null
}

export const defaultStopSignal = 'SIGTERM'

interface PortBinding {
  readonly HostIp?: string
  readonly HostPort: string
}

/** null when its labels do not say that it belongs to this node, or are damaged. */
export function factsOf(
  inspected: Dockerode.ContainerInspectInfo,
  { owner, engineStartedAtMs }: Viewpoint,
): ContainerFacts | null {
  const labels = inspected.Config.Labels
  const identity = labels[nodeLabel] === owner.node ? decodeLabels(labels) : null
  if (identity === null) return null
  const state = stateOf(inspected.State)
  const createdAtMs = timeMs(inspected.Created) ?? 0
  const startedAtMs = timeMs(inspected.State.StartedAt)
  const finishedAtMs = state === 'exited' ? endOf(timeMs(inspected.State.FinishedAt), startedAtMs, createdAtMs) : null
  return {
    ...identity,
    id: containerId(inspected.Id),
    isForeign: isForeign(owner, labels),
    state,
    paused: state === 'running' && inspected.State.Paused,
    createdAtMs,
    startedAtMs,
    finishedAtMs,
    exitCode: state === 'exited' ? inspected.State.ExitCode : null,
    oomKilled: state === 'exited' && inspected.State.OOMKilled,
    error: cleaned(inspected.State.Error),
    diedWithEngine: diedWithEngine(finishedAtMs, engineStartedAtMs),
    image: inspected.Config.Image,
    imageId: inspected.Image,
    ip: state === 'running' && identity.kind === 'sandbox' ? ipOf(inspected) : null,
    stopSignal: stopSignalOf(inspected),
    resources: resourcesOf(inspected.HostConfig),
    ...(identity.kind === 'sandbox' && { ...portsOf(inspected.HostConfig), ...claimsOf(inspected) }),
  }
}

/**
 * The engine keeps no time of an end that came before the start; it was soon after the creation. A program that ends at once
 * may end before the engine notes that it started.
 */
function endOf(finishedAtMs: number | null, startedAtMs: number | null, createdAtMs: number): number {
  return Math.max(finishedAtMs ?? createdAtMs, startedAtMs ?? 0)
}

/**
 * A container that could not be started stays `created`, with an exit code and the reason; where it was a share that could not
 * be mounted, it is as good as never tried. A paused one has a process and
 * counts as running. One that is `removing` or `dead` has none and never will again.
 */
function stateOf(state: Dockerode.ContainerInspectInfo['State']): ContainerState {
  switch (state.Status) {
    case 'running':
    case 'paused':
    case 'restarting':
      return 'running'
    // "configured" and "initialized" are Podman's.
    case 'created':
    case 'configured':
    case 'initialized':
      if (isUnmountedShare(state.Error)) return 'created'
      return state.ExitCode !== 0 || state.Error !== '' ? 'exited' : 'created'
    default:
      return 'exited'
  }
}

function stopSignalOf(inspected: Dockerode.ContainerInspectInfo): string {
  // Missing in the published types; Podman tells its number, as text or not.
  const { StopSignal: told } = inspected.Config as { readonly StopSignal?: unknown }
  const name = Object.entries(constants.signals).find(([, number]) => String(number) === String(told))?.[0]
  return name ?? (typeof told === 'string' && told !== '' ? told : defaultStopSignal)
}

function ipOf(inspected: Dockerode.ContainerInspectInfo): string | null {
  const addresses = Object.values(inspected.NetworkSettings.Networks).map((network) => network.IPAddress)
  return addresses.find((address) => address !== '') ?? null
}

function resourcesOf(host: Dockerode.HostConfig): LinuxResources {
  const quota = host.CpuQuota ?? 0
  const pids = host.PidsLimit ?? 0
  const period = host.CpuPeriod === undefined || host.CpuPeriod === 0 ? cpuPeriodMicros : host.CpuPeriod
  return {
    cpuShares: host.CpuShares ?? 0,
    cpuQuotaMicros: quota <= 0 ? 0 : Math.round((quota * cpuPeriodMicros) / period),
    memoryBytes: host.Memory ?? 0,
    ...(pids > 0 && { pidsLimit: pids }),
  }
}

/** As body.ts writes them: `{"80/tcp": [{HostIp, HostPort}]}`. */
function portsOf({ PortBindings: bindings }: Dockerode.HostConfig): Pick<ContainerFacts, 'ports'> {
  const all = Object.entries((bindings ?? {}) as Record<string, PortBinding[] | null>)
  const ports = all.flatMap(([key, places]) => {
    const [port, protocol = 'tcp'] = key.split('/')
    return (places ?? []).map(({ HostIp, HostPort }) => ({
      ...{ containerPort: Number(port), protocol: protocol.toUpperCase(), hostPort: Number(HostPort) },
      hostIP: HostIp === undefined || HostIp === '' ? null : HostIp,
    }))
  })
  return ports.length === 0 ? {} : { ports }
}

/** By where the sandbox has them. */
function claimsOf({ Mounts: mounts }: Dockerode.ContainerInspectInfo): Pick<ContainerFacts, 'claims'> {
  const claims = ((mounts as typeof mounts | null) ?? []).flatMap(({ Destination: path }) => keptClaimName(path) ?? [])
  return claims.length === 0 ? {} : { claims }
}

/** null for Go's zero time and for what is no time. */
export function timeMs(text: string | undefined): number | null {
  if (text === undefined || text.startsWith('0001-01-01')) return null
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? null : ms
}
