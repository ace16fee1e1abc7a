/** Decision tables: what is seen of a pod, and what is to be done about it. */

import type { Test } from 'tap'

import type { PlanContext } from '../../lib/plan/index.js'
import {
  containerId,
  type ContainerId,
  type ContainerVerdicts,
  type DesiredPod,
  type ObservedContainer,
  type RestartPolicy,
} from '../../lib/pod/index.js'
import { deeds, run } from './plans.js'

export interface Row {
  /** The source's name of the case, and what podkeep does otherwise. */
  readonly name: string
  readonly policy?: RestartPolicy
  readonly seen: (pod: DesiredPod) => ObservedContainer[]
  readonly context?: Partial<PlanContext>
  readonly deeds: readonly string[]
}

export function checkTable(t: Test, podOf: (policy: RestartPolicy) => DesiredPod, rows: readonly Row[]): void {
  for (const { name, policy = 'Always', seen, context, deeds: expected } of rows) {
    const pod = podOf(policy)
    t.strictSame(deeds(run(pod, seen(pod), context)), expected, `${name} (${policy})`)
  }
}

/** By container id; what is not said is well. */
export function verdictsOf(
  verdicts: Readonly<Record<string, Partial<ContainerVerdicts>>>,
): ReadonlyMap<ContainerId, ContainerVerdicts> {
  const well: ContainerVerdicts = { startup: 'success', readiness: 'success', liveness: 'success', why: '' }
  return new Map(Object.entries(verdicts).map(([id, said]) => [containerId(id), { ...well, ...said }]))
}
