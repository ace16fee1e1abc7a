export { startStatusServer, type StatusServer, type StatusServerOptions } from './status-server.js'
