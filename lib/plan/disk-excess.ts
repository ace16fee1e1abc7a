/**
 * Pods that have more on the disk than the `ephemeral-storage` limits of their containers say: what containers changed of their images'
 * files, their logs, and emptyDirs on disk. Source: kubelet pkg/kubelet/eviction podEphemeralStorageLimitEviction and
 * containerEphemeralStorageLimitEviction, in this order; component-helpers resource PodLimits. Differs: an init container is held to
 * its own limit too.
 */

import {
  isSidecar,
  sizeText,
  type DesiredContainer,
  type DesiredPod,
  type ObservedContainer,
  type PodUid,
} from '../pod/index.js'
import { containerUseKey, volumeKey } from './action.js'
import type { ContainerDiskUse, DiskUse, PlanContext } from './plan.js'
import { volumesOnDisk, type Excess } from './volume-excess.js'

interface Known {
  readonly pod: DesiredPod
  readonly uid: PodUid
  readonly members: readonly ObservedContainer[]
}

/** null: there is none, as far as is known. */
export function diskExcess(known: Known, context: PlanContext): Excess | null {
  const limitBytes = podDiskLimit(known.pod)
  if (limitBytes === null) return null
  const containers = specsOf(known.pod).flatMap((container) => {
    const use = useOf(known, container, context)
    return use === null ? [] : [{ container, use }]
  })
  const volumes = volumesOnDisk(known.pod.volumes).flatMap((volume) => {
    const use = context.volumeUse.get(volumeKey(known.uid, volume))
    return use === undefined || isBeforeEdit(use, context) ? [] : [use]
  })
  const all = [...containers.map(({ use }) => use), ...volumes]
  if (all.reduce((sum, { bytes }) => sum + bytes, 0) > limitBytes) {
    const message = `Pod ephemeral local storage usage exceeds the total limit of containers ${sizeText(limitBytes)}.`
    return { message, ...latest(all) }
  }
  for (const { container, use } of containers) {
    const { diskLimitBytes: own } = container.resources
    if (own === undefined || use.bytes <= own) continue
    const message = `Container ${container.name} exceeded its local ephemeral storage limit "${sizeText(own)}".`
    return { message, ...latest([use]) }
  }
  return null
}

/** What its containers may have together; null: none of them has a limit. */
export function podDiskLimit(pod: DesiredPod): number | null {
  if (specsOf(pod).every(({ resources }) => resources.diskLimitBytes === undefined)) return null
  const bytesOf = ({ resources }: DesiredContainer): number => resources.diskLimitBytes ?? 0
  let sidecars = 0
  let most = 0
  for (const container of pod.initContainers) {
    most = Math.max(most, sidecars + bytesOf(container))
    if (isSidecar(pod, container)) sidecars += bytesOf(container)
  }
  return Math.max(
    most,
    pod.containers.reduce((sum, one) => sum + bytesOf(one), sidecars),
  )
}

/** Of an instance that there is, or of the last one while there is none: what was over the limit is so until all of it is cleared. */
function useOf({ uid, members }: Known, { name }: DesiredContainer, context: PlanContext): ContainerDiskUse | null {
  const use = context.containerUse.get(containerUseKey(uid, name))
  const instances = members.filter((one) => one.name === name)
  if (use === undefined || isBeforeEdit(use, context)) return null
  if (instances.length > 0 && instances.every(({ id }) => id !== use.id)) return null
  return use
}

/** It is measured anew: by another limit only what is found from then on is too much. */
export function isBeforeEdit({ atTickMs }: DiskUse, { editedTickMs }: PlanContext): boolean {
  return editedTickMs !== null && atTickMs <= editedTickMs
}

function specsOf({ initContainers, containers }: DesiredPod): DesiredContainer[] {
  return [...initContainers, ...containers]
}

function latest(uses: readonly DiskUse[]): Pick<Excess, 'atMs' | 'atTickMs'> {
  return {
    atMs: Math.max(...uses.map(({ atMs }) => atMs)),
    atTickMs: Math.max(...uses.map(({ atTickMs }) => atTickMs)),
  }
}
