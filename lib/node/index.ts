export { LocalSecurityProfiles } from './security-profiles.js'
export { LocalMachine, type LocalMachineOptions } from './local-machine.js'
