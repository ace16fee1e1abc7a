export { Supervisor } from './supervisor.js'
export type { SupervisorParts } from './supervisor-parts.js'
