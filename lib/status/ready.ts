/** Which containers count for the pod's readiness, and whether it is ready. Source: kubelet GenerateContainersReadyCondition. */

import type { PlanContext, PodView } from '../plan/index.js'
import { isSidecar, type DesiredContainer } from '../pod/index.js'
import { podPhase } from './phase.js'

/** The regular ones and the sidecars. */
export function lasting({ pod }: PodView): DesiredContainer[] {
  return [...pod.initContainers.filter((container) => isSidecar(pod, container)), ...pod.containers]
}

/** What another pod may rely on: it is Ready, or its work is done. */
export function isReadyOrDone(view: PodView): boolean {
  const phase = podPhase(view)
  if (phase === 'Succeeded' || phase === 'Failed') return phase === 'Succeeded'
  return isReady(view)
}

/** Something that should run does not, or a probe has said no. What has yet to answer, after podkeep's restart too, may be well. */
export function isKnownIll(view: PodView, { verdicts }: Pick<PlanContext, 'verdicts'>): boolean {
  return lasting(view).some((container) => {
    const latest = view.instances(container)[0]
    if (latest?.state !== 'running' || latest.paused) return true
    const { startup, readiness, why = '' } = verdicts.get(latest.id) ?? {}
    return startup === 'failure' || (readiness === 'failure' && why !== '')
  })
}

export function isReady(view: PodView): boolean {
  return lasting(view).every((container) => {
    const latest = view.instances(container)[0]
    return latest !== undefined && view.isReady(container, latest)
  })
}
