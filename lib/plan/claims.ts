/**
 * Claims that a pod cannot use yet: those that have no storage, and those that only one pod may use at a time (ReadWriteOncePod): who comes
 * second (line.ts) waits, and touches nothing meanwhile.
 */

import {
  claimKey,
  claimOf,
  claimsOf,
  sandboxHash,
  type Claim,
  type DesiredClaim,
  type DesiredVolume,
  type PodKey,
} from '../pod/index.js'
import { isAlive, isOf, wantsOf, type Contender } from './contender.js'
import { takenFrom } from './line.js'
import { merge, nothing, waitFor, waitForAnother, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

const nobody: ReadonlyMap<string, PodKey> = new Map()

/** The claims of a pod, by name, that it must not use now, and who does. @param others it may be among them */
export function takenClaims(
  asker: Contender,
  others: Iterable<Contender>,
  claims: ReadonlyMap<PodKey, DesiredClaim>,
): ReadonlyMap<string, PodKey> {
  const isForOnePod = (claim: Claim): boolean => claims.get(claimKey(claim))?.isForOnePod === true
  const wanted = (one: Contender): readonly Claim[] => claimsOf(wantsOf(one)?.volumes ?? []).filter(isForOnePod)
  if (claims.size === 0 || wanted(asker).length === 0) return nobody
  const goods = { wanted, held: heldClaims, clash: isSame, covers: isSame }
  return new Map(takenFrom(asker, others, goods).map(({ item, holder }) => [item.name, holder]))
}

/** A pod that stands as its manifest says has those of its manifest: they are part of its hash. */
function heldClaims({ pod, containers, making }: Contender): readonly Claim[] {
  const alive = containers.filter(isAlive)
  const kept = alive.flatMap(({ namespace, claims = [] }) => claims.map((name) => ({ namespace, name })))
  const madeWith = [...kept, ...making.flatMap((spec) => ('claims' in spec ? spec.claims : []))]
  const wanted = claimsOf(pod?.volumes ?? [])
  if (pod === null || wanted.length === 0) return madeWith
  const made = [...alive, ...making.map(({ identity }) => identity)]
  return made.length > 0 && made.some(isOf(sandboxHash(pod))) ? [...madeWith, ...wanted] : madeWith
}

function isSame(one: Claim, other: Claim): boolean {
  return one.namespace === other.namespace && one.name === other.name
}

export function planClaims({ pod }: PodView, context: PlanContext): Plan {
  const waits = pod.volumes.map((volume) => {
    const claim = claimOf(volume)
    const holder = claim === undefined ? undefined : context.takenClaims.get(claim.name)
    if (claim === undefined || holder === undefined) return planUnbound(volume)
    const message = `volume "${volume.name}": the claim ${claim.namespace}/${claim.name} is ReadWriteOncePod, and pod ${holder} uses it`
    return waitForAnother('FailedMount', message, context)
  })
  return merge(...waits)
}

function planUnbound(volume: DesiredVolume): Plan {
  const why = volume.kind === 'persistentVolumeClaim' ? volume.unbound : undefined
  if (why === undefined) return nothing
  if (why === null) return waitFor({ reason: 'ContainerCreating', container: null, message: '', untilTickMs: null })
  return waitFor({
    reason: 'FailedMount',
    container: null,
    message: `volume "${volume.name}": ${why}`,
    untilTickMs: null,
  })
}
