export { podStatus, type PodStatusInput } from './pod-status.js'
