/** A pod's volumes as wanted, where its containers mount them, and the files of those that are made of objects. */

import { podKey, type PodKey } from './identity.js'
import type { ConfigKey, ConfigValue } from './config.js'
import type { ImagePullPolicy } from './pull-policy.js'
import type { FieldSource, ResourceSource } from './environment.js'

export type HostPathType =
  '' | 'DirectoryOrCreate' | 'Directory' | 'FileOrCreate' | 'File' | 'Socket' | 'CharDevice' | 'BlockDevice'

export type DesiredVolume = HostPathVolume | EmptyDirVolume | ClaimVolume | ImageVolume | NfsVolume | ContentVolume

export interface EmptyDirVolume {
  readonly kind: 'emptyDir'
  readonly name: string
  readonly medium: '' | 'Memory' | 'HugePages'
  /** Of each page; only of huge ones. */
  readonly pageBytes?: number
  readonly sizeLimitBytes: number | null
  readonly owner?: VolumeOwner
}

export interface HostPathVolume {
  readonly kind: 'hostPath'
  readonly name: string
  readonly path: string
  readonly type: HostPathType
  /** Left out: only where a mount says so. */
  readonly readOnly?: true
  /** The claim whose PersistentVolume it is; left out: the pod itself names the path. */
  readonly claim?: Claim
  readonly owner?: VolumeOwner
}

/** The files of an image, which nobody changes. */
export interface ImageVolume {
  readonly kind: 'image'
  readonly name: string
  readonly image: string
  readonly imagePullPolicy: ImagePullPolicy
}

/** Of a server somewhere: the engine mounts it when a container starts, and what is in it is the server's. */
export interface NfsVolume {
  readonly kind: 'nfs'
  readonly name: string
  readonly share: NfsShare
  readonly readOnly: boolean
  /** The claim whose PersistentVolume it is; left out: the pod itself names the share. */
  readonly claim?: Claim
}

export interface NfsShare {
  /** A host name or an address. */
  readonly server: string
  /** Absolute, on the server. */
  readonly path: string
  /** Of the mount; left out: none. */
  readonly options?: readonly string[]
}

/** Outlives its pod: a volume of the engine's, of one name in the namespace however many pods use it. */
export interface ClaimVolume {
  readonly kind: 'persistentVolumeClaim'
  readonly name: string
  readonly claim: Claim
  readonly readOnly: boolean
  readonly owner?: VolumeOwner
  /** Why it has no storage yet, for people; null: that is being found out. Left out: it has. */
  readonly unbound?: string | null
}

export interface Claim {
  readonly namespace: string
  readonly name: string
}

/** Its files are made by podkeep, from objects and from the pod itself; nobody in the pod writes to it. */
export interface ContentVolume {
  readonly kind: WrittenVolume['kind']
  readonly name: string
  /** Where two have a file of the same path, the later one's counts. */
  readonly sources: readonly ContentSource[]
  readonly owner?: VolumeOwner
}

export type ContentSource = ObjectSource | PodSource

export interface ObjectSource {
  readonly kind: 'object'
  readonly object: ConfigKey
  /** null: a file for each key, named like it. */
  readonly items: readonly ContentItem[] | null
  readonly mode: number
  /** Without it, an object or key that is missing keeps the volume from being there. */
  readonly optional: boolean
}

export interface ContentItem {
  readonly key: string
  readonly path: string
  readonly mode: number
}

export interface PodSource {
  readonly kind: 'pod'
  readonly files: readonly PodFile[]
}

export interface PodFile {
  readonly path: string
  readonly mode: number
  /** Labels or annotations without a key are all of them. */
  readonly value: FieldSource | ResourceSource
}

export function isContentVolume(volume: DesiredVolume): volume is ContentVolume {
  return 'sources' in volume
}

/** Whether anything of a ConfigMap or a Secret is in it; otherwise the pod only tells of itself. */
export function isOfObjects({ sources }: ContentVolume): boolean {
  return sources.some((source) => source.kind === 'object')
}

/** Whether a Secret's values are in it. */
export function holdsSecrets({ sources }: ContentVolume): boolean {
  return sources.some((source) => source.kind === 'object' && source.object.startsWith('Secret '))
}

/** A volume that is a folder or a file of this machine and needs no engine to be there. */
export type LocalVolume = Exclude<DesiredVolume, ClaimVolume | ImageVolume | NfsVolume | ContentVolume>

/** One that is there, or is made empty; one that podkeep writes only as it stands. */
export type PreparedVolume = LocalVolume | ClaimVolume | ImageVolume | ContentVolume

/** What is in it is not the pod's to change. */
export function isReadOnlyVolume(volume: DesiredVolume): boolean {
  return isContentVolume(volume) || volume.kind === 'image'
}

/** From spec.securityContext.fsGroup. */
export interface VolumeOwner {
  /** Owns what is in the volume, may read and write it, and owns what is made in it. */
  readonly fsGroup: number
  /** What is in it is gone through only when the volume itself is not so yet. */
  readonly onlyOnMismatch: boolean
}

export function claimKey({ namespace, name }: Claim): PodKey {
  return podKey(namespace, name)
}

/** Whatever their storage is. */
export function claimsOf(volumes: readonly DesiredVolume[]): Claim[] {
  return volumes.flatMap((volume) => claimOf(volume) ?? [])
}

export function claimOf(volume: DesiredVolume): Claim | undefined {
  return 'claim' in volume ? volume.claim : undefined
}

/** Those whose storage is a volume of the engine's. */
export function engineClaimsOf(volumes: readonly DesiredVolume[]): Claim[] {
  return volumes.flatMap((volume) => (volume.kind === 'persistentVolumeClaim' ? [volume.claim] : []))
}

export interface DesiredMount {
  /** Names one of the pod's volumes. */
  readonly volume: string
  readonly mountPath: string
  readonly readOnly: boolean
  /** What is mounted of the volume; left out: all of it. */
  readonly subPath?: SubPath
  /** Which mounts that come later are seen on the other side; left out: none. */
  readonly propagation?: MountPropagation
  /** Whether what is mounted below is read-only too; left out: where the engine does so by itself. */
  readonly recursiveReadOnly?: RecursiveReadOnly
}

export type MountPropagation = 'HostToContainer' | 'Bidirectional'
export type RecursiveReadOnly = 'IfPossible' | 'Enabled'

export interface SubPath {
  /** Relative, without "..". */
  readonly path: string
  /** `$(VAR)` in it is to be replaced, and a variable that is not there keeps the container from being made. */
  readonly isExpression: boolean
}

/** What is written into a volume made of objects. */
export interface VolumeFile {
  /** Inside the volume, with "/" between folders. */
  readonly path: string
  /** Permission bits, at most 0777. */
  readonly mode: number
  readonly bytes: Uint8Array
}

/** One that may not be shown: what it says may be a Secret's. */
export interface ContentFile {
  readonly path: string
  readonly mode: number
  readonly value: ConfigValue
}

/** A volume whose files podkeep itself writes. */
export interface WrittenVolume {
  readonly kind: 'configMap' | 'secret' | 'downwardAPI' | 'projected'
  /** What is in it must not reach a disk where that can be helped. */
  readonly isInMemory: boolean
  /** The group that owns it and may read it; null: podkeep's own. */
  readonly fsGroup: number | null
}
