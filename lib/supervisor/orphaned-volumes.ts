/**
 * Volumes of pods that nobody knows any more: podkeep was killed between removing the last container and its volumes. Who
 * claims what is asked after the folders were listed, so a pod made meanwhile is safe.
 */

import type { PodUid } from '../pod/index.js'
import type { Logger, VolumeStore } from '../ports/index.js'

export function removeOrphanedVolumes(
  { volumes, logger }: { readonly volumes: VolumeStore; readonly logger: Logger },
  isClaimed: (uid: PodUid) => boolean,
): void {
  volumes
    .list()
    .then(async (uids) => {
      for (const uid of uids) if (!isClaimed(uid)) await volumes.removePod(uid)
    })
    .catch((error: unknown) => {
      logger.warn({ err: error }, 'volumes left over from an earlier pod could not be removed')
    })
}
