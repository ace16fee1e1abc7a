/**
 * What can be done about a pod, as plain data: it can be logged, compared and replayed, and its preconditions hold in the
 * snapshot it was planned from. Whoever carries it out has nothing left to decide.
 */

import {
  unreachable,
  type ContainerId,
  type ContainerSpec,
  type ContentFile,
  type ContentVolume,
  type DesiredVolume,
  type EmptyDirVolume,
  type Eviction,
  type FileSource,
  type HookHandler,
  type HookName,
  type HostEntry,
  type LinuxResources,
  type LocalVolume,
  type PreparedVolume,
  type PodCgroup,
  type PodKey,
  type PodLogins,
  type PodRecord,
  type PodUid,
  type ProfileName,
  type SandboxSpec,
  type SubPathMount,
} from '../pod/index.js'

/** Why an action is taken; goes to the log. */
export type Reason =
  | 'Missing'
  | 'Died'
  | 'Edited'
  | 'SandboxDied'
  | 'SandboxEdited'
  | 'NotInManifest'
  | 'PodRemoved'
  | 'PodStopped'
  | 'PodFinished'
  | 'Superseded'
  | 'GraceExpired'
  | 'Unhealthy'
  | 'HookFailed'
  | 'RestartAllContainers'
  | 'DeadlineExceeded'
  | 'BackoffLimitExceeded'
  | 'Prepared'
  | 'Changed'
  | 'ConfigChanged'
  | 'Evicted'
  | 'Due'

export type Action =
  | { readonly kind: 'InspectImage'; readonly image: string; readonly reason: Reason }
  | {
      readonly kind: 'PullImage'
      readonly image: string
      /** The pod's own; hidden from whoever shows an action. */
      readonly logins?: PodLogins
      readonly reason: Reason
    }
  | {
      readonly kind: 'PrepareVolume'
      readonly uid: PodUid
      readonly volume: PreparedVolume
      readonly reason: Reason
    }
  /** Its files are hidden from whoever shows an action. */
  | {
      readonly kind: 'WriteVolume'
      readonly uid: PodUid
      readonly volume: ContentVolume
      readonly files: readonly ContentFile[]
      readonly digest: string
      readonly reason: Reason
    }
  /** One in memory, as it stands; what is in it stays. */
  | {
      readonly kind: 'ResizeVolume'
      readonly uid: PodUid
      readonly volume: EmptyDirVolume
      readonly reason: Reason
    }
  /** In whose place others were made. */
  | { readonly kind: 'RemoveOldVolumes'; readonly uid: PodUid; readonly reason: Reason }
  | {
      readonly kind: 'RemoveVolumes'
      readonly uid: PodUid
      /** Why, of a pod that stays what it is. */
      readonly eviction?: Eviction
      readonly reason: Reason
    }
  /** How much is in it; more than the limit need not be told exactly. */
  | {
      readonly kind: 'MeasureVolume'
      readonly uid: PodUid
      readonly volume: LocalVolume
      readonly limitBytes: number
      readonly reason: Reason
    }
  /** How much of the disk is its own. */
  | {
      readonly kind: 'MeasureContainer'
      readonly uid: PodUid
      readonly id: ContainerId
      readonly container: string
      readonly reason: Reason
    }
  /** For the variables of a container that is about to be made. */
  | {
      readonly kind: 'ReadEnvFile'
      readonly uid: PodUid
      readonly container: string
      readonly volume: LocalVolume
      readonly path: string
      readonly reason: Reason
    }
  /** That a container about to be made names. */
  | {
      readonly kind: 'FindProfile'
      readonly profile: ProfileName
      readonly container: string
      readonly reason: Reason
    }
  /** Before anything is made in it, and while the pod runs. */
  | { readonly kind: 'SetPodCgroup'; readonly uid: PodUid; readonly limits: PodCgroup; readonly reason: Reason }
  | { readonly kind: 'RemovePodCgroup'; readonly uid: PodUid; readonly reason: Reason }
  | { readonly kind: 'CreateSandbox'; readonly spec: SandboxSpec; readonly reason: Reason }
  | {
      readonly kind: 'CreateContainer'
      readonly spec: ContainerSpec
      /** Mounts that come to those of the spec. */
      readonly subPaths: readonly SubPathMount[]
      /** Where it finds the file for its last words, which is made before it; null: one of its volumes stands there. */
      readonly terminationMessagePath: string | null
      readonly reason: Reason
    }
  | {
      readonly kind: 'ReadTerminationMessage'
      readonly id: ContainerId
      readonly uid: PodUid
      readonly container: string
      readonly attempt: number
      /** The end of its log is its last words when it left no others. */
      readonly fallsBackToLog: boolean
      readonly reason: Reason
    }
  /** When an answer was lost and what it did matters. */
  | {
      readonly kind: 'InspectContainer'
      readonly id: ContainerId
      readonly container: string
      readonly reason: Reason
    }
  | {
      readonly kind: 'StartContainer'
      readonly id: ContainerId
      readonly container: string
      /** Of what is in its volumes now; null: it mounts none that podkeep writes. */
      readonly told: string | null
      readonly reason: Reason
    }
  /** It is to read again what it mounts, and goes on. */
  | {
      readonly kind: 'SignalContainer'
      readonly id: ContainerId
      readonly container: string
      readonly signal: string
      /** Of what it finds there. */
      readonly told: string
      readonly reason: Reason
    }
  | {
      readonly kind: 'KillContainer'
      readonly id: ContainerId
      readonly container: string
      readonly signal: string
      /** It is not well: its end counts as a crash. */
      readonly asCrash: boolean
      readonly reason: Reason
    }
  | {
      readonly kind: 'RunHook'
      readonly id: ContainerId
      readonly container: string
      readonly hook: HookName
      readonly handler: HookHandler
      /** Where the pod answers. */
      readonly address: string | null
      /** null: however long it takes. */
      readonly timeoutMs: number | null
      readonly reason: Reason
    }
  | {
      readonly kind: 'RemoveContainer'
      readonly id: ContainerId
      readonly container: string
      /** Also while it runs; otherwise a container that turns out to run is left alone. */
      readonly force: boolean
      readonly reason: Reason
    }
  | {
      readonly kind: 'UpdateResources'
      readonly id: ContainerId
      readonly container: string
      readonly resources: LinuxResources
      readonly reason: Reason
    }
  /** Replaces what an earlier one has written. */
  | {
      readonly kind: 'UpdateNames'
      readonly id: ContainerId
      readonly container: string
      readonly entries: readonly HostEntry[]
      readonly reason: Reason
    }
  | { readonly kind: 'SaveRecord'; readonly record: PodRecord; readonly reason: Reason }
  | { readonly kind: 'RemoveRecord'; readonly key: PodKey; readonly reason: Reason }

/** Two actions with the same key are the same deed: never under way twice, and one memory of its failures. */
export function actionKey(action: Action): string {
  switch (action.kind) {
    case 'InspectImage':
      return `${action.kind} ${action.image}`
    // Another login is another try.
    case 'PullImage':
      return [action.kind, action.image, ...(action.logins === undefined ? [] : [action.logins.digest])].join(' ')
    case 'PrepareVolume':
    case 'ResizeVolume':
    case 'MeasureVolume':
      return `${action.kind} ${volumeKey(action.uid, action.volume)}`
    case 'WriteVolume':
      return writeKey(action.uid, action.volume.name)
    case 'SetPodCgroup':
      return `${action.kind} ${action.uid} ${JSON.stringify(action.limits)}`
    case 'RemovePodCgroup':
    case 'RemoveOldVolumes':
    case 'RemoveVolumes':
      return `${action.kind} ${action.uid}`
    case 'ReadEnvFile':
      return `${action.kind} ${envFileKey(action.uid, action.container, { volume: action.volume.name, path: action.path })}`
    case 'FindProfile':
      return `${action.kind} ${profileKey(action.profile)}`
    case 'CreateSandbox':
    case 'CreateContainer':
      return createKey(action.kind, action.spec.identity)
    case 'KillContainer':
      return `${action.kind} ${action.id} ${action.signal}`
    case 'RunHook':
      return `${action.kind} ${action.id} ${action.hook}`
    case 'UpdateResources':
      return `${action.kind} ${action.id} ${JSON.stringify(action.resources)}`
    case 'InspectContainer':
    case 'StartContainer':
    case 'SignalContainer':
    case 'RemoveContainer':
    case 'ReadTerminationMessage':
    case 'UpdateNames':
    case 'MeasureContainer':
      return containerKey(action.kind, action.id)
    case 'SaveRecord':
      return `${action.kind} ${action.record.key}`
    case 'RemoveRecord':
      return `${action.kind} ${action.key}`
    default:
      return unreachable(action)
  }
}

/** Of the action that writes it, whatever it writes. */
export function writeKey(uid: PodUid, volume: string): string {
  return `WriteVolume ${uid} ${volume}`
}

/** Names a volume of one pod as it is wanted: another source is another volume, another size in memory is not. */
export function volumeKey(uid: PodUid, volume: DesiredVolume): string {
  const isInMemory = volume.kind === 'emptyDir' && volume.medium === 'Memory'
  return `${uid} ${JSON.stringify(isInMemory ? { ...volume, sizeLimitBytes: null } : volume)}`
}

/** Names a container of one pod, whichever instance. */
export function containerUseKey(uid: PodUid, container: string): string {
  return `${uid} ${container}`
}

/** Names a file as one container reads it: another instance, or another container, may find it changed. */
export function envFileKey(
  uid: PodUid,
  container: string,
  { volume, path }: Pick<FileSource, 'volume' | 'path'>,
): string {
  return `${envFilesOf(uid, container)}${volume} ${path}`
}

/** How the keys of the files of one container begin; of all of the pod's without `container`. */
export function envFilesOf(uid: PodUid, container?: string): string {
  return container === undefined ? `${uid} ` : `${uid} ${container} `
}

export function profileKey({ kind, name }: ProfileName): string {
  return `${kind} ${name}`
}

/** One of the two is under way for this container. */
export function isUnderWay(
  inFlight: ReadonlySet<string>,
  kind: 'StartContainer' | 'RemoveContainer',
  id: ContainerId,
): boolean {
  return inFlight.has(containerKey(kind, id))
}

function containerKey(kind: Action['kind'], id: ContainerId): string {
  return `${kind} ${id}`
}

function createKey(kind: string, identity: { podUid: PodUid; name: string; attempt: number; hash: string }): string {
  return `${kind} ${identity.podUid} ${identity.name} ${identity.attempt} ${identity.hash}`
}
