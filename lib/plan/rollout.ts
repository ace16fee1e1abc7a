/**
 * Which replicas of a workload may take what an edit asks for, and which keep running what they were made from.
 *
 * L1  Never more of them are away than maxUnavailable says, because of an edit.
 * L2  One that took the edit and is not well again keeps the others as they are: a broken edit costs what it reached first.
 * L3  Who is not well anyhow comes first, and waits for nobody who is as little well: an edit that mends them all reaches them all.
 * L4  Otherwise the highest number comes first, as in a StatefulSet.
 * L5  What has begun to be made anew is not turned back, and what is not there is made from what the manifest says.
 *
 * Source: pkg/controller/statefulset updateStatefulSet, pkg/controller/deployment cleanupUnhealthyReplicas. Differs: L3 in a StatefulSet,
 * which a cluster leaves stuck.
 */

import type { DesiredPod, PodKey, Rollout } from '../pod/index.js'
import { containerHash, sandboxHash } from '../pod/index.js'
import { podEdit } from './edit.js'
import type { ObservedPod } from './plan.js'
import { newestFirst, type PodView } from './pod-view.js'
import { isLasting } from './restart-policy.js'

export interface Replica {
  readonly key: PodKey
  readonly ordinal: number
  /** Its manifest asks for something for which it has to be stopped, and it has not begun to. */
  readonly isOutdated: boolean
  /** It is known to be of no use: something of it does not run, or a probe says so. */
  readonly isIll: boolean
  /** Ready, for as long as the workload asks, and made from what it was told. */
  readonly isAvailable: boolean
}

/** @returns why one has to wait; null: its turn has come */
export function whyLater(replica: Replica, all: readonly Replica[], terms: Rollout): string | null {
  const { maxUnavailable, partition } = terms
  if (partition === null) return 'updateStrategy is OnDelete: it is made anew once its containers are removed by hand'
  if (replica.ordinal < partition) return `updateStrategy keeps replicas below partition ${partition} as they are`
  const broken = all.filter((one) => !one.isOutdated && !one.isAvailable)
  const away = replica.isIll ? broken : all.filter((one) => one !== replica && !one.isAvailable)
  const first = all
    .filter((one) => one.isOutdated && one.ordinal >= partition && comesBefore(one, replica) && !away.includes(one))
    .slice(0, maxUnavailable)
  if (away.length >= maxUnavailable) return `waits for its turn: ${namesOf(away)} not available`
  return away.length + first.length >= maxUnavailable ? `waits for its turn, after ${namesOf(first, false)}` : null
}

function comesBefore(one: Replica, other: Replica): boolean {
  if (one.isIll !== other.isIll) return one.isIll
  return one.ordinal > other.ordinal
}

function namesOf(replicas: readonly Replica[], withVerb = true): string {
  const names = replicas.map(({ key }) => key)
  const verb = names.length === 1 ? 'is' : 'are'
  return withVerb ? `${names.join(', ')} ${verb}` : names.join(', ')
}

/** The number at the end of a replica's name. */
export function ordinalOf({ name }: DesiredPod): number {
  return Number(/-(\d+)$/.exec(name)?.[1] ?? 0)
}

/** Something of the pod would have to stop for it. */
export function isDisruptive(before: DesiredPod, after: DesiredPod): boolean {
  if (before === after) return false
  const { effect } = podEdit(after.key, before, after)
  return effect === 'containers' || effect === 'anew'
}

/** Something of it runs with variables, or volumes, that its ConfigMaps and Secrets say otherwise by now, and is to follow them. */
export function followsConfig(view: PodView): boolean {
  return view.pod.containers.concat(view.pod.initContainers).some((container) => {
    const latest = view.instances(container)[0]
    return latest?.state === 'running' && isLasting(view.pod, container) && view.isOutdated(container, latest)
  })
}

/** There is nothing that could go on as it was, or something was made from what comes after. */
export function hasBegun(before: DesiredPod, after: DesiredPod, { containers }: ObservedPod): boolean {
  const present = containers.filter((one) => !one.remembered).sort(newestFirst)
  if (present.length === 0) return true
  const isNewest = (one: (typeof present)[number]): boolean => present.find(({ name }) => name === one.name) === one
  const hashesOf = (pod: DesiredPod): ReadonlySet<string> => {
    const podHash = sandboxHash(pod)
    const own = [...pod.initContainers, ...pod.containers].map(
      (one) => `${podHash} ${one.name} ${containerHash(pod, one)}`,
    )
    return new Set([...own, `${podHash} POD ${podHash}`])
  }
  const [old, wanted] = [hashesOf(before), hashesOf(after)]
  return present.filter(isNewest).some((one) => {
    const hash = `${one.podHash} ${one.name} ${one.hash}`
    return wanted.has(hash) && !old.has(hash)
  })
}
