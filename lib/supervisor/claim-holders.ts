/**
 * Which pod has a claim that is for one pod only.
 *
 * C1  Of two that want it, the one that is there has it, and keeps it through its crashes until it is gone or done.
 * C2  While neither is there, the first by name has it.
 */

import { isCreating, type Desire, type PodView } from '../plan/index.js'
import {
  claimsOf,
  podKey,
  sandboxHash,
  type Claim,
  type DesiredClaim,
  type DesiredPod,
  type ObservedContainer,
  type PodKey,
} from '../pod/index.js'
import { podPhase } from '../status/index.js'

export interface Claimant {
  readonly memory: {
    readonly key: PodKey
    readonly inFlight: ReadonlySet<string>
    readonly observed: { readonly containers: readonly ObservedContainer[] }
  }
  readonly desire: Desire | null
  readonly pod: DesiredPod | null
  readonly view: PodView | null
}

const nobody: ReadonlyMap<string, PodKey> = new Map()

/** The claims of a pod, by name, that it must not use now, and who does. */
export function takenClaims(
  asker: Claimant,
  workers: Iterable<Claimant>,
  claims: ReadonlyMap<PodKey, DesiredClaim>,
): ReadonlyMap<string, PodKey> {
  const isForOnePod = ({ namespace, name }: Claim): boolean => claims.get(podKey(namespace, name))?.isForOnePod === true
  const wanted = claims.size === 0 ? [] : claimsOf(asker.pod?.volumes ?? []).filter(isForOnePod)
  if (wanted.length === 0) return nobody
  const taken = new Map<string, PodKey>()
  for (const other of workers) {
    if (other === asker) continue
    for (const claim of wanted) {
      if (wants(other, claim) && comesFirst(other, asker)) taken.set(claim.name, other.memory.key)
    }
  }
  return taken
}

function wants({ pod }: Claimant, { namespace, name }: Claim): boolean {
  return claimsOf(pod?.volumes ?? []).some((one) => one.namespace === namespace && one.name === name)
}

function comesFirst(one: Claimant, other: Claimant): boolean {
  const [mine, its] = [grip(one), grip(other)]
  return mine > 0 && (mine > its || (mine === its && one.memory.key < other.memory.key))
}

/** How sure it is that what only one may have is its own; 0: it does not want it now. An edited pod may want what it was made without. */
export function grip({ memory, desire, pod, view }: Claimant): number {
  const { containers } = memory.observed
  const sandboxes = containers.filter((one) => one.kind === 'sandbox')
  const hash = pod === null ? '' : sandboxHash(pod)
  if (sandboxes.some((one) => one.hash === hash)) return 3
  const isThere = sandboxes.length > 0 || containers.some((one) => one.state === 'running')
  if (isThere || isCreating(memory.inFlight, null)) return 2
  if (desire?.kind !== 'run' && desire?.kind !== 'hold') return 0
  const phase = view === null ? 'Pending' : podPhase(view)
  return phase === 'Succeeded' || phase === 'Failed' ? 0 : 1
}
