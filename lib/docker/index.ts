export { DockerRuntime, type DockerRuntimeOptions } from './runtime.js'
export { parseDockerHost, addressText, type EngineAddress, type EngineTls, type ParsedDockerHost } from './address.js'
export { type Deadlines } from './modem.js'
