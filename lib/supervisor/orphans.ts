/**
 * Volumes and groups of pods that nobody knows any more: podkeep was killed between removing the last container and them. Who
 * claims what is asked after they were listed, so a pod made meanwhile is safe.
 */

import type { PodUid } from '../pod/index.js'
import type { Logger, PodCgroups, VolumeStore } from '../ports/index.js'

interface Places {
  readonly volumes: VolumeStore
  readonly podCgroups: PodCgroups
  readonly logger: Logger
}

export function removeOrphans({ volumes, podCgroups, logger }: Places, isClaimed: (uid: PodUid) => boolean): void {
  podCgroups
    .list()
    .then(async (uids) => {
      for (const uid of uids) if (!isClaimed(uid)) await podCgroups.remove(uid)
    })
    .catch((error: unknown) => {
      logger.warn({ err: error }, 'the group of an earlier pod could not be removed')
    })
  volumes
    .list()
    .then(async (uids) => {
      for (const uid of uids) if (!isClaimed(uid)) await volumes.removePod(uid)
    })
    .catch((error: unknown) => {
      logger.warn({ err: error }, 'volumes left over from an earlier pod could not be removed')
    })
}
