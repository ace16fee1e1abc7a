/** Claims that only one pod may use at a time (ReadWriteOncePod): who comes second (line.ts) waits, and touches nothing meanwhile. */

import { claimsOf, podKey, sandboxHash, type Claim, type DesiredClaim, type PodKey } from '../pod/index.js'
import { isAlive, isOf, wantsOf, type Contender } from './contender.js'
import { takenFrom } from './line.js'
import { merge, waitForAnother, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

const nobody: ReadonlyMap<string, PodKey> = new Map()

/** The claims of a pod, by name, that it must not use now, and who does. @param others it may be among them */
export function takenClaims(
  asker: Contender,
  others: Iterable<Contender>,
  claims: ReadonlyMap<PodKey, DesiredClaim>,
): ReadonlyMap<string, PodKey> {
  const isForOnePod = ({ namespace, name }: Claim): boolean => claims.get(podKey(namespace, name))?.isForOnePod === true
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
  const waits = pod.volumes.flatMap((volume) => {
    const holder = volume.kind === 'persistentVolumeClaim' ? context.takenClaims.get(volume.claim.name) : undefined
    if (volume.kind !== 'persistentVolumeClaim' || holder === undefined) return []
    const { namespace, name } = volume.claim
    const message = `volume "${volume.name}": the claim ${namespace}/${name} is ReadWriteOncePod, and pod ${holder} uses it`
    return [waitForAnother('FailedMount', message, context)]
  })
  return merge(...waits)
}
