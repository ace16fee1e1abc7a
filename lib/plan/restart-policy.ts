/**
 * Whether a container that ended runs again. Source: kubelet ShouldContainerBeRestarted. What podkeep itself stopped has not
 * succeeded, whatever it exited with: many a program answers SIGTERM with 0.
 */

import type { ObservedContainer, RestartPolicy } from '../pod/index.js'

export function restarts(policy: RestartPolicy, dead: ObservedContainer): boolean {
  switch (policy) {
    case 'Always':
      return true
    case 'OnFailure':
      return !hasSucceeded(dead)
    case 'Never':
      return false
  }
}

/** An init container that succeeded is done, whatever the policy. */
export function initRestarts(policy: RestartPolicy, dead: ObservedContainer): boolean {
  return policy !== 'Never' && !hasSucceeded(dead)
}

export function hasSucceeded(dead: ObservedContainer): boolean {
  return dead.exitCode === 0 && !wasStopped(dead)
}

/** By podkeep in this process; its own restart forgets that. */
export function wasStopped(container: ObservedContainer): boolean {
  return container.stopRequestedTickMs !== null || container.killRequestedTickMs !== null
}
