/** What podkeep needs from its state folder for ConfigMaps and Secrets. Implemented by state/. */

import type { ConfigObject } from '../pod/index.js'
import type { Records } from './pod-records.js'

/** What ConfigMaps last said well, for files that are broken when podkeep is started again. A Secret never comes here. */
export type ConfigRecords = Records<ConfigObject>

/** Makes digests that nobody else can make, so that none can be compared with a guess. */
export interface DigestKey {
  /** Gives nothing of the key away. */
  readonly id: string
  readonly bytes: Uint8Array
}
