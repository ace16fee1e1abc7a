export {
  type Action,
  type Reason,
  actionKey,
  isUnderWay,
  volumeKey,
  containerUseKey,
  envFileKey,
  profileKey,
  envFilesOf,
} from './action.js'
export { isMoving } from './making.js'
export type {
  Desire,
  HoldCause,
  ObservedPod,
  Failure,
  ImageFact,
  EnvFileFact,
  ProfileFact,
  EvictionFact,
  ContainerDiskUse,
  DiskUse,
  Endpoint,
  ServiceFact,
  PlanContext,
  Plan,
  Wait,
  WaitReason,
} from './plan.js'
export type { ConfigView } from './config.js'
export { failureReason, sandboxName } from './attempt.js'
export { sizeDigest } from './empty-dirs.js'
export { toldOfMade, toldOfNew, type Told } from './engine-words.js'
export { serviceFacts } from './names.js'
export { countedFromMs, planCronJob, underThisClock, type CronTimes, type RunState } from './cron-job.js'
export { planPod } from './plan-pod.js'
export { takenClaims } from './claims.js'
export type { Contender } from './contender.js'
export { takenPorts } from './host-ports.js'
export { followsConfig, hasBegun, isDisruptive, ordinalOf, whyLater, type Replica } from './rollout.js'
export { newestFirst, viewPod, type PodView } from './pod-view.js'
export { progressOf, sameSpec, isDone } from './progress.js'
export { hasSucceeded, wasStopped } from './restart-policy.js'
export { usableSandbox } from './sandbox.js'
export { podEdit, type PodEdit, type PodEffect, type ContainerEdit, type ContainerEffect } from './edit.js'
export { fieldChanges, type FieldChange } from './field-changes.js'
export { configEdit, type ConfigEdit, type KeyChange, type PodReaction } from './config-edit.js'
export { exhaustedMessage, isExhausted } from './end.js'
export { deadlineMessage, isOverdue } from './deadline.js'
