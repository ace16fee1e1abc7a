export { ContainerProber, type ContainerProberOptions } from './container-prober.js'
export { NetworkHandlers } from './network-handlers.js'
