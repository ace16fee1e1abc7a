/** The pod's volumes, made or checked before any container is created that could see them. */

import { attempt } from './attempt.js'
import type { Readiness } from './images.js'
import { merge, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { volumeKey } from './action.js'

export function planVolumes(view: PodView, context: PlanContext): Readiness {
  const missing = view.pod.volumes.filter((volume) => !context.volumePaths.has(volumeKey(view.uid, volume)))
  return {
    ready: missing.length === 0,
    plan: merge(
      ...missing.map((volume) =>
        attempt({ kind: 'PrepareVolume', uid: view.uid, volume, reason: 'Missing' }, null, context),
      ),
    ),
  }
}
