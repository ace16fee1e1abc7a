/** From a wanted pod to what is asked of the engine, with everything decided. */

import {
  linuxResources,
  oomScoreAdj,
  publishedPorts,
  variableReferences,
  type ContainerIdentity,
  type ContainerKind,
  type ContainerSpec,
  type DesiredContainer,
  type MountSpec,
  type ObservedContainer,
  type SandboxSpec,
  type SecuritySpec,
} from '../pod/index.js'
import { sandboxName } from './attempt.js'
import { configLabel } from './config.js'
import { expandAll, type Environment } from './environment.js'
import type { PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

const hostnameMax = 63

export interface Instance {
  readonly attempt: number
  readonly crashes: number
}

export function sandboxSpec(view: PodView, instance: Instance): SandboxSpec {
  const { pod } = view
  return {
    identity: identity(view, { kind: 'sandbox', name: sandboxName, hash: view.sandboxHash, sandboxId: null }, instance),
    hostname: pod.name.slice(0, hostnameMax).replace(/[-.]+$/, ''),
    hostNetwork: pod.hostNetwork,
    ports: pod.hostNetwork ? [] : publishedPorts(pod),
    sysctls: pod.sysctls,
    seLinux: pod.seLinux,
  }
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
  const config = configLabel(variableReferences(container), context.config)
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
    resources: linuxResources(container.resources),
    security,
    sysctls: sandbox === null ? view.pod.sysctls : {},
    oomScoreAdj: oomScoreAdj(view.pod, container.resources, context.memoryCapacityBytes),
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
