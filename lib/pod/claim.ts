/** A PersistentVolumeClaim of the directory: what it says of the claim that pods name. The claim is there without it, too. */

import type { PodKey } from './identity.js'

export interface DesiredClaim {
  /** `namespace/name`; a pod of the same key is something else. */
  readonly key: PodKey
  readonly namespace: string
  readonly name: string
  /** The manifest's file name inside the manifests directory. */
  readonly file: string
  /** ReadWriteOncePod: no second pod uses it at the same time. */
  readonly isForOnePod: boolean
  /** Which PersistentVolumes may be its storage; left out: an older podkeep, which remembered it, did not ask. */
  readonly terms?: ClaimTerms
  /** It is not a document of its own, but one that a StatefulSet's template makes: a document of its name counts in its place. */
  readonly isOfTemplate?: true
}

export interface ClaimTerms {
  /** Empty: none, so that only a PersistentVolume without a class will do; null: it does not matter whether there is one. */
  readonly storageClassName: string | null
  readonly accessModes: readonly string[]
  readonly requestBytes: number
  /** No other will do; null: any that fits. */
  readonly volumeName: string | null
  /** Of the labels of a PersistentVolume; null: they do not matter. */
  readonly selector: LabelSelector | null
}

/** As Kubernetes writes it. */
export type LabelSelector = Readonly<Record<string, unknown>>
