/**
 * Volumes that hold more than they may. Source: kubelet pkg/kubelet/eviction emptyDirLimitEviction. In memory the file system itself
 * keeps the limit.
 */

import { sizeText, type DesiredPod, type DesiredVolume, type EmptyDirVolume, type PodUid } from '../pod/index.js'
import { volumeKey } from './action.js'
import type { PlanContext } from './plan.js'

export interface Excess {
  /** For people. */
  readonly message: string
  readonly atMs: number
  readonly atTickMs: number
}

type LimitedVolume = EmptyDirVolume & { readonly sizeLimitBytes: number }

/** The first that holds too much; null: none does, as far as is known. */
export function volumeExcess(
  { pod, uid }: { readonly pod: DesiredPod; readonly uid: PodUid },
  { volumeUse }: PlanContext,
): Excess | null {
  for (const volume of limitedVolumes(pod.volumes)) {
    const use = volumeUse.get(volumeKey(uid, volume))
    if (use === undefined || use.bytes <= volume.sizeLimitBytes) continue
    const message = `Usage of EmptyDir volume "${volume.name}" exceeds the limit "${sizeText(volume.sizeLimitBytes)}".`
    return { message, atMs: use.atMs, atTickMs: use.atTickMs }
  }
  return null
}

function limitedVolumes(volumes: readonly DesiredVolume[]): LimitedVolume[] {
  return volumesOnDisk(volumes).filter((volume): volume is LimitedVolume => (volume.sizeLimitBytes ?? 0) > 0)
}

/** Those that go with the pod. */
export function volumesOnDisk(volumes: readonly DesiredVolume[]): EmptyDirVolume[] {
  return volumes.filter((volume): volume is EmptyDirVolume => volume.kind === 'emptyDir' && volume.medium === '')
}
