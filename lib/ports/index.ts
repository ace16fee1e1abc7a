export type { ContainerRuntime, ImageFacts, RuntimeEvent, EngineInfo, ExecResult } from './container-runtime.js'
export type { ManifestSource, DirectoryScan, ScannedFile } from './manifest-source.js'
export type { SecurityProfiles } from './security-profiles.js'
export type { VolumeStore } from './volume-store.js'
export type { PodCgroups } from './pod-cgroups.js'
export type {
  BelievedDirectory,
  ClaimRecords,
  VolumeRecords,
  CronRecords,
  PodRecords,
  Records,
  ServiceRecords,
} from './pod-records.js'
export type { ConfigRecords, DigestKey } from './config-records.js'
export type { KnownLogins, RegistryAuth, RegistryCredentials, RegistryLogin } from './registry-credentials.js'
export type { Clock } from './clock.js'
export type { ProbeAnswer, ProbeListener, Prober, ProbedContainer } from './prober.js'
export type { HandlerRunner, HandlerPlace } from './handler-runner.js'
export type { NodeClaim } from './node-claim.js'
export type { Logger } from './logger.js'
export type {
  StatusBoard,
  PodStatusEntry,
  ManifestsStatus,
  ManifestStatus,
  Readiness,
  Changed,
  PodPlan,
  PlannedWait,
  PlannedAction,
  ShownProblem,
} from './status-board.js'
export type { EventRecorder } from './event-recorder.js'
export type { RevisionRecorder } from './revision-recorder.js'
export type { History } from './history.js'
export type { ContainerPlaces, ContainerReader, LogQuery } from './container-reader.js'
export type {
  ContainerUse,
  CpuLimits,
  DeviceUse,
  DiskUse,
  FolderUse,
  InterfaceUse,
  MachineFacts,
  MachineReader,
  MachineUse,
  MemoryUse,
  Pressure,
  Pressures,
  SwapUse,
  Throttling,
  VolumeUse,
} from './machine-reader.js'
export type { ActionTally, TalliedKind, TalliedProbe } from './action-tally.js'
