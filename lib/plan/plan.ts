/** What a plan is, and everything a plan is made from. */

import type {
  ContainerId,
  ContainerVerdicts,
  DesiredPod,
  DesiredService,
  DnsConfig,
  ErrorCode,
  ErrorKind,
  Eviction,
  ObservedContainer,
  PodCgroup,
  PodKey,
  PodRecord,
  PodUid,
  ProfileFound,
  TakenPort,
} from '../pod/index.js'
import { actionKey, type Action } from './action.js'
import type { ConfigView } from './config.js'

/** Its manifest says something else, whose turn has not come: an edit reaches the replicas of a workload one after the other. */
export interface Later {
  /** For people. */
  readonly why: string
  /** As of a pod that is held. */
  readonly isRemembered: boolean
}

/** What the directory says about one pod. */
export type Desire =
  | { readonly kind: 'run'; readonly pod: DesiredPod; readonly later?: Later }
  /** As it was. `pod` is the last good spec; null when none is known, then nothing is touched. */
  | {
      readonly kind: 'hold'
      readonly pod: DesiredPod | null
      /** The spec is the state folder's: what runs may be newer, for a full disk keeps a record from being written. */
      readonly isRemembered: boolean
      readonly cause: HoldCause
      /** For people. */
      readonly why: string
    }
  /** As last known: its hooks, order and grace; null: each container's own label tells the grace. */
  | { readonly kind: 'remove'; readonly pod: DesiredPod | null }
  /** podkeep ends and was asked to stop its pods first; the next start runs them again. */
  | { readonly kind: 'stop'; readonly pod: DesiredPod | null }

/**
 * file: it is broken or cannot be read. directory: it cannot be read, or not be believed. stranger: no manifest speaks of the
 * pod, and it was not made under this state folder.
 */
export type HoldCause = 'file' | 'directory' | 'stranger'

export interface ObservedPod {
  readonly key: PodKey
  /** Every container of the pod, of all kinds, in any state, in no order. */
  readonly containers: readonly ObservedContainer[]
}

/** A deed that did not succeed, and how often in a row. */
export interface Failure {
  readonly count: number
  readonly atTickMs: number
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
  readonly retry: ErrorKind['retry']
  /** Of a start: what it did all the same was not looked at since. */
  readonly isUnseen: boolean
}

export interface ImageFact {
  readonly present: boolean
  /** What its USER says; empty: nothing, or there is no image. */
  readonly user: string
  readonly atTickMs: number
}

export interface DiskUse {
  readonly bytes: number
  /** How long measuring took. */
  readonly tookMs: number
  readonly atMs: number
  readonly atTickMs: number
}

/** What one instance of a container has on the disk. */
export interface ContainerDiskUse extends DiskUse {
  readonly id: ContainerId
}

export interface EvictionFact extends Eviction {
  readonly uid: PodUid
  readonly atTickMs: number
  /** By this process, so that it is certain that nothing of it is left. */
  readonly isCleared: boolean
}

export interface ProfileFact {
  readonly found: ProfileFound
  readonly atTickMs: number
}

/** What a file that a container's variables come from said when it was read; null: it was not there. */
export interface EnvFileFact {
  readonly text: string | null
  readonly atTickMs: number
}

/** Where one pod answers. */
export interface Endpoint {
  readonly pod: PodKey
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly ip: string
  readonly isReady: boolean
  readonly hostname: string
  readonly subdomain: string | null
}

/** A Service and the pods behind it now. */
export interface ServiceFact {
  readonly service: DesiredService
  /** null: not every pod has told yet where it is. */
  readonly endpoints: readonly Endpoint[] | null
  /** A pod that is not behind it has its name, too. */
  readonly hasNamesake: boolean
}

export interface PlanContext {
  readonly nowTickMs: number
  /** The start of the machine that ticks count from; null: not to be had. */
  readonly bootId: string | null
  /** Wall clock: when the pod was first seen, its start until a container tells it. */
  readonly seenAtMs: number
  /** By the monotonic clock: when the record says that the pod was started; null: it does not say. */
  readonly recordedStartTickMs: number | null
  /** For a pod that has none yet. */
  readonly freshUid: PodUid
  /** Another pod that has the uid this one's manifest sets, and its files; null when there is none. */
  readonly uidHolder: PodKey | null
  readonly nodeName: string
  readonly hostIP: string
  /** What the machine's own resolv.conf says. */
  readonly hostDns: DnsConfig
  /** null: not known before the directory was read. */
  readonly services: readonly ServiceFact[] | null
  readonly cpuCapacityMillis: number
  readonly memoryCapacityBytes: number
  /** Of the disk that pods' files are on. */
  readonly diskCapacityBytes: number
  /** How many processes a container may have whose pod says nothing of it; 0: any number. */
  readonly podPidsLimit: number
  /** null: the engine does not tell. */
  readonly cgroupDriver: string | null
  /** null: the engine does not tell. */
  readonly hasAppArmor: boolean | null
  /** null: the engine does not tell. */
  readonly runtimes: readonly string[] | null
  /** Keys of actions under way. */
  readonly inFlight: ReadonlySet<string>
  /** By action key. */
  readonly failures: ReadonlyMap<string, Failure>
  readonly images: ReadonlyMap<string, ImageFact>
  /** Images pulled since the manifest last changed. */
  readonly pulled: ReadonlySet<string>
  /** Absolute paths of prepared volumes, by volumeKey. */
  readonly volumePaths: ReadonlyMap<string, string>
  readonly config: ConfigView
  /** What was last written into those that podkeep writes, and which size those in memory last had, by volumeKey. */
  readonly volumeDigests: ReadonlyMap<string, string>
  /** Pods that still have volumes in whose place others were made. */
  readonly replacedVolumes: ReadonlySet<PodUid>
  /** What was last set in them, of those that this podkeep made. */
  readonly podCgroups: ReadonlyMap<PodUid, PodCgroup>
  /** Read for containers that are yet to be made, by envFileKey. */
  readonly envFiles: ReadonlyMap<string, EnvFileFact>
  /** Looked for, for containers that are yet to be made, by profileKey. */
  readonly profiles: ReadonlyMap<string, ProfileFact>
  /** Pods of this name whose volumes may exist on disk. */
  readonly volumeUids: ReadonlySet<PodUid>
  /** Pods of this name whose removal has begun: they are removed to the end, whatever the directory says by now. */
  readonly doomedUids: ReadonlySet<PodUid>
  /** What the probes say of running containers; one without probes need not be in it. */
  readonly verdicts: ReadonlyMap<ContainerId, ContainerVerdicts>
  /** How much was found in volumes that may hold only so much, by volumeKey. */
  readonly volumeUse: ReadonlyMap<string, DiskUse>
  /** How much containers with a limit, or beside one, had on the disk, by containerUseKey: also of one that has just been removed. */
  readonly containerUse: ReadonlyMap<string, ContainerDiskUse>
  /** How the pod was put out last; null: it was not, or long ago. */
  readonly eviction: EvictionFact | null
  /** Where the pod answers; null: not known yet. */
  readonly address: string | null
  /** Pods that must be Ready before this one starts, and are not. */
  readonly unreadyDependencies: readonly PodKey[]
  /** By name: its claims that only one pod may use, and the other pod that does. */
  readonly takenClaims: ReadonlyMap<string, PodKey>
  /** Ports of the host that it wants and another pod has. */
  readonly takenPorts: readonly TakenPort[]
  /** When another manifest last replaced the one before, in this process; null: never. */
  readonly editedTickMs: number | null
  /** What the state folder holds. */
  readonly record: PodRecord | null
}

/** Kubernetes' waiting reasons where there is one; what hinders nobody (status/container-status.ts) shows nowhere as a reason. */
export type WaitReason =
  | 'InFlight'
  | 'Held'
  | 'GracePeriod'
  | 'UidInUse'
  | 'PodInitializing'
  | 'ContainerCreating'
  | 'CrashLoopBackOff'
  | 'ErrImagePull'
  | 'ImagePullBackOff'
  | 'ErrImageNeverPull'
  | 'ImageInspectError'
  | 'InvalidImageName'
  | 'RegistryUnavailable'
  | 'SignatureValidationFailed'
  | 'CreatePodSandboxError'
  | 'CreateContainerConfigError'
  | 'CreateContainerError'
  | 'RunContainerError'
  | 'PostStartHookError'
  | 'DependenciesNotReady'
  | 'HostPortConflict'
  | 'RolloutPending'
  | 'NodeAffinity'
  | 'ActiveDeadline'
  | 'DeadlineExceeded'
  | 'BackoffLimitExceeded'
  | 'Evicted'
  | 'DiskMeasured'
  /** On this machine, between two pulls: somebody may load it by hand. */
  | 'ImageSought'
  | 'TtlAfterFinished'
  | 'KillContainerError'
  | 'RemoveContainerError'
  | 'ResizePodInPlaceError'
  | 'NamesNotWritten'
  | 'SignalContainerError'
  | 'FailedMount'
  | 'StateFolderError'

export interface Wait {
  readonly reason: WaitReason
  /** Of the container this is about; null for the whole pod. */
  readonly container: string | null
  /** For people; empty when the reason says it all. */
  readonly message: string
  /** When to look again without being nudged; null: only a change helps. */
  readonly untilTickMs: number | null
}

export interface Plan {
  readonly actions: readonly Action[]
  readonly waits: readonly Wait[]
}

export const nothing: Plan = { actions: [], waits: [] }

export function isNothing(plan: Plan): boolean {
  return plan.actions.length === 0 && plan.waits.length === 0
}

/** A deed that several parts of a plan want (an image two containers share) is done once. */
export function merge(...plans: readonly Plan[]): Plan {
  const actions = new Map<string, Action>()
  for (const action of plans.flatMap((plan) => plan.actions)) {
    const key = actionKey(action)
    if (!actions.has(key)) actions.set(key, action)
  }
  return { actions: [...actions.values()], waits: plans.flatMap((plan) => plan.waits) }
}

export function waitFor(wait: Wait): Plan {
  return { actions: [], waits: [wait] }
}

/** Nothing tells when another pod gives up what this one waits for. */
const lookAgainMs = 1000

export function waitForAnother(reason: WaitReason, message: string, { nowTickMs }: PlanContext): Plan {
  return waitFor({ reason, container: null, message, untilTickMs: nowTickMs + lookAgainMs })
}
