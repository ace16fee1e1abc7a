/**
 * The pod's volumes, made or checked before any container is created that could see them. Those that podkeep writes itself are
 * written again, all of it in one moment, whenever what they are made of says something else, also while the pod runs. What has gone
 * meanwhile changes nothing: a running pod keeps what it has.
 */

import {
  isContentVolume,
  type ConfigKey,
  type ContentVolume,
  type DesiredContainer,
  type DesiredVolume,
  type PreparedVolume,
} from '../pod/index.js'
import { volumeKey, writeKey } from './action.js'
import { attempt } from './attempt.js'
import { planSize, planSizes } from './empty-dirs.js'
import { planVolumeImage, usersOf, type Readiness } from './images.js'
import { isNothing, merge, nothing, waitFor, type Plan, type PlanContext, type Wait } from './plan.js'
import type { PodView } from './pod-view.js'
import { contentDigest, contentOf } from './volume-content.js'

export interface VolumesReadiness extends Readiness {
  /** Ready, but that some could not be written again and say what they said: enough for what ran with them. */
  readonly stand: boolean
}

export function planVolumes(view: PodView, context: PlanContext): VolumesReadiness {
  const each = view.pod.volumes.map((volume) => planVolume(view, volume, context))
  return {
    ready: each.every((one) => one.ready),
    stand: each.every((one) => one.stand),
    plan: merge(...each.map((one) => one.plan)),
  }
}

function planVolume(view: PodView, volume: DesiredVolume, context: PlanContext): VolumesReadiness {
  if (isContentVolume(volume)) return planStanding(view, volume, context)
  // A share is mounted with the container that starts, and by that start it is tried.
  const isThere = volume.kind === 'nfs' || context.volumePaths.has(volumeKey(view.uid, volume))
  if (isThere) return { ready: true, stand: true, plan: planSize(view, volume, context) }
  const image = volume.kind === 'image' ? planVolumeImage(view, volume, context) : null
  return { ready: false, stand: false, plan: image?.ready === false ? image.plan : planPrepare(view, volume, context) }
}

/** One that cannot be written again, on a full disk above all, is looked for: an earlier podkeep may have written it. */
function planStanding(view: PodView, volume: ContentVolume, context: PlanContext): VolumesReadiness {
  const plan = planContent(view, volume, context)
  if (isNothing(plan)) return { ready: true, stand: true, plan }
  const hasFailed = context.failures.has(writeKey(view.uid, volume.name))
  const stand = hasFailed && context.volumePaths.has(volumeKey(view.uid, volume))
  const look = hasFailed && !stand ? planPrepare(view, volume, context).actions : []
  return { ready: false, stand, plan: merge(plan, { actions: look, waits: [] }) }
}

function planPrepare(view: PodView, volume: PreparedVolume, context: PlanContext): Plan {
  return attempt({ kind: 'PrepareVolume', uid: view.uid, volume, reason: 'Missing' }, null, context)
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

/** Of a pod that is up: only what can be written is; of what cannot it is told, and nobody waits for it. */
export function planRewrites(view: PodView, context: PlanContext): VolumesReadiness {
  const volumes = view.isRemembered ? [] : view.pod.volumes.filter(isContentVolume)
  const plans = volumes.map((volume) => {
    const plan = planContent(view, volume, context)
    const lacks = plan.waits.find(({ reason }) => reason === needed)
    return lacks === undefined ? plan : waitFor({ ...lacks, reason: 'FailedMount', container: null })
  })
  return { ready: plans.every(isNothing), stand: true, plan: merge(...plans, planSizes(view, context)) }
}

/** The objects of which the container mounts what could not be written yet. */
export function objectsUnwritten(
  view: PodView,
  { mounts }: DesiredContainer,
  context: PlanContext,
): ReadonlySet<ConfigKey> {
  const mounted = view.pod.volumes
    .filter(isContentVolume)
    .filter(({ name }) => mounts.some((mount) => mount.volume === name))
  const unwritten = mounted.filter((volume) => !isNothing(planContent(view, volume, context)))
  return new Set(
    unwritten.flatMap(({ sources }) => sources.flatMap((one) => (one.kind === 'object' ? [one.object] : []))),
  )
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
