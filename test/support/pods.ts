/**
 * Pods as wanted and as seen, for tests of the functional core: ordinary in everything a test does not name. A container is
 * made from the very spec it is seen beside, so by itself it fits.
 */

import {
  containerHash,
  containerId,
  linuxResources,
  needsSandbox,
  noResources,
  nothingShared,
  podKey,
  podUid,
  sandboxHash,
  securitySpec,
  usualBackOff,
  usualSecurity,
  usualReaction,
  usualNames,
  usualTerminationMessagePath,
  type ContainerKind,
  type DesiredContainer,
  type DesiredPod,
  type DesiredPort,
  type ObservedContainer,
  type Owner,
  type SecuritySpec,
} from '../../lib/pod/index.js'

export const uid = podUid('uid-1')
export const nowTickMs = 1_000_000
/** 2026-03-01T12:00:00Z */
export const nowWallMs = 1_772_366_400_000
export const second = 1000
export const minute = 60 * second

/** What is asked of the engine for a container that says nothing about it. */
export const noSecurity: SecuritySpec = securitySpec(usualSecurity, { user: null, seccomp: null, appArmor: null })

export { noResources }

/** Whose containers a test makes; another folder of the same node is another podkeep. */
export function anOwner(node = 'n1', stateFolderId = 'folder-1'): Owner {
  return { node, stateFolderId }
}

export function aContainer(name: string, fields: Partial<DesiredContainer> = {}): DesiredContainer {
  return {
    name,
    image: 'app:1',
    imagePullPolicy: 'IfNotPresent',
    command: null,
    args: null,
    envFrom: [],
    env: [],
    workingDir: null,
    ports: [],
    mounts: [],
    resources: noResources,
    restartsOnResize: { cpu: false, memory: false },
    devices: [],
    security: usualSecurity,
    restartPolicy: null,
    restartRules: [],
    startupProbe: null,
    readinessProbe: null,
    livenessProbe: null,
    postStart: null,
    preStop: null,
    stopSignal: null,
    terminationMessagePath: usualTerminationMessagePath,
    terminationMessagePolicy: 'File',
    stdin: false,
    stdinOnce: false,
    tty: false,
    ...fields,
  }
}

export function containers(...names: string[]): DesiredContainer[] {
  return names.map((name) => aContainer(name))
}

export function aPort(fields: Partial<DesiredPort> = {}): DesiredPort {
  return { name: null, containerPort: 80, protocol: 'TCP', hostPort: null, hostIP: null, ...fields }
}

export function aPod(fields: Partial<DesiredPod> = {}): DesiredPod {
  return {
    key: podKey('default', 'web'),
    namespace: 'default',
    name: 'web',
    uid: null,
    owner: null,
    file: 'web.yaml',
    elsewhere: null,
    restartPolicy: 'Always',
    graceMs: 30 * second,
    activeDeadlineMs: null,
    priority: 0,
    dependsOn: [],
    backOff: usualBackOff,
    onConfigChange: usualReaction,
    rollout: null,
    pullSecrets: [],
    backoffLimit: null,
    ttlAfterFinishedMs: null,
    resources: noResources,
    pidsLimit: null,
    runtime: null,
    hostNetwork: false,
    sysctls: {},
    seLinux: null,
    shares: nothingShared,
    names: usualNames(fields.name ?? 'web'),
    volumes: [],
    initContainers: [],
    containers: [aContainer('app')],
    manifest: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: {} },
    ...fields,
  }
}

/**
 * An instance of the pod's container `name` (`POD` is its sandbox), running unless told otherwise. Its id is `<name>-<attempt>`;
 * a member stands in the sandbox `POD-0`.
 */
export function seen(pod: DesiredPod, name: string, fields: Partial<ObservedContainer> = {}): ObservedContainer {
  const container = [...pod.initContainers, ...pod.containers].find((one) => one.name === name)
  const attempt = fields.attempt ?? 0
  return {
    namespace: pod.namespace,
    podName: pod.name,
    podUid: pod.uid ?? uid,
    kind: kindOf(pod, name),
    name,
    attempt,
    crashes: 0,
    round: 0,
    hash: container === undefined ? sandboxHash(pod) : containerHash(pod, container),
    podHash: sandboxHash(pod),
    sandboxId: name === 'POD' || !needsSandbox(pod) ? null : containerId('POD-0'),
    file: pod.file,
    graceMs: pod.graceMs,
    podStartedAtMs: nowWallMs - minute,
    id: containerId(`${name}-${attempt}`),
    isForeign: false,
    state: 'running',
    createdAtMs: nowWallMs - minute,
    startedAtMs: nowWallMs - minute,
    finishedAtMs: null,
    exitCode: null,
    oomKilled: false,
    error: '',
    diedWithEngine: false,
    paused: false,
    image: container?.image ?? 'sandbox',
    imageId: 'sha256:1',
    ip: name === 'POD' ? '10.1.0.2' : null,
    stopSignal: 'SIGTERM',
    resources: linuxResources(container?.resources ?? noResources),
    finishedTickMs: null,
    stopRequestedTickMs: null,
    killRequestedTickMs: null,
    stoppedAsCrash: false,
    madeHere: true,
    startedHere: false,
    postStart: null,
    preStop: null,
    names: [],
    told: null,
    podStartedTickMs: nowTickMs - minute,
    remembered: false,
    ...fields,
  }
}

/** Made and never started. */
export function created(pod: DesiredPod, name: string, fields: Partial<ObservedContainer> = {}): ObservedContainer {
  return seen(pod, name, { state: 'created', startedAtMs: null, ip: null, ...fields })
}

/** It ended just now, after a minute. */
export function dead(
  pod: DesiredPod,
  name: string,
  exitCode: number,
  fields: Partial<ObservedContainer> = {},
): ObservedContainer {
  const end = { finishedAtMs: nowWallMs, finishedTickMs: nowTickMs, exitCode, ip: null }
  return seen(pod, name, { state: 'exited', ...end, ...fields })
}

function kindOf(pod: DesiredPod, name: string): ContainerKind {
  if (name === 'POD') return 'sandbox'
  return pod.initContainers.some((one) => one.name === name) ? 'init' : 'container'
}
