/** What podkeep needs from the machine's file system for volumes. Implemented by volume/. */

import type { DesiredVolume, PodUid } from '../pod/index.js'

export interface VolumeStore {
  /** Makes the volume or checks that it is there, and returns its absolute path. Idempotent. @throws VOLUME_FAILED */
  prepare(uid: PodUid, volume: DesiredVolume): Promise<string>
  /** Removes everything the pod's own volumes hold. Success when there is nothing. @throws VOLUME_FAILED */
  removePod(uid: PodUid): Promise<void>
  /** The pods that have volumes here. */
  list(): Promise<PodUid[]>
}
