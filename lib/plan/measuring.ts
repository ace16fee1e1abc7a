/**
 * How much is in volumes and containers that may hold only so much: looked at while the pod runs, the more seldom the longer it takes.
 * Where the containers of a pod have limits, all that counts against their sum is measured.
 */

import type { Action } from './action.js'
import { containerUseKey, volumeKey } from './action.js'
import { attempt } from './attempt.js'
import { isBeforeEdit, podDiskLimit } from './disk-excess.js'
import { merge, waitFor, type DiskUse, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { volumesOnDisk } from './volume-excess.js'

/** Source: the kubelet's housekeeping interval. */
const periodMs = 10_000
/** Measuring takes at most one part in so many of one core. */
const restPerWork = 30

export function planMeasuring(view: PodView, context: PlanContext): Plan {
  const running = view.members.filter((one) => one.state === 'running')
  if (running.length === 0) return merge()
  const { uid } = view
  const podLimitBytes = podDiskLimit(view.pod)
  const volumes = volumesOnDisk(view.pod.volumes).map((volume) => {
    const limitBytes = Math.min(
      volume.sizeLimitBytes === null || volume.sizeLimitBytes === 0 ? Infinity : volume.sizeLimitBytes,
      podLimitBytes ?? Infinity,
    )
    if (limitBytes === Infinity) return merge()
    const action = { kind: 'MeasureVolume', uid, volume, limitBytes, reason: 'Due' } as const
    return planMeasure(action, context.volumeUse.get(volumeKey(uid, volume)), context)
  })
  if (podLimitBytes === null) return merge(...volumes)
  const containers = running.map(({ id, name: container }) => {
    const use = context.containerUse.get(containerUseKey(uid, container))
    const action = { kind: 'MeasureContainer', uid, id, container, reason: 'Due' } as const
    return planMeasure(action, use?.id === id ? use : undefined, context)
  })
  return merge(...volumes, ...containers)
}

function planMeasure(action: Action, last: DiskUse | undefined, context: PlanContext): Plan {
  const untilTickMs = last === undefined ? 0 : dueTickMs(last, context)
  if (untilTickMs <= context.nowTickMs) return attempt(action, null, context)
  return waitFor({ reason: 'DiskMeasured', container: null, message: '', untilTickMs })
}

/** A moment after an edit, so that what is found is later than it. */
function dueTickMs(last: DiskUse, context: PlanContext): number {
  if (isBeforeEdit(last, context)) return (context.editedTickMs ?? 0) + 1
  return last.atTickMs + Math.max(periodMs, restPerWork * last.tookMs)
}
