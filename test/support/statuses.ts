/** A pod's status from what is seen of it. */

import { viewPod, type PlanContext, type Wait } from '../../lib/plan/index.js'
import type { DesiredPod, ObservedContainer, V1PodStatus } from '../../lib/pod/index.js'
import { podStatus, type PodStatusInput } from '../../lib/status/index.js'
import { aContext, observed } from './plans.js'

export interface Extra {
  readonly waits?: readonly Wait[]
  readonly engineAway?: string | null
  readonly context?: Partial<PlanContext>
  readonly isUnseen?: boolean
  readonly pulls?: PodStatusInput['pulls']
}

export function statusOf(
  pod: DesiredPod,
  all: readonly ObservedContainer[],
  { waits, engineAway, context, isUnseen, pulls }: Extra = {},
): V1PodStatus {
  const input: PodStatusInput = {
    view: viewPod(pod, observed(pod, ...all), aContext(pod, context)),
    observed: observed(pod, ...all),
    waits: waits ?? [],
    isUnseen: isUnseen ?? false,
    hostIP: '192.0.2.1',
    engineAway: engineAway ?? null,
    pulls: pulls ?? new Map(),
  }
  return podStatus(input)
}
