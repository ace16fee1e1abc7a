/**
 * The group that limits a pod as a whole: set before anything is made in it, set anew when an edit says so, gone when the pod is.
 * Source: kubelet pkg/kubelet/cm pod_container_manager_linux.go. Differs: an edit changes it as the pod runs.
 */

import { needsPodCgroup, podCgroup, samePodCgroup, type PodUid } from '../pod/index.js'
import { attempt } from './attempt.js'
import { merge, nothing, waitFor, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

export interface CgroupReadiness {
  /** The pod needs none, or it is as it should be. */
  readonly ready: boolean
  readonly plan: Plan
}

export function planPodCgroup(view: PodView, context: PlanContext): CgroupReadiness {
  const limits = podCgroup(view.pod)
  if (limits === null) return { ready: true, plan: planUnneeded(view, context) }
  const known = context.podCgroups.get(view.uid)
  if (view.isRemembered || (known !== undefined && samePodCgroup(known, limits))) return { ready: true, plan: nothing }
  const problem = driverProblem(context.cgroupDriver)
  if (problem !== null) {
    const wait = { reason: 'CreatePodSandboxError', container: null, message: problem, untilTickMs: null } as const
    return { ready: false, plan: waitFor(wait) }
  }
  const reason = known === undefined ? 'Missing' : 'Edited'
  return { ready: false, plan: attempt({ kind: 'SetPodCgroup', uid: view.uid, limits, reason }, null, context) }
}

/** Something runs in it already: then it is there, and what it is set to now does not keep the pod from living. */
export function isInPodCgroup(view: PodView): boolean {
  const all = [...view.sandboxes, ...view.members]
  return needsPodCgroup(view.pod) && all.some((one) => one.state === 'running' && one.podHash === view.sandboxHash)
}

/** systemd would set a group it knows nothing of back to what it knows. */
function driverProblem(driver: string | null): string | null {
  if (driver === 'cgroupfs') return null
  const what = driver === null ? 'does not tell its cgroup driver' : `has the cgroup driver ${driver}`
  return `limits of a pod as a whole (spec.resources, hugepages) need an engine with the cgroup driver cgroupfs, and this one ${what}: set "exec-opts": ["native.cgroupdriver=cgroupfs"] in its daemon.json, or write cpu and memory at the containers`
}

/** An edit took its reason away, and what was made in it has ended. */
function planUnneeded(view: PodView, context: PlanContext): Plan {
  const all = [...view.sandboxes, ...view.members]
  const isUsed = all.some((one) => one.state !== 'exited' && one.podHash !== view.sandboxHash)
  if (isUsed || !context.podCgroups.has(view.uid)) return nothing
  return planRemovePodCgroups([view.uid], context)
}

/** Of pods whose containers are gone. */
export function planRemovePodCgroups(uids: readonly PodUid[], context: PlanContext): Plan {
  const kept = uids.filter((uid) => context.podCgroups.has(uid))
  return merge(...kept.map((uid) => attempt({ kind: 'RemovePodCgroup', uid, reason: 'PodRemoved' }, null, context)))
}
