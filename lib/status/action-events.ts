/**
 * Which events an action is: at its begin and at its end. Messages are in the kubelet's words, for tools and people know those.
 * What fails shows as a wait, and its event is made from that (wait-events.ts).
 * Source: kubelet pkg/kubelet/kuberuntime and pkg/kubelet/images.
 */

import { sandboxName, type Action } from '../plan/index.js'
import {
  goDuration,
  unreachable,
  type ContainerFacts,
  type DesiredPod,
  type PodEvent,
  type ProbeKind,
  terminatedReason,
} from '../pod/index.js'
import { fieldPathOf, usersOf } from './field-path.js'

/** @param failedProbe of a container that is killed for its health: which probe says so */
export function beginEvents(
  action: Action,
  pod: DesiredPod | null,
  failedProbe: 'startup' | 'liveness' | null = null,
): PodEvent[] {
  switch (action.kind) {
    case 'PullImage':
      return usersOf(action.image, pod).map((fieldPath) =>
        normal('Pulling', `Pulling image "${action.image}"`, fieldPath),
      )
    case 'CreateSandbox':
      if (action.reason === 'Missing') return []
      return [normal('SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.')]
    case 'RunHook':
      return action.hook === 'preStop' ? killEvents(action, pod, failedProbe) : []
    case 'KillContainer':
      return killEvents(action, pod, failedProbe)
    case 'InspectImage':
    case 'PrepareVolume':
    case 'WriteVolume':
    case 'ResizeVolume':
    case 'RemoveOldVolumes':
    case 'RemoveVolumes':
    case 'MeasureVolume':
    case 'MeasureContainer':
    case 'SetPodCgroup':
    case 'RemovePodCgroup':
    case 'ReadEnvFile':
    case 'FindProfile':
    case 'CreateContainer':
    case 'ReadTerminationMessage':
    case 'InspectContainer':
    case 'StartContainer':
    case 'RemoveContainer':
    case 'SignalContainer':
    case 'UpdateResources':
    case 'UpdateNames':
    case 'SaveRecord':
    case 'RemoveRecord':
      return []
    default:
      return unreachable(action)
  }
}

export interface DoneAction {
  readonly action: Action
  readonly durationMs: number
  /** Of a container that was made: its image was pulled for it. */
  readonly wasPulled: boolean
}

export function doneEvents({ action, durationMs, wasPulled }: DoneAction, pod: DesiredPod | null): PodEvent[] {
  switch (action.kind) {
    case 'PullImage': {
      const message = `Successfully pulled image "${action.image}" in ${goDuration(durationMs)}`
      return usersOf(action.image, pod).map((fieldPath) => normal('Pulled', message, fieldPath))
    }
    case 'CreateContainer': {
      const { name } = action.spec.identity
      const fieldPath = fieldPathOf(name, pod)
      const present = `Container image "${action.spec.image}" already present on machine`
      return [
        ...(wasPulled ? [] : [normal('Pulled', present, fieldPath)]),
        normal('Created', `Created container: ${name}`, fieldPath),
      ]
    }
    case 'StartContainer': {
      const { container } = action
      if (container === sandboxName) return []
      return [normal('Started', `Started container ${container}`, fieldPathOf(container, pod))]
    }
    case 'WriteVolume':
      if (action.reason !== 'ConfigChanged') return []
      return [normal('VolumeRewritten', `Volume ${action.volume.name} was rewritten: what it is made of has changed`)]
    case 'SignalContainer': {
      const { container, signal } = action
      const message = `Sent ${signal} to container ${container}: configuration that it mounts has changed`
      return [normal('Signalled', message, fieldPathOf(container, pod))]
    }
    case 'UpdateResources': {
      const message = `Resources of container ${action.container} were changed while it runs`
      return [normal('ResizeCompleted', message, fieldPathOf(action.container, pod))]
    }
    case 'InspectImage':
    case 'PrepareVolume':
    case 'ResizeVolume':
    case 'RemoveOldVolumes':
    case 'RemoveVolumes':
    case 'MeasureVolume':
    case 'MeasureContainer':
    case 'SetPodCgroup':
    case 'RemovePodCgroup':
    case 'ReadEnvFile':
    case 'FindProfile':
    case 'CreateSandbox':
    case 'ReadTerminationMessage':
    case 'InspectContainer':
    case 'KillContainer':
    case 'RunHook':
    case 'RemoveContainer':
    case 'UpdateNames':
    case 'SaveRecord':
    case 'RemoveRecord':
      return []
    default:
      return unreachable(action)
  }
}

/** Source: kubelet pkg/kubelet/prober. */
export function probeEvent({ container, probe, result, message }: ProbeAnswerSeen, pod: DesiredPod | null): PodEvent {
  const kind = `${probe.charAt(0).toUpperCase()}${probe.slice(1)}`
  const fieldPath = fieldPathOf(container, pod)
  if (result === 'failure') return warning('Unhealthy', `${kind} probe failed: ${message}`, fieldPath)
  return warning('ProbeWarning', `${kind} probe warning: ${message}`, fieldPath)
}

export interface ProbeAnswerSeen {
  readonly container: string
  readonly probe: ProbeKind
  readonly result: 'success' | 'failure'
  readonly message: string
}

/** The engine could not start what it had made; what comes of that is the back-off's affair. */
export function startFailedEvent(container: string, why: string, pod: DesiredPod | null): PodEvent {
  return warning('Failed', `Error: failed to start container "${container}": ${why}`, fieldPathOf(container, pod))
}

/** A lifecycle hook did not do what it should. */
export function hookFailedEvent(
  { container, hook }: Action & { kind: 'RunHook' },
  why: string,
  pod: DesiredPod | null,
): PodEvent {
  const reason = hook === 'postStart' ? 'FailedPostStartHook' : 'FailedPreStopHook'
  return warning(
    reason,
    `${hook === 'postStart' ? 'PostStartHook' : 'PreStopHook'} failed: ${why}`,
    fieldPathOf(container, pod),
  )
}

/**
 * A container ended, not because podkeep told it to. The kubelet tells only what comes after. How long it ran says its status: here one
 * that ends over and over is to be one event, counted.
 */
export function endEvent(facts: ContainerFacts, pod: DesiredPod | null): PodEvent {
  const withEngine = facts.diedWithEngine ? ' with the engine' : ''
  if (facts.kind === 'sandbox') return warning('Exited', `The pod's sandbox ended${withEngine}`)
  const reason = terminatedReason(facts)
  const message = `Container ${facts.name} ended${withEngine}: ${reason}, exit code ${facts.exitCode ?? 'unknown'}`
  const type = reason === 'Completed' ? normal : warning
  return type('Exited', message, fieldPathOf(facts.name, pod))
}

export function removedByOtherEvent({ name, kind }: ContainerFacts, pod: DesiredPod | null): PodEvent {
  if (kind === 'sandbox') return warning('RemovedByOther', "The pod's sandbox was removed by someone else")
  return warning('RemovedByOther', `Container ${name} was removed by someone else`, fieldPathOf(name, pod))
}

type Ending = Extract<Action, { kind: 'KillContainer' | 'RunHook' }>

function killEvents(action: Ending, pod: DesiredPod | null, failedProbe: 'startup' | 'liveness' | null): PodEvent[] {
  const { container, reason } = action
  if (container === sandboxName) return []
  const fieldPath = fieldPathOf(container, pod)
  switch (reason) {
    case 'GraceExpired':
      return [
        warning(
          'ExceededGracePeriod',
          `Container ${container} did not stop within its grace period, it is killed`,
          fieldPath,
        ),
      ]
    case 'Unhealthy': {
      const probe = failedProbe ?? 'liveness'
      return [normal('Killing', `Container ${container} failed ${probe} probe, will be restarted`, fieldPath)]
    }
    case 'HookFailed':
      return [normal('Killing', `Container ${container} failed its postStart hook, will be restarted`, fieldPath)]
    case 'Edited':
    case 'SandboxEdited':
      return [normal('Killing', `Container ${container} definition changed, will be restarted`, fieldPath)]
    case 'ConfigChanged':
      return [
        normal('Killing', `Container ${container} reads configuration that changed, will be restarted`, fieldPath),
      ]
    case 'Missing':
    case 'Died':
    case 'SandboxDied':
    case 'NotInManifest':
    case 'PodRemoved':
    case 'PodStopped':
    case 'PodFinished':
    case 'Superseded':
    case 'RestartAllContainers':
    case 'DeadlineExceeded':
    case 'BackoffLimitExceeded':
    case 'Evicted':
    case 'Due':
    case 'Prepared':
    case 'Changed':
      return [normal('Killing', `Stopping container ${container}`, fieldPath)]
    default:
      return unreachable(reason)
  }
}

function normal(reason: PodEvent['reason'], message: string, fieldPath = ''): PodEvent {
  return { type: 'Normal', reason, message, fieldPath }
}

function warning(reason: PodEvent['reason'], message: string, fieldPath = ''): PodEvent {
  return { type: 'Warning', reason, message, fieldPath }
}
