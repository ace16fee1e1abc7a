/** What happened, for whoever asks. Implemented by state/, read by http/. */

import type { PodHistory, PodKey, RecordedEvent } from '../pod/index.js'

export interface History {
  /** In the order of their last time, oldest first. */
  events(): readonly RecordedEvent[]
  /** Of one pod, or of all that are remembered, also of those that are gone. @throws STATE_FAILED */
  revisions(pod: PodKey | null): Promise<PodHistory[]>
  /** `tell` hears of each event that is recorded from now on, and must not throw; the answer ends it. */
  onEvent(tell: (event: RecordedEvent) => void): () => void
}
