/** What podkeep needs from its state folder for ConfigMaps and Secrets. Implemented by state/. */

import type { ConfigKey, ConfigObject } from '../pod/index.js'

/** What ConfigMaps last said well, for files that are broken when podkeep is started again. A Secret never comes here. */
export interface ConfigRecords {
  load(): Promise<ConfigObject[]>
  /** @throws STATE_FAILED, HOST_DISK_FULL */
  save(object: ConfigObject): Promise<void>
  /** Success when there is none. @throws STATE_FAILED */
  remove(key: ConfigKey): Promise<void>
}

/** Makes digests that nobody else can make, so that none can be compared with a guess. */
export interface DigestKey {
  /** Gives nothing of the key away. */
  readonly id: string
  readonly bytes: Uint8Array
}
