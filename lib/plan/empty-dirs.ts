/**
 * emptyDirs that an edit changes while they are there. Another size in memory is set where the volume stands. Another medium is another
 * volume in its place: the containers that mount it are replaced (their hash says so), and the old one goes when nobody is left
 * that began with it.
 */

import { isContentVolume, type DesiredVolume, type EmptyDirVolume } from '../pod/index.js'
import { volumeKey } from './action.js'
import { attempt } from './attempt.js'
import { merge, nothing, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

/** Keeps nobody waiting: with the size that it had it is good enough for what ran with it. */
export function planSize({ uid }: PodView, volume: DesiredVolume, context: PlanContext): Plan {
  if (volume.kind !== 'emptyDir' || volume.medium !== 'Memory') return nothing
  if (context.volumeDigests.get(volumeKey(uid, volume)) === sizeDigest(volume)) return nothing
  return attempt({ kind: 'ResizeVolume', uid, volume, reason: 'Changed' }, null, context)
}

export function planSizes(view: PodView, context: PlanContext): Plan {
  if (view.isRemembered) return nothing
  return merge(...view.pod.volumes.filter((one) => !isContentVolume(one)).map((one) => planSize(view, one, context)))
}

export function sizeDigest({ sizeLimitBytes }: EmptyDirVolume): string {
  return String(sizeLimitBytes)
}

/** Whoever was made before the edit may still use them. */
export function planOldVolumes(view: PodView, context: PlanContext): Plan {
  if (!context.replacedVolumes.has(view.uid)) return nothing
  const specs = [...view.pod.initContainers, ...view.pod.containers]
  const isUsed = view.members.some((one) => {
    const spec = specs.find(({ name }) => name === one.name)
    return one.state === 'running' && (spec === undefined || !view.isFit(spec, one))
  })
  return isUsed ? nothing : attempt({ kind: 'RemoveOldVolumes', uid: view.uid, reason: 'Superseded' }, null, context)
}
