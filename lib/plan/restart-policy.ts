/**
 * Whether a container that ended runs again. Source: kubelet ShouldContainerBeRestarted and container restart rules (KEP-5307).
 * What podkeep itself stopped has not succeeded, whatever it exited with: many a program answers SIGTERM with 0; and no rule that a
 * manifest has speaks of it.
 */

import {
  isSidecar,
  type DesiredContainer,
  type DesiredPod,
  type ObservedContainer,
  type RestartPolicy,
  type RestartRule,
} from '../pod/index.js'

export function restarts(pod: DesiredPod, container: DesiredContainer, dead: ObservedContainer): boolean {
  if (isSidecar(pod, container) || matchingRule(container, dead) !== undefined) return true
  const policy = policyOf(pod, container)
  // An init container that succeeded is done, whatever the policy.
  if (pod.initContainers.includes(container)) return policy !== 'Never' && !hasSucceeded(dead)
  return policy === 'Always' || (policy === 'OnFailure' && !hasSucceeded(dead))
}

/** It runs for as long as the pod does: what comes to an end keeps what it began with. */
export function isLasting(pod: DesiredPod, container: DesiredContainer): boolean {
  const isInit = pod.initContainers.includes(container) && !isSidecar(pod, container)
  return !isInit && policyOf(pod, container) === 'Always'
}

export function policyOf(pod: DesiredPod, container: DesiredContainer): RestartPolicy {
  return container.restartPolicy ?? pod.restartPolicy
}

/** How it ended asks for the whole pod to begin again. */
export function restartsAll(container: DesiredContainer, dead: ObservedContainer): boolean {
  return dead.state === 'exited' && matchingRule(container, dead)?.action === 'RestartAllContainers'
}

function matchingRule({ restartRules }: DesiredContainer, dead: ObservedContainer): RestartRule | undefined {
  if (wasStopped(dead)) return restartRules.find(({ alsoStopped }) => alsoStopped === true)
  const { exitCode } = dead
  if (exitCode === null) return undefined
  return restartRules.find(({ operator, exitCodes }) => exitCodes.includes(exitCode) === (operator === 'In'))
}

export function hasSucceeded(dead: ObservedContainer): boolean {
  return dead.exitCode === 0 && !wasStopped(dead)
}

/** By podkeep. What was stopped before its last restart is in the record (stopping.ts). */
export function wasStopped(container: ObservedContainer): boolean {
  return container.stopRequestedTickMs !== null || container.killRequestedTickMs !== null
}
