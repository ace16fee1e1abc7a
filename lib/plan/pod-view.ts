/** One pod's containers, sorted for planning. */

import {
  containerHash,
  needsSandbox,
  sandboxHash,
  type DesiredContainer,
  type DesiredPod,
  type ObservedContainer,
  type PodUid,
} from '../pod/index.js'
import type { ObservedPod, PlanContext } from './plan.js'

export interface PodView {
  readonly pod: DesiredPod
  readonly uid: PodUid
  readonly startedAtMs: number
  /** Of an earlier pod of this name: gone before anything of this one is made. */
  readonly strangers: readonly ObservedContainer[]
  readonly sandboxHash: string
  /** Newest first. */
  readonly sandboxes: readonly ObservedContainer[]
  /** Init and regular containers that the engine has, newest first. */
  readonly members: readonly ObservedContainer[]
  /** Newest first; includes what only the state folder remembers. */
  instances(container: DesiredContainer): readonly ObservedContainer[]
  hashOf(container: DesiredContainer): string
  /** The instance was made from the container as it is now. */
  isFit(container: DesiredContainer, instance: ObservedContainer): boolean
  isSandboxFit(sandbox: ObservedContainer): boolean
  readonly hasSandbox: boolean
  /** The spec may be older than what runs: what lives is right as it is, and only what is dead is made from the spec. */
  readonly isRemembered: boolean
}

export function viewPod(
  pod: DesiredPod,
  observed: ObservedPod,
  context: PlanContext,
  { isRemembered = false } = {},
): PodView {
  const uid = uidOf(pod, observed, context)
  const isOurs = (container: ObservedContainer): boolean =>
    container.podUid === uid && !context.doomedUids.has(container.podUid)
  const ours = observed.containers.filter(isOurs).sort(newestFirst)
  const starts = ours.map((container) => container.podStartedAtMs).filter((ms) => ms > 0)
  const hashes = new Map<DesiredContainer, string>()
  const hashOf = (container: DesiredContainer): string => {
    const hash = hashes.get(container) ?? containerHash(pod, container)
    hashes.set(container, hash)
    return hash
  }
  const podHash = sandboxHash(pod)
  const sandboxes = ours.filter((container) => container.kind === 'sandbox')
  const members = ours.filter((container) => container.kind !== 'sandbox' && !container.remembered)
  const isAlive = members.some((one) => one.state === 'running')
  return {
    pod,
    uid,
    startedAtMs: starts.length > 0 ? Math.min(...starts) : context.seenAtMs,
    strangers: observed.containers.filter((container) => !isOurs(container) && !container.remembered),
    sandboxHash: podHash,
    sandboxes,
    members,
    instances: (container) => ours.filter((one) => one.kind !== 'sandbox' && one.name === container.name),
    hashOf,
    isFit: (container, one) => isRemembered || (one.hash === hashOf(container) && one.podHash === podHash),
    isSandboxFit: (sandbox) => isRemembered || sandbox.hash === podHash,
    hasSandbox: isRemembered && isAlive ? sandboxes.length > 0 : needsSandbox(pod),
    isRemembered,
  }
}

/** What the manifest sets; else what the pod has been, by its record, its newest container or its volumes; else a new one. */
function uidOf(pod: DesiredPod, observed: ObservedPod, context: PlanContext): PodUid {
  if (pod.uid !== null) return pod.uid
  const recorded = context.record?.uid
  const present = observed.containers
    .filter((container) => !container.remembered && !context.doomedUids.has(container.podUid))
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
  const known = present.find((container) => container.podUid === recorded) ?? present[0]
  if (known !== undefined) return known.podUid
  // What has no volumes any more is of a pod that was removed.
  const kept = [...context.volumeUids].filter((uid) => !context.doomedUids.has(uid))
  return kept.find((uid) => uid === recorded) ?? kept[0] ?? context.freshUid
}

/** Newest first: a later attempt, or of two with the same number the later made. */
export function newestFirst(a: ObservedContainer, b: ObservedContainer): number {
  return b.attempt - a.attempt || b.createdAtMs - a.createdAtMs
}
