export { LocalSecurityProfiles } from './security-profiles.js'
export { LocalPodCgroups } from './pod-cgroups.js'
export { LocalMachine, type LocalMachineOptions } from './local-machine.js'
