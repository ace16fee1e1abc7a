export {
  allocatableDiskBytes,
  allocatableMemoryBytes,
  leastDiskShare,
  leastInodesShare,
  leastMemoryBytes,
} from './allocatable.js'
export { nodeIdentity, type NodeIdentity } from './node-identity.js'
export { type PodKey, type PodUid, type ContainerId, podKey, podUid, containerId, shortId } from './identity.js'
export {
  type DesiredPod,
  type DesiredContainer,
  type DesiredPort,
  type DesiredDevice,
  type DesiredResources,
  type RestartPolicy,
  type PortProtocol,
  type TerminationMessagePolicy,
  type RestartRule,
  type Rollout,
  type BackOff,
  usualBackOff,
  usualTerminationMessagePath,
  isSidecar,
  needsSandbox,
} from './desired.js'
export type { ImagePullPolicy } from './pull-policy.js'
export {
  claimKey,
  claimOf,
  claimsOf,
  engineClaimsOf,
  holdsSecrets,
  isContentVolume,
  isOfObjects,
  isReadOnlyVolume,
} from './volume.js'
export type {
  Claim,
  ClaimVolume,
  HostPathVolume,
  ImageVolume,
  NfsShare,
  NfsVolume,
  ContentFile,
  ContentItem,
  ContentSource,
  ContentVolume,
  ObjectSource,
  PodFile,
  LocalVolume,
  PreparedVolume,
  VolumeOwner,
  DesiredVolume,
  EmptyDirVolume,
  DesiredMount,
  HostPathType,
  MountPropagation,
  RecursiveReadOnly,
  SubPath,
  VolumeFile,
  WrittenVolume,
} from './volume.js'
export type { CronJobManifest, CronRecord, CronRun, CronSchedule, DesiredCronJob } from './cron-job.js'
export { isOfSameJob, ownerOf, ownerReference, type PodOwner } from './owner.js'
export type {
  Probe,
  ProbeHandler,
  HookHandler,
  ExecHandler,
  HttpGetHandler,
  TcpSocketHandler,
  GrpcHandler,
  SleepHandler,
  PortReference,
} from './handler.js'
export {
  type ContainerSecurity,
  type LocalProfile,
  type ProfileFound,
  type ProfileName,
  type SecuritySpec,
  type SeLinuxLabel,
  type UnusualProfile,
  securitySpec,
  usualSecurity,
} from './security.js'
export type {
  EnvVar,
  EnvSource,
  EnvField,
  FieldSource,
  ResourceSource,
  FileSource,
  ConfigKeySource,
} from './environment.js'
export {
  type ConfigKind,
  type ConfigKey,
  type ConfigObject,
  type ConfigValue,
  type ConfigReference,
  type ConfigReaction,
  type EnvFromSource,
  configKey,
  configValue,
  sameContent,
  usualReaction,
} from './config.js'
export { configKeysOf, replacingReferences } from './config-references.js'
export type { ProbeKind, ProbeVerdict, ContainerVerdicts, KnownVerdicts, HandlerAnswer } from './probe.js'
export {
  type ContainerKind,
  type HookName,
  type HookRun,
  type ContainerState,
  type ContainerIdentity,
  type ContainerFacts,
  type ObservedContainer,
  ranMs,
  terminatedReason,
} from './observed.js'
export {
  type LinuxResources,
  type QosClass,
  cpuPeriodMicros,
  linuxResources,
  sameResources,
  canUpdateInPlace,
  containerResources,
  noResources,
  wantsRestart,
  qosClass,
  oomScoreAdj,
} from './resources.js'
export {
  engineCgroup,
  needsPodCgroup,
  podCgroup,
  podCgroupName,
  podCgroupPrefix,
  samePodCgroup,
  type PodCgroup,
} from './pod-cgroup.js'
export {
  type HostEntry,
  type DnsPolicy,
  type DnsConfig,
  type PodNames,
  type SharedNamespaces,
  noDnsConfig,
  nothingShared,
  clusterDomain,
  usualHostname,
  domainOf,
  usualNames,
} from './names.js'
export { encodeLabels, decodeLabels, isForeign, nodeLabel, type Owner } from './labels.js'
export type {
  SandboxSpec,
  ContainerSpec,
  MountSpec,
  PathMount,
  ClaimMount,
  NfsMount,
  SubPathMount,
  HostFiles,
  ProcessNamespace,
} from './container-spec.js'
export { evictionReturns, type Eviction } from './eviction.js'
export { sizeText } from './size-text.js'
export type { ClaimTerms, DesiredClaim, LabelSelector } from './claim.js'
export type { KeptVolume, PersistentSource, PersistentVolume } from './persistent-volume.js'
export { selects, type DesiredService, type ServicePort } from './service.js'
export {
  containerHash,
  containerParts,
  sandboxHash,
  sandboxParts,
  changedParts,
  publishedPorts,
  canonical,
  type HashedParts,
  type PublishedPort,
} from './hash.js'
export { covers, hostPorts, portsClash, portText, type TakenPort } from './host-ports.js'
export { goDuration } from './go-duration.js'
export { restartedAtAnnotation, withRestart } from './restarted-at.js'
export { errorCatalogue, PodkeepError, type ErrorCode, type ErrorKind } from './errors.js'
export { dockerHub, isHub, repositoryOf, type PullProgress, type PullState, type Repository } from './image.js'
export { type Problem, problemText } from './problem.js'
export { type PodRecord, type PostStartUnderWay, type StopsUnderWay, type StopUnderWay } from './record.js'
export type { EventReason, EventSubject, EventType, PodEvent, RecordedEvent } from './event.js'
export type { PodHistory, PodRevision, RevisionOutcome } from './revision.js'
export { changedFields } from './changes.js'
export { BrokenInvariant, invariant, unreachable } from './invariant.js'
export type {
  V1Pod,
  V1ObjectMeta,
  V1PodStatus,
  V1PodCondition,
  V1ContainerState,
  V1ContainerStatus,
  PodPhase,
} from './v1.js'
export { pullSecretOf, type PodLogins, type PullSecret } from './pull-secret.js'
