/** Turns a wanted action into a plan: do it, or wait because it is under way or has just failed. */

import { unreachable, type ErrorCode } from '../pod/index.js'
import { actionKey, type Action } from './action.js'
import { retryDelayMs } from './back-off.js'
import { isBeingMade } from './making.js'
import { waitFor, type Failure, type Plan, type PlanContext, type WaitReason } from './plan.js'

export function attempt(action: Action, container: string | null, context: PlanContext): Plan {
  const key = actionKey(action)
  if (context.inFlight.has(key) || isBeingMade(action, context.inFlight)) {
    return waitFor({ reason: 'InFlight', container, message: action.kind, untilTickMs: null })
  }
  const failure = context.failures.get(key)
  if (failure === undefined) return { actions: [action], waits: [] }
  const delayMs = retryDelayMs(failure, action.kind === 'PullImage')
  const untilTickMs = delayMs === null ? null : failure.atTickMs + delayMs
  const reason = failureReason(action, failure)
  const why = `${failure.message} (${failure.hint})`
  const message = reason === 'ImagePullBackOff' ? `back-off pulling image: ${why}` : why
  const wait = { reason, container, message, untilTickMs }
  if (untilTickMs === null || untilTickMs > context.nowTickMs) return waitFor(wait)
  return { actions: [action], waits: [{ ...wait, untilTickMs: null }] }
}

export function failureReason(action: Action, { code, count }: Pick<Failure, 'code' | 'count'>): WaitReason {
  if (code === 'IMAGE_NAME_INVALID') return 'InvalidImageName'
  if (code === 'NFS_FAILED') return 'FailedMount'
  switch (action.kind) {
    case 'PullImage':
      return count > 1 ? 'ImagePullBackOff' : pullFailureReason(code)
    case 'InspectImage':
      return 'ImageInspectError'
    case 'PrepareVolume':
    case 'WriteVolume':
    case 'RemoveOldVolumes':
    case 'RemoveVolumes':
      return 'FailedMount'
    case 'MeasureVolume':
    case 'MeasureContainer':
      return 'DiskMeasured'
    case 'ReadEnvFile':
    case 'FindProfile':
      return 'CreateContainerConfigError'
    case 'CreateSandbox':
      return 'CreatePodSandboxError'
    case 'SetPodCgroup':
      return action.reason === 'Edited' ? 'ResizePodInPlaceError' : 'CreatePodSandboxError'
    case 'CreateContainer':
      return code === 'VOLUME_FAILED' ? 'CreateContainerConfigError' : 'CreateContainerError'
    case 'ReadTerminationMessage':
      return 'RunContainerError'
    case 'StartContainer':
      return action.container === sandboxName ? 'CreatePodSandboxError' : 'RunContainerError'
    case 'RunHook':
    case 'KillContainer':
      return 'KillContainerError'
    case 'InspectContainer':
    case 'RemoveContainer':
    case 'RemovePodCgroup':
      return 'RemoveContainerError'
    case 'UpdateNames':
      return 'NamesNotWritten'
    case 'SignalContainer':
      return 'SignalContainerError'
    case 'ResizeVolume':
    case 'UpdateResources':
      return 'ResizePodInPlaceError'
    case 'SaveRecord':
    case 'RemoveRecord':
      return 'StateFolderError'
    default:
      return unreachable(action)
  }
}

/** Source: kubelet pkg/kubelet/images evalCRIPullErr. */
function pullFailureReason(code: ErrorCode): WaitReason {
  if (code === 'REGISTRY_UNAVAILABLE') return 'RegistryUnavailable'
  return code === 'IMAGE_REJECTED' ? 'SignatureValidationFailed' : 'ErrImagePull'
}

/** The container name a sandbox carries. Source: the kubelet's dockershim. */
export const sandboxName = 'POD'
