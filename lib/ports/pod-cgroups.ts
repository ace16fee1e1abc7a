/** What limits pods as a whole: groups of processes of the engine's machine. Implemented by node/. */

import type { PodCgroup, PodUid } from '../pod/index.js'

export interface PodCgroups {
  /**
   * Makes the pod's group unless it is there, and sets its limits; what runs in it is limited at once.
   * @throws CGROUP_FAILED
   */
  set(uid: PodUid, limits: PodCgroup): Promise<void>
  /** Gone already is success. @throws CGROUP_FAILED while something runs in it */
  remove(uid: PodUid): Promise<void>
  /** Those made under this state folder. */
  list(): Promise<PodUid[]>
}
