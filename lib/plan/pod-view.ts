/** One pod's containers, sorted for planning. */

import {
  containerHash,
  needsSandbox,
  sandboxHash,
  replacingReferences,
  type ContainerVerdicts,
  type DesiredContainer,
  type DesiredPod,
  type ObservedContainer,
  type PodUid,
} from '../pod/index.js'
import { isOutdated } from './config.js'
import { activeEviction, pastEviction, type ActiveEviction, type PastEviction } from './evicted.js'
import type { ObservedPod, PlanContext } from './plan.js'
import { awaitsPostStart } from './post-start.js'
import { restartsAll } from './restart-policy.js'

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
  /** What it read of ConfigMaps and Secrets says something else now, and the pod wants that to count. */
  isOutdated(container: DesiredContainer, instance: ObservedContainer): boolean
  isSandboxFit(sandbox: ObservedContainer): boolean
  readonly hasSandbox: boolean
  /** The one that runs, or is to begin because a container asked for the whole pod to begin again. */
  readonly round: number
  /** Of an earlier round. */
  isVoid(instance: ObservedContainer): boolean
  /** In this sandbox, or in none where there is none, and not void. */
  isHere(instance: ObservedContainer, sandbox: ObservedContainer | null): boolean
  /** Kubernetes' `started`: it runs, its postStart hook is done and its startup probe has succeeded. */
  isStarted(container: DesiredContainer, instance: ObservedContainer): boolean
  /** It runs and its probes say that it is well enough to be used. */
  isReady(container: DesiredContainer, instance: ObservedContainer): boolean
  /** It was put out, or is to be; null: it was not, or is back. */
  readonly eviction: ActiveEviction | null
  /** It was put out lately; told while it is back. */
  readonly pastEviction: PastEviction | null
  readonly nowTickMs: number
  /** By the monotonic clock; null: nothing of it was made yet. */
  readonly startedTickMs: number | null
  /** The spec may be older than what runs: what lives is right as it is, and only what is dead is made from the spec. */
  readonly isRemembered: boolean
}

export function viewPod(
  pod: DesiredPod,
  observed: ObservedPod,
  context: PlanContext,
  { isRemembered = false, isItsTurn = true } = {},
): PodView {
  const uid = uidOf(pod, observed, context)
  const isOurs = (container: ObservedContainer): boolean =>
    container.podUid === uid && !context.doomedUids.has(container.podUid)
  const ours = observed.containers.filter(isOurs).sort(newestFirst)
  const record = context.record?.uid === uid ? context.record : null
  const starts = [...ours.map((container) => container.podStartedAtMs), record?.startedAtMs ?? 0].filter((ms) => ms > 0)
  const hashes = new Map<DesiredContainer, string>()
  const hashOf = (container: DesiredContainer): string => {
    const hash = hashes.get(container) ?? containerHash(pod, container)
    hashes.set(container, hash)
    return hash
  }
  const podHash = sandboxHash(pod)
  const sandboxes = ours.filter((container) => container.kind === 'sandbox')
  const members = ours.filter((container) => container.kind !== 'sandbox' && !container.remembered)
  const specs = [...pod.initContainers, ...pod.containers]
  const round = roundOf(
    specs,
    ours.filter((container) => container.kind !== 'sandbox'),
  )
  const isVoid = (one: ObservedContainer): boolean => one.round < round
  const recordedTickMs = record === null ? null : context.recordedStartTickMs
  const ticks = [...ours.map((one) => one.podStartedTickMs), recordedTickMs].filter((tickMs) => tickMs !== null)
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
    // Of an edit that has to wait for its turn a part alone would be neither the old nor the new.
    isOutdated: (container, one) =>
      !isRemembered &&
      isItsTurn &&
      (pod.onConfigChange.kind === 'usual' || pod.onConfigChange.kind === 'restart') &&
      isOutdated(one, replacingReferences(pod, container), context.config),
    isSandboxFit: (sandbox) => isRemembered || sandbox.hash === podHash,
    hasSandbox: isRemembered && isAlive ? sandboxes.length > 0 : needsSandbox(pod),
    isRemembered,
    round,
    isVoid,
    isHere: (one, sandbox) => one.sandboxId === (sandbox?.id ?? null) && !isVoid(one),
    isStarted: (container, one) => hasStarted(container, one, context),
    isReady: (container, one) =>
      one.state === 'running' && !one.paused && isWell(container, context.verdicts.get(one.id)),
    eviction: activeEviction({ pod, uid, sandboxes, members }, context),
    pastEviction: pastEviction({ pod, uid, sandboxes, members }, context),
    nowTickMs: context.nowTickMs,
    startedTickMs: ticks.length === 0 ? null : Math.min(...ticks),
  }
}

/** Counted on the labels, not told by the time: clocks are set back, and creations are under way when a container asks. */
function roundOf(specs: readonly DesiredContainer[], members: readonly ObservedContainer[]): number {
  const asked = specs.flatMap((container) =>
    members.filter((one) => one.name === container.name && restartsAll(container, one)).map((one) => one.round + 1),
  )
  return Math.max(0, ...asked, ...members.map((one) => one.round))
}

function hasStarted(container: DesiredContainer, one: ObservedContainer, { verdicts }: PlanContext): boolean {
  if (one.state !== 'running') return false
  if (awaitsPostStart(container, one)) return false
  return container.startupProbe === null || verdicts.get(one.id)?.startup === 'success'
}

/** What has no probe is ready when it runs; what has one is not before the first answer. */
function isWell({ startupProbe, readinessProbe }: DesiredContainer, verdicts: ContainerVerdicts | undefined): boolean {
  if (startupProbe === null && readinessProbe === null) return true
  return verdicts?.startup === 'success' && verdicts.readiness === 'success'
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
