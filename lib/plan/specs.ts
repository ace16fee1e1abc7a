/** From a wanted pod to what is asked of the engine, with everything decided. */

import {
  domainOf,
  engineClaimsOf,
  needsPodCgroup,
  containerResources,
  oomScoreAdj,
  publishedPorts,
  replacingReferences,
  type ContainerIdentity,
  type ContainerKind,
  type ContainerSpec,
  type DesiredContainer,
  type HostFiles,
  type MountSpec,
  type ObservedContainer,
  type PodUid,
  type ProcessNamespace,
  type SandboxSpec,
  type SecuritySpec,
} from '../pod/index.js'
import { sandboxName } from './attempt.js'
import { configLabel } from './config.js'
import { dnsOf } from './dns.js'
import { expandAll, type Environment } from './environment.js'
import { aliasesOf } from './names.js'
import type { PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { mountedDigest } from './signals.js'
import { objectsUnwritten } from './volumes.js'

export interface Instance {
  readonly attempt: number
  readonly crashes: number
  /** Left out: none. */
  readonly failures?: number
}

export function sandboxSpec(view: PodView, instance: Instance, context: PlanContext): SandboxSpec {
  const { pod } = view
  const { hostname, hostnameIsFqdn } = pod.names
  const domain = domainOf(pod.namespace, pod.names)
  const claims = engineClaimsOf(pod.volumes)
  return {
    identity: identity(view, { kind: 'sandbox', name: sandboxName, hash: view.sandboxHash, sandboxId: null }, instance),
    hostname: hostnameIsFqdn && domain !== null ? `${hostname}.${domain}` : hostname,
    domain: hostnameIsFqdn ? null : domain,
    hostNetwork: pod.hostNetwork,
    hostIpc: pod.shares.hostIpc,
    ports: pod.hostNetwork ? [] : publishedPorts(pod),
    ...(claims.length > 0 && { claims }),
    sysctls: pod.sysctls,
    seLinux: pod.seLinux,
    aliases: pod.hostNetwork ? [] : aliasesOf(pod, context.services ?? []),
    files: hostFiles(view, context),
    ...cgroupOf(view),
    ...runtimeOf(view),
  }
}

function runtimeOf({ pod }: PodView): { readonly runtime?: string } {
  return pod.runtime === null ? {} : { runtime: pod.runtime }
}

/** Where what limits the pod as a whole is set. */
function cgroupOf({ pod, uid }: PodView): { readonly podCgroup?: PodUid } {
  return needsPodCgroup(pod) ? { podCgroup: uid } : {}
}

function hostFiles({ pod }: PodView, { hostDns }: PlanContext): HostFiles {
  return { hosts: pod.names.hostAliases, dns: dnsOf(pod, hostDns) }
}

function processNamespace({ pod }: PodView): ProcessNamespace {
  if (pod.shares.hostPid) return 'host'
  return pod.shares.processes ? 'sandbox' : 'own'
}

export function containerSpec(
  view: PodView,
  container: DesiredContainer,
  {
    kind,
    sandbox,
    instance,
    environment,
    security,
    mounts,
  }: {
    kind: ContainerKind
    sandbox: ObservedContainer | null
    instance: Instance
    environment: Environment
    security: SecuritySpec
    mounts: readonly MountSpec[]
  },
  context: PlanContext,
): ContainerSpec {
  const config = configLabel(replacingReferences(view.pod, container), found(view, container, context), context.config)
  const part = { kind, name: container.name, hash: view.hashOf(container), sandboxId: sandbox?.id ?? null }
  return {
    identity: identity(view, config === null ? part : { ...part, config }, instance),
    image: container.image,
    command: expandAll(container.command, environment),
    args: expandAll(container.args, environment),
    env: [...environment].map(([name, value]) => `${name}=${value}`),
    workingDir: container.workingDir,
    stopSignal: container.stopSignal,
    stdin: container.stdin,
    stdinOnce: container.stdinOnce,
    tty: container.tty,
    mounts,
    processes: processNamespace(view),
    hostIpc: view.pod.shares.hostIpc,
    files: sandbox === null ? hostFiles(view, context) : null,
    resources: containerResources(view.pod, container, context.podPidsLimit),
    ...(container.devices.length > 0 && { devices: container.devices }),
    ...cgroupOf(view),
    ...runtimeOf(view),
    security,
    sysctls: sandbox === null ? view.pod.sysctls : {},
    oomScoreAdj: oomScoreAdj(view.pod, container, context.memoryCapacityBytes),
  }
}

/** What its volumes hold of ConfigMaps and Secrets when it is made. */
function found(view: PodView, container: DesiredContainer, context: PlanContext): Parameters<typeof configLabel>[1] {
  const isReplaced = view.pod.onConfigChange.kind === 'restart'
  return {
    mounted: mountedDigest(view, container, context),
    unread: isReplaced ? objectsUnwritten(view, container, context) : new Set(),
  }
}

function identity(
  view: PodView,
  part: Pick<ContainerIdentity, 'kind' | 'name' | 'hash' | 'sandboxId' | 'config'>,
  instance: Instance,
): ContainerIdentity {
  return {
    ...part,
    ...instance,
    namespace: view.pod.namespace,
    podName: view.pod.name,
    podUid: view.uid,
    podHash: view.sandboxHash,
    round: view.round,
    file: view.pod.file,
    graceMs: view.pod.graceMs,
    podStartedAtMs: view.startedAtMs,
  }
}
