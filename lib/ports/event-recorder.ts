/** Where podkeep writes what happened. Implemented by state/. */

import type { EventSubject, PodEvent } from '../pod/index.js'

export interface EventRecorder {
  /** Never throws and never waits. What is the same as before, but for the time, is counted. */
  record(subject: EventSubject, event: PodEvent): void
}
