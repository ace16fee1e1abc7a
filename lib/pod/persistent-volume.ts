/** A PersistentVolume of the directory: storage that is there already, which one claim may have. */

import type { PodKey } from './identity.js'
import type { Claim, HostPathType, NfsShare } from './volume.js'

export interface PersistentVolume {
  /** `/name`: it is in no namespace, so no pod and no claim has the same. */
  readonly key: PodKey
  readonly namespace: ''
  readonly name: string
  /** The manifest's file name inside the manifests directory. */
  readonly file: string
  readonly capacityBytes: number
  readonly accessModes: readonly string[]
  /** Empty: none. */
  readonly storageClassName: string
  readonly labels: Readonly<Record<string, string>>
  /** Whom it is kept for; null: whoever it fits. */
  readonly claimRef: Claim | null
  readonly source: PersistentSource
  /** Why it is of no use on this machine, for people; null: it is. */
  readonly elsewhere: string | null
}

export type PersistentSource =
  | { readonly kind: 'hostPath'; readonly path: string; readonly type: HostPathType }
  /** A directory that is there; unlike a hostPath's its files become those of the pod's fsGroup. */
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'nfs'; readonly share: NfsShare; readonly readOnly: boolean }

/** With the claim that has it for good: what the state folder keeps, so that no claim is ever led to other data than before. */
export interface KeptVolume extends PersistentVolume {
  /** The claim's key; null: it is free. */
  readonly boundTo: PodKey | null
}
