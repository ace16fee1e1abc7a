/** What has to be there, and has to be right, before anything makes way for a container that is to be made. */

import type { DesiredContainer } from '../pod/index.js'
import { volumeKey } from './action.js'
import { planImage, planVolumeImage, type Readiness } from './images.js'
import { merge, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { planSecurity } from './security.js'

/** All of them side by side: one slow registry at a time is enough. */
export function planNeeds(view: PodView, containers: readonly DesiredContainer[], context: PlanContext): Readiness {
  const each = containers.map((container) => planNeedsOf(view, container, context))
  return merged(...each)
}

export function planNeedsOf(view: PodView, container: DesiredContainer, context: PlanContext): Readiness {
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
