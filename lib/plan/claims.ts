/** Claims that only one pod may use at a time (ReadWriteOncePod): who comes second waits, and touches nothing meanwhile. */

import { claimsOf, podKey, type Claim, type DesiredClaim, type PodKey } from '../pod/index.js'
import { comesFirst, type Contender } from './contender.js'
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
  const wanted = claims.size === 0 ? [] : claimsOf(asker.pod?.volumes ?? []).filter(isForOnePod)
  if (wanted.length === 0) return nobody
  const taken = new Map<string, PodKey>()
  for (const other of others) {
    if (other.key === asker.key) continue
    for (const claim of wanted) {
      if (wants(other, claim) && comesFirst(other, asker)) taken.set(claim.name, other.key)
    }
  }
  return taken
}

function wants({ pod }: Contender, { namespace, name }: Claim): boolean {
  return claimsOf(pod?.volumes ?? []).some((one) => one.namespace === namespace && one.name === name)
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
