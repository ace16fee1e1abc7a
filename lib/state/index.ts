export { lastRun, rememberRun, type LastRun } from './last-run.js'
export { LocalNodeClaim } from './node-claim.js'
export { StateFolder } from './state-folder.js'
