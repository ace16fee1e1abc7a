/** How much is in volumes that may hold only so much: looked at while the pod runs, the more seldom the longer it takes. */

import { volumeKey } from './action.js'
import { attempt } from './attempt.js'
import { merge, waitFor, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { limitedVolumes } from './volume-excess.js'

/** Source: the kubelet's housekeeping interval. */
const periodMs = 10_000
/** Measuring takes at most one part in so many of one core. */
const restPerWork = 30

export function planMeasuring(view: PodView, context: PlanContext): Plan {
  if (!view.members.some((one) => one.state === 'running')) return merge()
  return merge(
    ...limitedVolumes(view.pod.volumes).map((volume) => {
      const use = context.volumeUse.get(volumeKey(view.uid, volume))
      const untilTickMs = use === undefined ? 0 : use.atTickMs + Math.max(periodMs, restPerWork * use.tookMs)
      if (untilTickMs > context.nowTickMs)
        return waitFor({ reason: 'VolumeMeasured', container: null, message: '', untilTickMs })
      const { sizeLimitBytes: limitBytes } = volume
      return attempt({ kind: 'MeasureVolume', uid: view.uid, volume, limitBytes, reason: 'Due' }, null, context)
    }),
  )
}
