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
}
