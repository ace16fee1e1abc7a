/**
 * Which edit means what: two hashes over the defaulted spec, in canonical JSON, under a version.
 *
 * H1  A value that is not set, or empty, is left out, so a later podkeep that knows more fields computes the same hash for a
 *     manifest that does not use them, and adopts what this one made.
 * H2  What takes effect without a restart (labels, annotations, grace periods, deadlines, resources, restart policies and rules,
 *     probes, hooks, ports that are not published) is in neither hash; neither is an order that nothing follows.
 * H3  A sidecar is replaced like a regular container; only the init containers that ran to their end are part of the pod's hash.
 */

import { createHash } from 'node:crypto'

import {
  isSidecar,
  needsSandbox,
  usualTerminationMessagePath,
  type DesiredContainer,
  type DesiredPod,
} from './desired.js'
import type { EnvVar } from './environment.js'
import { usualHostname } from './names.js'
import { needsPodCgroup } from './pod-cgroup.js'
import { restartedAt } from './restarted-at.js'
import { claimsOf, holdsSecrets, type DesiredVolume } from './volume.js'

const version = '1'

/** Changes when the container must be replaced; its siblings, the pod's address and its volumes stay. */
export function containerHash(pod: DesiredPod, container: DesiredContainer): string {
  return hashOf(containerParts(pod, container))
}

/** Changes when the whole pod must be made anew: what the sandbox carries, and what ran before the containers. */
export function sandboxHash(pod: DesiredPod): string {
  return hashOf(sandboxParts(pod))
}

/** What a hash covers, by the name under which a person would be told that it changed. */
export type HashedParts = Readonly<Record<string, unknown>>

/** The names of the parts in which two hashes differ. */
export function changedParts(before: HashedParts, after: HashedParts): string[] {
  const text = (parts: HashedParts, name: string): string => JSON.stringify(canonical({ part: parts[name] }))
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => text(before, name) !== text(after, name),
  )
}

export function containerParts(pod: DesiredPod, container: DesiredContainer): HashedParts {
  const volumes = new Map(pod.volumes.map((volume) => [volume.name, volume]))
  return {
    restartedAt: restartedAt(pod, container),
    image: container.image,
    command: container.command,
    args: container.args,
    envFrom: container.envFrom.map(({ object, prefix }) => ({ object, prefix })),
    env: container.env.map(variable),
    workingDir: container.workingDir,
    stopSignal: container.stopSignal,
    terminationMessagePath: changed(container.terminationMessagePath, usualTerminationMessagePath),
    stdin: container.stdin,
    stdinOnce: container.stdinOnce,
    tty: container.tty,
    securityContext: security(container),
    devices: container.devices,
    mounts: inAnyOrder(
      container.mounts.map((mount) => ({
        source: volumeSource(volumes.get(mount.volume)),
        mountPath: mount.mountPath,
        readOnly: mount.readOnly,
        subPath: mount.subPath,
        propagation: mount.propagation,
        recursiveReadOnly: mount.recursiveReadOnly,
      })),
    ),
  }
}

export function sandboxParts(pod: DesiredPod): HashedParts {
  return {
    sandbox: needsSandbox(pod),
    hostNetwork: pod.hostNetwork,
    runtimeClassName: pod.runtime,
    resources: needsPodCgroup(pod),
    shares: pod.shares,
    names: namesOf(pod),
    ports: pod.hostNetwork ? [] : inAnyOrder(publishedPorts(pod)),
    sysctls: Object.entries(pod.sysctls).sort(([a], [b]) => (a < b ? -1 : 1)),
    seLinuxOptions: pod.seLinux,
    claims: inAnyOrder(claimsOf(pod.volumes)),
    initContainers: pod.initContainers
      .filter((container) => !isSidecar(pod, container))
      .map((container) => [container.name, containerHash(pod, container)]),
  }
}

/** On the host's network the hostname is the machine's, and so is who is asked for names unless the pod says all of it. */
function namesOf({ name, hostNetwork, names }: DesiredPod): unknown {
  const { hostname, subdomain, hostnameIsFqdn, hostAliases, dnsPolicy, dnsConfig } = names
  const own = { hostname: changed(hostname, usualHostname(name)), subdomain, hostnameIsFqdn }
  return {
    ...(hostNetwork ? {} : own),
    hostAliases: hostAliases.map(({ ip, names: aliases }) => [ip, ...aliases]),
    dnsPolicy: hostNetwork && dnsPolicy !== 'none' ? null : changed(dnsPolicy, 'podNetwork'),
    dnsConfig,
  }
}

/** What a variable refers to, not what is found there: a label or a limit that changes replaces no container. */
function variable({ name, value, valueFrom }: EnvVar): unknown[] {
  if (valueFrom === undefined) return [name, value]
  const { kind } = valueFrom
  if (kind === 'configKeyRef') return [name, { kind, object: valueFrom.object, key: valueFrom.key }]
  if (kind !== 'resourceFieldRef') return [name, valueFrom]
  const { container, bound, resource, divisor } = valueFrom
  return [name, { kind, container, bound, resource, divisor }]
}

/** That it names AppArmor's usual profile asks something of the machine, and nothing of the container. */
function security({ security }: DesiredContainer): object {
  return { ...security, appArmor: security.appArmor?.kind === 'RuntimeDefault' ? null : security.appArmor }
}

/** What is as usual is left out, like what is not set. */
function changed<Value>(value: Value, usual: Value): Value | null {
  return value === usual ? null : value
}

export interface PublishedPort {
  readonly containerPort: number
  readonly protocol: string
  readonly hostPort: number
  readonly hostIP: string | null
}

/**
 * What the sandbox publishes: the ports that name a host port, of the containers that stay: regular ones and sidecars.
 * Source: kubelet generatePodSandboxConfig.
 */
export function publishedPorts(pod: DesiredPod): PublishedPort[] {
  const sidecars = pod.initContainers.filter((container) => isSidecar(pod, container))
  return [...pod.containers, ...sidecars]
    .flatMap((container) => container.ports)
    .flatMap(({ containerPort, protocol, hostPort, hostIP }) =>
      hostPort === null ? [] : [{ containerPort, protocol, hostPort, hostIP }],
    )
}

function volumeSource(volume: DesiredVolume | undefined): unknown {
  if (volume === undefined) return null
  switch (volume.kind) {
    case 'hostPath':
      return { hostPath: volume.path, readOnly: volume.readOnly }
    case 'emptyDir':
      return { emptyDir: volume.name, medium: volume.medium, pageBytes: volume.pageBytes }
    case 'image':
      return { image: volume.image }
    case 'persistentVolumeClaim':
      return { claim: volume.claim.name, readOnly: volume.readOnly }
    case 'nfs':
      return { nfs: volume.share, readOnly: volume.readOnly }
    // What is in it is rewritten in place.
    case 'configMap':
    case 'secret':
    case 'downwardAPI':
    case 'projected':
      return { [volume.kind]: volume.name, isInMemory: holdsSecrets(volume) }
  }
}

function inAnyOrder(items: readonly object[]): unknown[] {
  const text = (item: object): string => JSON.stringify(canonical(item))
  return [...items].sort((a, b) => (text(a) < text(b) ? -1 : 1))
}

function hashOf(value: unknown): string {
  const text = JSON.stringify(canonical(value))
  return `${version}:${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
}

/** Keys sorted, and null, false, '' and empty collections dropped from objects; array elements stay, for they have places. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .map(([key, field]) => [key, canonical(field)] as const)
    .filter(([, field]) => !isEmpty(field))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries)
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}
