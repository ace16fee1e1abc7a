export { podStatus, type PodStatusInput } from './pod-status.js'
export { isReadyOrDone } from './ready.js'
