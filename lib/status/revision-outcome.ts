/** What became of the manifest that a pod has now: from the same values the plan was made from. */

import { usableSandbox, type PodView, type Wait, type WaitReason } from '../plan/index.js'
import { unreachable, type DesiredContainer, type RevisionOutcome } from '../pod/index.js'
import { podPhase } from './phase.js'
import { isReadyOrDone, lasting } from './ready.js'

export interface Became {
  readonly outcome: Exclude<RevisionOutcome, 'held' | 'superseded'>
  /** Why it failed; empty otherwise. */
  readonly why: string
}

export function revisionOutcome(view: PodView, waits: readonly Wait[]): Became {
  if (podPhase(view) === 'Failed') return { outcome: 'failed', why: 'the pod has failed' }
  const trouble = waits.find((wait) => isTrouble(wait.reason))
  if (trouble !== undefined) return { outcome: 'failed', why: whyOf(trouble) }
  if (!isInPlace(view)) return { outcome: 'pending', why: '' }
  return { outcome: isReadyOrDone(view) ? 'ready' : 'running', why: '' }
}

/** Everything that runs was made from this manifest, not from the one before. */
function isInPlace(view: PodView): boolean {
  const sandbox = view.hasSandbox ? usableSandbox(view) : null
  if (view.strangers.length > 0) return false
  if (podPhase(view) === 'Succeeded') return true
  const isNew = (container: DesiredContainer): boolean => {
    const latest = view.instances(container)[0]
    if (latest?.state !== 'running') return false
    return view.isFit(container, latest) && view.isHere(latest, sandbox)
  }
  return lasting(view).every(isNew)
}

function whyOf({ reason, container, message }: Wait): string {
  const what = message === '' ? reason : `${reason}: ${message}`
  return container === null ? what : `${container}: ${what}`
}

function isTrouble(reason: WaitReason): boolean {
  switch (reason) {
    case 'CrashLoopBackOff':
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'ErrImageNeverPull':
    case 'ImageInspectError':
    case 'InvalidImageName':
    case 'RegistryUnavailable':
    case 'SignatureValidationFailed':
    case 'CreatePodSandboxError':
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
    case 'RunContainerError':
    case 'PostStartHookError':
    case 'DeadlineExceeded':
    case 'BackoffLimitExceeded':
    case 'Evicted':
    case 'ResizePodInPlaceError':
    case 'FailedMount':
    case 'UidInUse':
    case 'HostPortConflict':
      return true
    case 'NodeAffinity':
    case 'TtlAfterFinished':
    case 'DiskMeasured':
    case 'ImageSought':
    case 'InFlight':
    case 'Held':
    case 'GracePeriod':
    case 'PodInitializing':
    case 'ContainerCreating':
    case 'DependenciesNotReady':
    case 'RolloutPending':
    case 'ActiveDeadline':
    case 'KillContainerError':
    case 'RemoveContainerError':
    case 'NamesNotWritten':
    case 'SignalContainerError':
    case 'StateFolderError':
      return false
    default:
      return unreachable(reason)
  }
}
