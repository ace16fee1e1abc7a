/** What is asked of an engine for a container that wants nothing special, for tests that name the rest. */

import type { ContainerSpec, SandboxSpec } from '../../lib/pod/index.js'
import { noSecurity } from './pods.js'

export const plainSandbox: Omit<SandboxSpec, 'identity'> = {
  hostname: 'pod',
  domain: null,
  hostNetwork: false,
  hostIpc: false,
  ports: [],
  sysctls: {},
  seLinux: null,
  aliases: [],
  files: { hosts: [], dns: null },
}

export const plainContainer: Omit<ContainerSpec, 'identity' | 'image'> = {
  command: null,
  args: null,
  env: [],
  workingDir: null,
  stopSignal: null,
  stdin: false,
  stdinOnce: false,
  tty: false,
  mounts: [],
  processes: 'own',
  hostIpc: false,
  files: null,
  resources: { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 0 },
  security: noSecurity,
  sysctls: {},
  oomScoreAdj: 0,
}
