/** What a pod's worker works with, and whom it tells. */

import type { ConfigView } from '../plan/index.js'
import type { DesiredPod, PodKey, PodUid, TakenPort } from '../pod/index.js'
import type { ActionTally, EventRecorder, Logger, Prober, RevisionRecorder } from '../ports/index.js'
import type { Contending } from './contenders.js'
import type { Surroundings } from './endpoint.js'
import type { World } from './execute.js'

export interface WorkerParts extends World, Surroundings {
  readonly logger: Logger
  readonly events: EventRecorder
  readonly revisions: RevisionRecorder
  readonly tally: ActionTally
  readonly newUid: () => string
  /** Which other pod has this uid, or wants it too and comes first. */
  readonly uidHolder: (uid: PodUid, key: PodKey) => PodKey | null
  /** Its claims that another pod has, each with that pod. */
  readonly takenClaims: (worker: Contending) => ReadonlyMap<string, PodKey>
  /** Ports of the host that it wants and another pod has. */
  readonly takenPorts: (worker: Contending) => readonly TakenPort[]
  readonly prober: Prober
  readonly config: ConfigView
  /** Whether a pod is there and Ready, or has done its work. */
  readonly isReady: (key: PodKey, asker: DesiredPod | null) => boolean
  /** A container is there that this worker does not know. */
  readonly onUnknownContainer: () => void
  /** Nothing of the pod is left and nothing wants it. */
  readonly onGone: (key: PodKey) => void
  /** Something about the pod may look different now. */
  readonly onChange: (key: PodKey) => void
}
