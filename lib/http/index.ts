export { startStatusServer, type StatusServer, type StatusServerOptions } from './status-server.js'
export { Tally } from './tally.js'
export { startHealthzServer } from './healthz-server.js'
