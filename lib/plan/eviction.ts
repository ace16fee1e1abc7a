/**
 * Pods that take more than they may: they are put out with everything that is theirs alone, and begin again after a back-off with
 * fresh volumes. Source: kubelet pkg/kubelet/eviction. Differs: there static pods are never put out, and what was put out never
 * comes back by itself.
 *
 * V1  What is removed of a pod that was put out is everything: nothing that ran before counts for what comes after.
 * V2  A full disk does not keep the pod that filled it from being put out.
 * V3  What runs once (restartPolicy Never) and no Job tries again stays out until it is edited.
 */

import type { Eviction } from '../pod/index.js'
import { actionKey } from './action.js'
import { attempt } from './attempt.js'
import type { ActiveEviction } from './evicted.js'
import { planEnd, planRemove } from './kill.js'
import { isCreating } from './making.js'
import { isNothing, merge, waitFor, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { evictedRecord, planSave } from './record.js'

/** Source: kubelet immediateEvictionGracePeriodSeconds. */
const graceMs = 1000

export function planEvicted(view: PodView, eviction: ActiveEviction, context: PlanContext): Plan {
  const { message, isEnding, untilTickMs } = eviction
  const wait = waitFor({ reason: 'Evicted', container: null, message, untilTickMs: isEnding ? null : untilTickMs })
  if (!isEnding) return merge(wait, planSave(evictedRecord(view, eviction, context), context))
  return merge(planClearing(view, eviction, context), wait)
}

/** Its containers, then what is told of them, then its volumes. */
function planClearing(view: PodView, eviction: ActiveEviction, context: PlanContext): Plan {
  const reason = 'Evicted'
  const ending = planEnd(view.members, { pod: view.pod, reason, graceMs }, context)
  if (!isNothing(ending)) return ending
  const present = [...view.members, ...view.sandboxes]
  if (present.length > 0) return merge(...present.map((one) => planRemove(one, reason, context)))
  if (isCreating(context.inFlight, view.uid))
    return waitFor({ reason: 'InFlight', container: null, message: 'CreateContainer', untilTickMs: null })
  const save = forgettingEnds(view, eviction, context)
  if (!isNothing(save)) return save
  const { message, atMs, count } = eviction
  return attempt({ kind: 'RemoveVolumes', uid: view.uid, eviction: { message, atMs, count }, reason }, null, context)
}

/** How containers ended that had the old volumes must not count for the new; but what cannot be written must not keep the disk full. */
function forgettingEnds(view: PodView, eviction: Eviction, context: PlanContext): Plan {
  const record = evictedRecord(view, eviction, context)
  const hasEnds = (context.record?.ended.length ?? 0) > 0
  const hasFailed = context.failures.has(actionKey({ kind: 'SaveRecord', record, reason: 'Changed' }))
  return hasEnds && !hasFailed ? planSave(record, context) : { actions: [], waits: [] }
}
