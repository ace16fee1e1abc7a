/** Claims that only one pod may use at a time (ReadWriteOncePod): who comes second waits, and touches nothing meanwhile. */

import { nothing, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

/** Nothing tells when another pod gives up its claim. */
const lookAgainMs = 1000

export function planClaims({ pod }: PodView, { takenClaims, nowTickMs }: PlanContext): Plan {
  const waits = pod.volumes.flatMap((volume) => {
    const holder = volume.kind === 'persistentVolumeClaim' ? takenClaims.get(volume.claim.name) : undefined
    if (volume.kind !== 'persistentVolumeClaim' || holder === undefined) return []
    const { namespace, name } = volume.claim
    const message = `volume "${volume.name}": the claim ${namespace}/${name} is ReadWriteOncePod, and pod ${holder} uses it`
    return [{ reason: 'FailedMount', container: null, message, untilTickMs: nowTickMs + lookAgainMs } as const]
  })
  return waits.length === 0 ? nothing : { actions: [], waits }
}
