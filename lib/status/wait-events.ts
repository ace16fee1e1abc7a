/**
 * Which events there are in what a pod waits for. A try that fails again makes a wait with another end, and is the same event
 * once more; what is only looked at again and again is told once.
 */

import type { Wait } from '../plan/index.js'
import { unreachable, type DesiredPod, type EventReason, type EventType, type PodEvent } from '../pod/index.js'
import { fieldPathOf } from './field-path.js'

/** The same key: the same trouble. */
export function waitKey({ container, reason, message }: Wait): string {
  return `${container ?? ''} ${reason} ${message}`
}

/** @param told the last wait of each key that was told, until things went on */
export function isNewWait(wait: Wait, told: ReadonlyMap<string, Wait>): boolean {
  const before = told.get(waitKey(wait))
  if (before === undefined) return true
  return wait.untilTickMs !== null && wait.untilTickMs !== before.untilTickMs && !isPolled(wait)
}

/** Its end only says when to look again. */
function isPolled({ reason }: Wait): boolean {
  return (
    reason === 'Evicted' ||
    reason === 'UidInUse' ||
    reason === 'HostPortConflict' ||
    reason === 'CreateContainerConfigError' ||
    reason === 'ErrImageNeverPull'
  )
}

export function waitEvents(
  wait: Wait,
  { pod, uid }: { readonly pod: DesiredPod | null; readonly uid: string },
): PodEvent[] {
  const { reason, container, message } = wait
  const fieldPath = container === null ? '' : fieldPathOf(container, pod)
  const image =
    [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].find(({ name }) => name === container)?.image ?? ''
  const event = (type: EventType, eventReason: EventReason, text: string): PodEvent => ({
    type,
    reason: eventReason,
    message: text,
    fieldPath,
  })
  const failed = event('Warning', 'Failed', `Error: ${reason}`)
  switch (reason) {
    case 'CrashLoopBackOff':
    case 'PostStartHookError': {
      const where = pod === null ? '' : ` in pod ${pod.name}_${pod.namespace}(${uid})`
      return [event('Warning', 'BackOff', `Back-off restarting failed container ${container ?? ''}${where}`)]
    }
    case 'ErrImagePull':
    case 'RegistryUnavailable':
    case 'SignatureValidationFailed':
      return [event('Warning', 'Failed', `Failed to pull image "${image}": ${message}`), failed]
    case 'ImagePullBackOff':
      return [event('Normal', 'BackOff', `Back-off pulling image "${image}": ${withoutPreface(message)}`), failed]
    case 'ErrImageNeverPull':
      return [
        event('Warning', 'ErrImageNeverPull', `Container image "${image}" is not present with pull policy of Never`),
        failed,
      ]
    case 'InvalidImageName':
    case 'ImageInspectError':
      return [event('Warning', 'InspectFailed', `Failed to inspect image "${image}": ${message}`), failed]
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
    case 'RunContainerError':
      return [event('Warning', 'Failed', `Error: ${message}`)]
    case 'CreatePodSandboxError':
      return [event('Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${message}`)]
    case 'FailedMount':
      return [event('Warning', 'FailedMount', message)]
    case 'KillContainerError':
      return [event('Warning', 'FailedKillPod', `error killing pod: ${message}`)]
    case 'ResizePodInPlaceError':
      return [event('Warning', 'ResizeError', message)]
    case 'HostPortConflict':
    case 'RemoveContainerError':
    case 'NamesNotWritten':
    case 'SignalContainerError':
    case 'StateFolderError':
    case 'UidInUse':
      return message === '' ? [] : [event('Warning', 'FailedSync', message)]
    case 'DeadlineExceeded':
      return [event('Normal', 'DeadlineExceeded', message)]
    case 'NodeAffinity':
      return [event('Warning', 'NodeAffinity', message)]
    case 'Evicted':
      return [event('Warning', 'Evicted', message)]
    case 'BackoffLimitExceeded':
      return [event('Warning', 'BackoffLimitExceeded', message)]
    case 'TtlAfterFinished':
    case 'DiskMeasured':
    case 'ImageSought':
    case 'Held':
    case 'InFlight':
    case 'GracePeriod':
    case 'PodInitializing':
    case 'ContainerCreating':
    case 'DependenciesNotReady':
    case 'RolloutPending':
    case 'ActiveDeadline':
      return []
    default:
      return unreachable(reason)
  }
}

function withoutPreface(message: string): string {
  return message.replace(/^back-off pulling image: /, '')
}
