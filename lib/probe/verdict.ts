/**
 * What a probe's answers mean: one instance of one container, one kind of probe. Pure.
 * Source: kubelet pkg/kubelet/prober/worker.go doProbe.
 */

import type { ContainerVerdicts, HandlerAnswer, Probe, ProbeKind, ProbeVerdict } from '../pod/index.js'

export interface ProbeState {
  readonly verdict: ProbeVerdict
  /** The last answer that counted, and how many times in a row it came. */
  readonly last: 'success' | 'failure' | null
  readonly times: number
  /** The container is to be restarted: nothing more to ask before it is another one. */
  readonly isOnHold: boolean
}

/** Of a container nobody has asked yet: not started, not ready, alive. */
export const newContainer: Pick<ContainerVerdicts, ProbeKind> = {
  startup: 'unknown',
  readiness: 'failure',
  liveness: 'success',
}

export function unasked(verdict: ProbeVerdict): ProbeState {
  return { verdict, last: null, times: 0, isOnHold: false }
}

/** After one more answer. An unknown one says nothing and is thrown away. */
export function heard(
  kind: ProbeKind,
  thresholds: Pick<Probe, 'successThreshold' | 'failureThreshold'>,
  state: ProbeState,
  result: HandlerAnswer['result'],
): ProbeState {
  if (result === 'unknown' || state.isOnHold) return state
  const times = state.last === result ? state.times + 1 : 1
  const needed = result === 'success' ? thresholds.successThreshold : thresholds.failureThreshold
  if (times < needed) return { ...state, last: result, times }
  const isOnHold = result === 'failure' && kind !== 'readiness'
  return { verdict: result, last: result, times: isOnHold ? 0 : times, isOnHold }
}

/**
 * Whether there is anything to ask now. Startup comes before the others, and is over once it succeeded; of a container that is
 * being stopped only readiness matters.
 */
export function isAsked(
  kind: ProbeKind,
  state: ProbeState,
  container: { readonly isStarted: boolean; readonly isStopping: boolean },
): boolean {
  if (state.isOnHold) return false
  if (container.isStopping && kind !== 'readiness') return false
  return container.isStarted === (kind !== 'startup')
}
