/** What happened, in the words and reasons of Kubernetes' v1 Event. */

import type { PodKey } from './identity.js'

/**
 * The kubelet's reasons, and podkeep's own where it has none: Exited (a container ended by itself), HookFailed,
 * RemovedByOther (someone removed a container by hand), ManifestChanged, VolumeRewritten (what it is made of changed), Signalled
 * (configuration that it mounts changed).
 * Source: kubelet pkg/kubelet/events/event.go.
 */
export type EventReason =
  | 'Scheduled'
  | 'Pulling'
  | 'Pulled'
  | 'Created'
  | 'Started'
  | 'Killing'
  | 'ExceededGracePeriod'
  | 'BackOff'
  | 'Failed'
  | 'InspectFailed'
  | 'ErrImageNeverPull'
  | 'Unhealthy'
  | 'ProbeWarning'
  | 'FailedPostStartHook'
  | 'FailedPreStopHook'
  | 'SandboxChanged'
  | 'FailedCreatePodSandBox'
  | 'FailedMount'
  | 'FailedKillPod'
  | 'FailedSync'
  | 'FailedValidation'
  | 'DeadlineExceeded'
  | 'BackoffLimitExceeded'
  | 'Evicted'
  | 'NodeAffinity'
  | 'ResizeCompleted'
  | 'ResizeError'
  | 'Starting'
  | 'NodeReady'
  | 'NodeNotReady'
  | 'Exited'
  | 'RemovedByOther'
  | 'ManifestChanged'
  | 'VolumeRewritten'
  | 'Signalled'

export type EventType = 'Normal' | 'Warning'

export interface PodEvent {
  readonly type: EventType
  readonly reason: EventReason
  /** For people; never a value of a Secret or of a variable. */
  readonly message: string
  /** Kubernetes' way to name a container, `spec.containers{app}`; empty for the whole. */
  readonly fieldPath: string
}

/** What an event is about. */
export type EventSubject =
  | { readonly kind: 'Pod'; readonly key: PodKey; readonly uid: string }
  | { readonly kind: 'Node' }
  /** A file of which it is not known what pod it means. */
  | { readonly kind: 'Manifest'; readonly file: string }

/** An event, and how often it happened. */
export interface RecordedEvent extends PodEvent {
  /** Its name; stays while it is counted. */
  readonly id: string
  readonly subject: EventSubject
  readonly count: number
  readonly firstAtMs: number
  readonly lastAtMs: number
}
