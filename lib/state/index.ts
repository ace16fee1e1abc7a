export { LocalNodeClaim } from './node-claim.js'
export { StateFolder } from './state-folder.js'
