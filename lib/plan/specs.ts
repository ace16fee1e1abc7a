/** From a wanted pod to what is asked of the engine, with everything decided. */

import {
  invariant,
  linuxResources,
  oomScoreAdj,
  publishedPorts,
  type ContainerIdentity,
  type ContainerKind,
  type ContainerSpec,
  type DesiredContainer,
  type MountSpec,
  type ObservedContainer,
  type SandboxSpec,
  type SecuritySpec,
} from '../pod/index.js'
import { volumeKey } from './action.js'
import { sandboxName } from './attempt.js'
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
  }: {
    kind: ContainerKind
    sandbox: ObservedContainer | null
    instance: Instance
    environment: Environment
    security: SecuritySpec
  },
  context: PlanContext,
): ContainerSpec {
  return {
    identity: identity(
      view,
      { kind, name: container.name, hash: view.hashOf(container), sandboxId: sandbox?.id ?? null },
      instance,
    ),
    image: container.image,
    command: expandAll(container.command, environment),
    args: expandAll(container.args, environment),
    env: [...environment].map(([name, value]) => `${name}=${value}`),
    workingDir: container.workingDir,
    stopSignal: container.stopSignal,
    stdin: container.stdin,
    stdinOnce: container.stdinOnce,
    tty: container.tty,
    mounts: mountSpecs(view, container, context),
    resources: linuxResources(container.resources),
    security,
    sysctls: sandbox === null ? view.pod.sysctls : {},
    oomScoreAdj: oomScoreAdj(view.pod, container.resources, context.memoryCapacityBytes),
  }
}

function mountSpecs(view: PodView, container: DesiredContainer, context: PlanContext): MountSpec[] {
  return container.mounts.map((mount) => {
    const volume = view.pod.volumes.find((one) => one.name === mount.volume)
    invariant(volume !== undefined, `mount ${mount.volume} of ${view.pod.key} names one of its volumes`)
    const hostPath = context.volumePaths.get(volumeKey(view.uid, volume))
    invariant(hostPath !== undefined, `volume ${mount.volume} of ${view.pod.key} was prepared`)
    return { hostPath, mountPath: mount.mountPath, readOnly: mount.readOnly }
  })
}

function identity(
  view: PodView,
  part: Pick<ContainerIdentity, 'kind' | 'name' | 'hash' | 'sandboxId'>,
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
