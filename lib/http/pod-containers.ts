/** The containers in a pod's status, with the engine's ids, and the claims of its manifest. */

import {
  containerId,
  type Claim,
  type ContainerId,
  type V1ContainerState,
  type V1ContainerStatus,
} from '../pod/index.js'
import type { PodStatusEntry } from '../ports/index.js'

export interface RunningContainer {
  readonly status: V1ContainerStatus
  readonly id: ContainerId
  readonly startedAt: string
}

export function allContainers({ status }: PodStatusEntry): V1ContainerStatus[] {
  return [...(status.initContainerStatuses ?? []), ...status.containerStatuses]
}

export function runningContainers(entry: PodStatusEntry): RunningContainer[] {
  return allContainers(entry).flatMap((status) => {
    const id = idOf(status.containerID)
    const { running } = status.state
    return running === undefined || id === null ? [] : [{ status, id, startedAt: running.startedAt }]
  })
}

/** Of the instance whose log is asked for; null: there is none. Source: kubelet validateContainerLogStatus. */
export function loggedId(
  { state, lastState, containerID }: V1ContainerStatus,
  isPrevious: boolean,
): ContainerId | null {
  if (isPrevious) return endedId(lastState)
  if (state.running !== undefined) return idOf(containerID)
  return endedId(state) ?? endedId(lastState)
}

function endedId({ terminated }: V1ContainerState): ContainerId | null {
  return idOf(terminated?.containerID)
}

/** `docker://<id>` */
function idOf(text: string | undefined): ContainerId | null {
  const [, id] = /^[a-z]+:\/\/([0-9a-f]{8,64})$/.exec(text ?? '') ?? []
  return id === undefined ? null : containerId(id)
}

/** As its manifest names them. */
export function claimsOf(entry: PodStatusEntry): { readonly name: string; readonly claim: Claim }[] {
  const volumes = (entry.manifest?.spec['volumes'] ?? []) as readonly V1Volume[]
  const { namespace } = nameOf(entry)
  return volumes.flatMap(({ name, persistentVolumeClaim: source }) =>
    source === undefined ? [] : [{ name, claim: { namespace, name: source.claimName } }],
  )
}

/** The part that is read of what was decoded before. */
interface V1Volume {
  readonly name: string
  readonly persistentVolumeClaim?: { readonly claimName: string }
}

export function nameOf({ key }: PodStatusEntry): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/')
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
