export { DockerRuntime } from './runtime.js'
export type { DockerRuntimeOptions } from './runtime-options.js'
export {
  parseDockerHost,
  addressText,
  dockerHost,
  type EngineAddress,
  type EngineTls,
  type ParsedDockerHost,
} from './address.js'
export { type Deadlines } from './modem.js'
export {
  ContainerDoor,
  type Conversation,
  type ExecRequest,
  type FoundContainer,
  type TerminalSize,
} from './container-door.js'
export { type Piece } from './frames.js'
export { engineReport, type EngineReport } from './engine-report.js'
export { DockerReader } from './docker-reader.js'
