/**
 * The pod's volumes, made or checked before any container is created that could see them. Those that podkeep writes itself are
 * written again, all of it in one moment, whenever what they are made of says something else, also while the pod runs. What has gone
 * meanwhile changes nothing: a running pod keeps what it has.
 */

import { isContentVolume, type ContentVolume, type DesiredVolume } from '../pod/index.js'
import { volumeKey } from './action.js'
import { attempt } from './attempt.js'
import { planVolumeImage, usersOf, type Readiness } from './images.js'
import { isNothing, merge, nothing, waitFor, type Plan, type PlanContext, type Wait } from './plan.js'
import type { PodView } from './pod-view.js'
import { contentDigest, contentOf } from './volume-content.js'

export function planVolumes(view: PodView, context: PlanContext): Readiness {
  const { volumes } = view.pod
  const isMissing = (volume: DesiredVolume): boolean =>
    volume.kind !== 'nfs' && !context.volumePaths.has(volumeKey(view.uid, volume))
  const plans = volumes.map((volume) => {
    if (isContentVolume(volume)) return planContent(view, volume, context)
    // It is mounted with the container that starts, and by that start it is tried.
    if (volume.kind === 'nfs') return nothing
    if (!isMissing(volume)) return nothing
    if (volume.kind === 'image') {
      const image = planVolumeImage(view, volume, context)
      if (!image.ready) return image.plan
    }
    return attempt({ kind: 'PrepareVolume', uid: view.uid, volume, reason: 'Missing' }, null, context)
  })
  return { ready: !volumes.some(isMissing) && !plans.some((plan) => plan.waits.length > 0), plan: merge(...plans) }
}

/**
 * Before anything makes way for what mounts them. Only what can be missing is looked at, and nothing is written, for what runs may
 * still see it; without all of them no container of the pod is made.
 */
export function planVolumesAhead(view: PodView, context: PlanContext): Readiness {
  const plans = view.pod.volumes.map((volume) => {
    if (isContentVolume(volume)) {
      const content = contentOf(view, volume, context)
      return 'problem' in content ? merge(...waits(view, volume, content.problem).map(waitFor)) : nothing
    }
    if (volume.kind !== 'hostPath' || context.volumePaths.has(volumeKey(view.uid, volume))) return nothing
    const prepare = { kind: 'PrepareVolume', uid: view.uid, volume, reason: 'Missing' } as const
    return merge(...usersOf(view, volume.name).map(({ name }) => attempt(prepare, name, context)))
  })
  return { ready: plans.every(isNothing), plan: merge(...plans) }
}

/** Of a pod that is up: only what can be written is, and nothing is waited for. */
export function planRewrites(view: PodView, context: PlanContext): Plan {
  const volumes = view.isRemembered ? [] : view.pod.volumes.filter(isContentVolume)
  const plans = volumes.map((volume) => planContent(view, volume, context))
  return merge(...plans.filter((plan) => plan.actions.length > 0 || plan.waits.some(({ reason }) => reason !== needed)))
}

const needed = 'CreateContainerConfigError'

function planContent(view: PodView, volume: ContentVolume, context: PlanContext): Plan {
  const content = contentOf(view, volume, context)
  if ('problem' in content) return merge(...waits(view, volume, content.problem).map(waitFor))
  const digest = contentDigest(volume, content.files, context)
  const key = volumeKey(view.uid, volume)
  if (context.volumePaths.has(key) && context.volumeDigests.get(key) === digest) return nothing
  const { files } = content
  const reason = context.volumePaths.has(key) ? 'ConfigChanged' : 'Missing'
  return attempt({ kind: 'WriteVolume', uid: view.uid, volume, files, digest, reason }, null, context)
}

/** Each container that mounts it waits. */
function waits(view: PodView, volume: ContentVolume, problem: string): Wait[] {
  const users = usersOf(view, volume.name)
  const message = `volume "${volume.name}": ${problem}`
  const names = users.length === 0 ? [null] : users.map(({ name }) => name)
  return names.map((container) => ({ reason: needed, container, message, untilTickMs: null }))
}
