/** Where podkeep writes which manifests a pod had. Implemented by state/. Nothing here throws or waits. */

import type { DesiredPod, PodKey, RevisionOutcome } from '../pod/index.js'

export interface RevisionRecorder {
  /** This is the pod's manifest now; told again, as after podkeep's restart, it is no new revision. */
  wanted(pod: DesiredPod): void
  /** Its file is broken now, and the pod stays as it was. */
  held(pod: PodKey, file: string, why: string): void
  /** What became of the newest revision. @param why empty unless it failed */
  became(pod: PodKey, outcome: Exclude<RevisionOutcome, 'held' | 'superseded'>, why: string): void
}
