export { podStatus, type PodStatusInput } from './pod-status.js'
export { podPhase } from './phase.js'
export { isReady, isKnownIll, isReadyOrDone } from './ready.js'
export {
  beginEvents,
  doneEvents,
  endEvent,
  hookFailedEvent,
  probeEvent,
  removedByOtherEvent,
  startFailedEvent,
} from './action-events.js'
export { isNewWait, waitEvents, waitKey } from './wait-events.js'
export { revisionOutcome } from './revision-outcome.js'
