export { Supervisor, type SupervisorParts } from './supervisor.js'
