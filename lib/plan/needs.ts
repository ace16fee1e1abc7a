/** What has to be there, and has to be right, before anything makes way for a container that is to be made. */

import type { DesiredContainer } from '../pod/index.js'
import { volumeKey } from './action.js'
import { environmentAhead } from './env-sources.js'
import { planImage, planVolumeImage, type Readiness } from './images.js'
import { subPathProblem } from './mounts.js'
import { isNothing, merge, nothing, waitFor, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { wasStopped } from './restart-policy.js'
import { planRuntimeClass } from './runtime-class.js'
import { planSecurity } from './security.js'
import { planRewrites, planVolumesAhead } from './volumes.js'

/**
 * All of them side by side: one slow registry at a time is enough. And what the configuration of those that run now will be made of:
 * nothing is stopped for what could not take its place. One that does not run loses nothing by waiting until it is made.
 */
export function planNeeds(view: PodView, upcoming: readonly DesiredContainer[], context: PlanContext): Readiness {
  const runtime = planRuntimeClass(view, context)
  const needs = merged(
    { ready: isNothing(runtime), plan: runtime },
    ...upcoming.map((container) => planNeedsOf(view, container, context)),
  )
  const running = [...view.members, ...view.strangers].filter((one) => one.state === 'running')
  // A stop that has begun goes on to its end.
  if (!needs.ready || running.length === 0 || running.some(wasStopped)) return needs
  const names = running.map(({ name }) => name)
  const { initContainers } = view.pod
  return planConfigurations(
    view,
    upcoming.filter((one) => names.includes(one.name) || initContainers.includes(one)),
    context,
  )
}

/** As `planNeeds`, for all that makes way together. What podkeep writes is written last of all, for what runs may see it. */
export function planNeedsOfPod(view: PodView, upcoming: readonly DesiredContainer[], context: PlanContext): Readiness {
  const needs = planNeeds(view, upcoming, context)
  const running = view.members.filter((one) => one.state === 'running')
  if (!needs.ready || running.length === 0 || running.some(wasStopped)) return needs
  return planRewrites(view, context)
}

/** Their variables have values, and what the pod mounts is there. */
export function planConfigurations(
  view: PodView,
  containers: readonly DesiredContainer[],
  context: PlanContext,
): Readiness {
  if (containers.length === 0) return { ready: true, plan: nothing }
  return merged(planVolumesAhead(view, context), ...containers.map((one) => planVariables(view, one, context)))
}

function planVariables(view: PodView, container: DesiredContainer, context: PlanContext): Readiness {
  const resolved = environmentAhead(view, container, context)
  const message =
    'problem' in resolved ? resolved.problem : subPathProblem(view, container, resolved.environment, context)
  if (message === null) return { ready: true, plan: nothing }
  const wait = { reason: 'CreateContainerConfigError', container: container.name, message, untilTickMs: null } as const
  return { ready: false, plan: waitFor(wait) }
}

function planNeedsOf(view: PodView, container: DesiredContainer, context: PlanContext): Readiness {
  const image = merged(planImage(view, container, context), ...volumeImages(view, container, context))
  if (!image.ready) return image
  const { security, plan } = planSecurity(container, context)
  return { ready: security !== null, plan }
}

/** Of volumes that it mounts and that are not there yet. */
function volumeImages(view: PodView, { mounts }: DesiredContainer, context: PlanContext): Readiness[] {
  return view.pod.volumes.flatMap((volume) => {
    const isMounted = mounts.some((mount) => mount.volume === volume.name)
    const isThere = context.volumePaths.has(volumeKey(view.uid, volume))
    return volume.kind === 'image' && isMounted && !isThere ? [planVolumeImage(view, volume, context)] : []
  })
}

function merged(...each: readonly Readiness[]): Readiness {
  return { ready: each.every((one) => one.ready), plan: merge(...each.map((one) => one.plan)) }
}
