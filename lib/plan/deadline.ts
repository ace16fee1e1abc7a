/**
 * activeDeadlineSeconds: counted from the pod's first start, which is on its containers' labels and in its record, so that neither
 * podkeep's restart nor the machine's starts it anew. Source: kubelet pkg/kubelet/active_deadline.go; there a restart does.
 */

import { planEnd, planRemove } from './kill.js'
import { isNothing, merge, waitFor, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { isDone } from './progress.js'

export const deadlineMessage = 'Pod was active on the node longer than the specified deadline'

/** When its time is up; null: it has no deadline, or was not started yet. */
export function deadlineTickMs({ pod, startedTickMs }: PodView): number | null {
  return pod.activeDeadlineMs === null || startedTickMs === null ? null : startedTickMs + pod.activeDeadlineMs
}

/** It was still at work when its time was up. */
export function isOverdue(view: PodView): boolean {
  const { nowTickMs } = view
  const deadline = deadlineTickMs(view)
  if (deadline === null || deadline > nowTickMs) return false
  return !view.pod.containers.every((container) => {
    const latest = view.instances(container)[0]
    return isDone(view, container) && (latest?.finishedTickMs ?? nowTickMs) < deadline
  })
}

/** Stopped with its grace, then its sandbox goes; the dead stay to tell, or the record where there are none. */
export function planOverdue(view: PodView, context: PlanContext): Plan {
  const failed = waitFor({ reason: 'DeadlineExceeded', container: null, message: deadlineMessage, untilTickMs: null })
  const ending = planEnd(view.members, { pod: view.pod, reason: 'DeadlineExceeded' }, context)
  if (!isNothing(ending)) return merge(ending, failed)
  if (view.members.length === 0 && context.record?.startedAtMs === undefined) return failed
  return merge(failed, ...view.sandboxes.map((sandbox) => planRemove(sandbox, 'DeadlineExceeded', context)))
}
