/** What answers over HTTP while podkeep runs: the status server, and /healthz on a port of its own. */

import { dockerHost, DockerReader, type EngineAddress } from '../docker/index.js'
import { startHealthzServer, startStatusServer, type StatusServer, type Tally } from '../http/index.js'
import type { NodeIdentity } from '../pod/index.js'
import type { History, Logger, MachineReader, StatusBoard } from '../ports/index.js'
import type { OptionRow } from './option-row.js'
import { runOptions, type RunConfig } from './run-options.js'
import { podkeepVersion } from './version.js'

export interface StatusServersParts {
  readonly config: RunConfig
  readonly board: StatusBoard
  readonly history: History
  readonly tally: Tally
  readonly machine: MachineReader
  readonly node: NodeIdentity
  readonly engine: EngineAddress
  readonly socketPath: string
  readonly hostIP: string
  readonly logger: Logger
}

export async function startStatusServers(parts: StatusServersParts): Promise<StatusServer> {
  const { config, board, history, tally, machine, node, engine, socketPath, hostIP, logger } = parts
  const { address, port, nodeName, tlsCertFile: certFile, tlsPrivateKeyFile: keyFile, clientCAFile, tokenFile } = config
  const reader = new DockerReader(engine, nodeName)
  const server = await startStatusServer({
    board,
    history,
    reader,
    machine,
    tally,
    version: podkeepVersion(),
    nodeName,
    nodeLabels: node.labels,
    hostIP,
    config: { kubeletconfig: inKubeletsWords(config, engine), podkeep: inOwnWords(config) },
    address,
    port,
    tls: certFile === null || keyFile === null ? null : { certFile, keyFile, clientCAFile },
    tokenFile,
    socketPath,
    logger,
  })
  const healthz = config.healthzPort === 0 ? null : startHealthzServer({ board, port: config.healthzPort, logger })
  const close = async (): Promise<void> => {
    await Promise.all([server.close(), healthz?.close()])
    reader.close()
  }
  return { port: server.port, close }
}

/** The settings that KubeletConfiguration has too; of files their names only. */
function inKubeletsWords(config: RunConfig, engine: EngineAddress): Record<string, unknown> {
  const words: Record<string, unknown> = {
    kind: 'KubeletConfiguration',
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    nodeName: config.nodeName,
    containerRuntimeEndpoint: dockerHost(engine),
  }
  for (const key of Object.keys(runOptions) as (keyof RunConfig)[]) {
    const row: OptionRow<unknown> = runOptions[key]
    const { kubelet } = row
    const value = row.toKubelet?.(config[key]) ?? config[key]
    if (kubelet === null || kubelet.startsWith('--') || value === null) continue
    const path = kubelet.split('.')
    const last = path.pop() ?? kubelet
    const place = path.reduce<Record<string, unknown>>(
      (inner, name) => (inner[name] ??= {}) as Record<string, unknown>,
      words,
    )
    place[last] = value
  }
  return words
}

/** What no kubelet has, and who checks manifests wants to know. */
function inOwnWords({ podSecurity, podSecurityByNamespace }: RunConfig): Record<string, unknown> {
  return { podSecurity, podSecurityNamespaces: Object.fromEntries(podSecurityByNamespace) }
}
