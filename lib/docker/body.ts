/**
 * What is sent to the engine to make a container.
 * Source: kubelet pkg/kubelet/dockershim docker_sandbox.go and docker_container.go. Differs: mounts are of type bind with an
 * error for a missing source (the kubelet's `Binds` make a directory as root), and containers are attached to podkeep's network.
 */

import {
  cpuPeriodMicros,
  encodeLabels,
  engineCgroup,
  podCgroupName,
  type ContainerSpec,
  type HostFiles,
  type LinuxResources,
  type Owner,
  type SandboxSpec,
} from '../pod/index.js'
import { devicesOf } from './devices.js'
import type { Dockerode } from './dockerode.js'
import { keptClaims, mountsBody } from './mount-body.js'
import { containerSecurity, sandboxSecurity, sysctlsOf, userOf } from './security.js'

export interface Surroundings {
  readonly owner: Owner
  readonly network: string
  readonly sandboxImage: string
  /** null: the engine's own, which podkeep does not know how to limit. */
  readonly logConfig: LogConfig | null
  /** Where it wants to be told what a Docker Engine does by itself. */
  readonly isPodman: boolean
}

export interface LogConfig {
  readonly Type: string
  readonly Config: Readonly<Record<string, string>>
}

export interface LogLimits {
  readonly maxBytes: number
  /** The one that is written among them. */
  readonly maxFiles: number
}

/** As much as the kubelet keeps of a container's log; Docker alone would fill the disk. */
export const usualLogLimits: LogLimits = { maxBytes: 10 * 2 ** 20, maxFiles: 5 }

/** The drivers of files; what others do with a log is theirs. In bytes, for to one of the two `10m` is 10 MB and to the other 10 MiB. */
export function limitedLog(
  driver: string | undefined,
  { maxBytes, maxFiles }: LogLimits,
  isPodman: boolean,
): LogConfig | null {
  // It does not tell its driver. Where that writes files it keeps one, and begins it anew when it is full.
  if (isPodman) return { Type: '', Config: { 'max-size': String(maxBytes) } }
  if (driver !== 'json-file' && driver !== 'local') return null
  return { Type: driver, Config: { 'max-size': String(maxBytes), 'max-file': String(maxFiles) } }
}

/** The least a cgroup may have: a sandbox sleeps. Source: dockershim defaultSandboxCPUshares. */
export const sandboxResources: LinuxResources = { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 0 }

export function sandboxBody(spec: SandboxSpec, around: Surroundings): Dockerode.ContainerCreateOptions {
  return {
    ...common(around, spec),
    Image: around.sandboxImage,
    ...(spec.hostNetwork ? {} : onPodNetwork(spec, around.network)),
    HostConfig: {
      ...commonHost(around, spec),
      IpcMode: spec.hostIpc ? 'host' : 'shareable',
      ...hostFiles(spec.files),
      ...limits(sandboxResources),
      ...(around.isPodman && anyProcesses(sandboxResources)),
      ...(spec.claims !== undefined && { Mounts: keptClaims(spec.claims, around.owner.node) }),
      ...sandboxSecurity(spec.seLinux),
      ...sysctlsOf(spec.sysctls),
      NetworkMode: spec.hostNetwork ? 'host' : around.network,
      ...(spec.hostNetwork ? {} : { PortBindings: portBindings(spec) }),
    },
  }
}

/** @param oomScoreAdj as far as the host allows */
export function containerBody(
  spec: ContainerSpec,
  around: Surroundings,
  oomScoreAdj: number,
): Dockerode.ContainerCreateOptions {
  const { sandboxId } = spec.identity
  return {
    ...common(around, spec),
    Image: spec.image,
    Env: [...spec.env],
    ...userOf(spec.security),
    // An entrypoint alone clears the image's CMD; a CMD alone keeps its ENTRYPOINT. That is Kubernetes' rule too.
    ...(isGiven(spec.command) && { Entrypoint: [...spec.command] }),
    ...(isGiven(spec.args) && { Cmd: [...spec.args] }),
    ...(spec.workingDir !== null && { WorkingDir: spec.workingDir }),
    ...(spec.stopSignal !== null && { StopSignal: spec.stopSignal }),
    ...(spec.tty && { Tty: true }),
    ...(spec.stdin && { OpenStdin: true, StdinOnce: spec.stdinOnce }),
    HostConfig: {
      ...commonHost(around, spec),
      ...(sandboxId === null
        ? { NetworkMode: 'host', ...(spec.hostIpc && { IpcMode: 'host' }) }
        : {
            NetworkMode: `container:${sandboxId}`,
            // What joins a network there has a hostname of its own.
            ...(around.isPodman && { UTSMode: `container:${sandboxId}` }),
            IpcMode: spec.hostIpc ? 'host' : `container:${sandboxId}`,
          }),
      ...processNamespace(spec),
      ...(spec.files !== null && hostFiles(spec.files)),
      ...mountsBody(spec.mounts, around.owner.node, around.isPodman),
      ...limits(spec.resources),
      ...(around.isPodman && anyProcesses(spec.resources)),
      ...devicesOf(spec),
      ...containerSecurity(spec.security, around.isPodman),
      ...sysctlsOf(spec.sysctls),
      OomScoreAdj: oomScoreAdj,
    },
  }
}

/** For a running container. A limit of cpu or processes is lifted by -1; one of memory cannot be (see canUpdateInPlace). */
export function updateBody(resources: LinuxResources): Record<string, number> {
  return {
    ...limits(resources),
    ...(resources.cpuQuotaMicros === 0 && { CpuQuota: -1 }),
    ...(resources.pidsLimit === undefined && { PidsLimit: -1 }),
  }
}

function common(around: Surroundings, { identity }: SandboxSpec | ContainerSpec): Dockerode.ContainerCreateOptions {
  return { Labels: encodeLabels(around.owner, identity), Healthcheck: { Test: ['NONE'] } }
}

function commonHost(around: Surroundings, { podCgroup, runtime }: SandboxSpec | ContainerSpec): Dockerode.HostConfig {
  const { stateFolderId } = around.owner
  return {
    RestartPolicy: { Name: 'no' },
    ...(runtime !== undefined && { Runtime: runtime }),
    Init: false,
    ...(around.logConfig !== null && { LogConfig: around.logConfig }),
    ...(podCgroup !== undefined && { CgroupParent: `${engineCgroup}/${podCgroupName(stateFolderId, podCgroup)}` }),
  }
}

function limits(resources: LinuxResources): Record<string, number> {
  return {
    CpuShares: resources.cpuShares,
    ...(resources.cpuQuotaMicros > 0 && { CpuPeriod: cpuPeriodMicros, CpuQuota: resources.cpuQuotaMicros }),
    // The same value twice: no swap on top of it.
    ...(resources.memoryBytes > 0 && { Memory: resources.memoryBytes, MemorySwap: resources.memoryBytes }),
    ...(resources.pidsLimit !== undefined && { PidsLimit: resources.pidsLimit }),
  }
}

/** podman allows 2048 where nothing is said. */
function anyProcesses({ pidsLimit = -1 }: LinuxResources): Dockerode.HostConfig {
  return { PidsLimit: pidsLimit }
}

function processNamespace({ processes, identity: { sandboxId } }: ContainerSpec): Dockerode.HostConfig {
  if (processes === 'host') return { PidMode: 'host' }
  return processes === 'sandbox' && sandboxId !== null ? { PidMode: `container:${sandboxId}` } : {}
}

function hostFiles({ hosts, dns }: HostFiles): Dockerode.HostConfig {
  return {
    ...(hosts.length > 0 && { ExtraHosts: hosts.flatMap(({ ip, names }) => names.map((name) => `${name}:${ip}`)) }),
    ...(dns !== null && { Dns: [...dns.nameservers], DnsSearch: [...dns.searches], DnsOptions: [...dns.options] }),
  }
}

function onPodNetwork(spec: SandboxSpec, network: string): Dockerode.ContainerCreateOptions {
  return {
    Hostname: spec.hostname,
    ...(spec.domain !== null && { Domainname: spec.domain }),
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [portKey(port), {}])),
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [...spec.aliases] } } },
  }
}

function portBindings(spec: SandboxSpec): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {}
  for (const port of spec.ports) {
    const binding = { HostIp: port.hostIP ?? '', HostPort: String(port.hostPort) }
    bindings[portKey(port)] = [...(bindings[portKey(port)] ?? []), binding]
  }
  return bindings
}

function portKey(port: SandboxSpec['ports'][number]): string {
  return `${port.containerPort}/${port.protocol.toLowerCase()}`
}

function isGiven(words: readonly string[] | null): words is readonly string[] {
  return words !== null && words.length > 0
}
