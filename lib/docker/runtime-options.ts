/** What DockerRuntime is made from, and what counts where that is left out. */

import type { Owner } from '../pod/index.js'
import type { Logger, NodeClaim, RegistryCredentials } from '../ports/index.js'
import type { EngineAddress } from './address.js'
import { usualLogLimits, type LogLimits } from './body.js'
import type { ConnectOptions } from './connect.js'
import type { Deadlines } from './modem.js'

export interface DockerRuntimeOptions {
  readonly address: EngineAddress
  readonly owner: Owner
  /** null: `podkeep`, or `podkeep-<node>` where another podkeep has that. */
  readonly networkName?: string | null
  /** null: the built-in one. */
  readonly sandboxImage?: string | null
  /** Left out: as much as the kubelet keeps. */
  readonly logLimits?: LogLimits
  /** Left out: every pull is anonymous. */
  readonly credentials?: RegistryCredentials
  /** Left out: nobody else is asked whether this node is theirs. */
  readonly claim?: NodeClaim
  readonly logger: Logger
  readonly deadlines?: Partial<Deadlines>
}

const noClaim: NodeClaim = { take: () => Promise.resolve() }
export const noCredentials: RegistryCredentials = { loginsFor: () => Promise.resolve({ logins: [], faults: [] }) }

export function connectOptionsOf(options: DockerRuntimeOptions): ConnectOptions {
  return {
    owner: options.owner,
    networkName: options.networkName ?? null,
    sandboxImage: options.sandboxImage ?? null,
    logLimits: options.logLimits ?? usualLogLimits,
    claim: options.claim ?? noClaim,
  }
}
