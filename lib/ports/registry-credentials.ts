/** What podkeep needs to know to pull from a registry that asks who it is. Implemented by registry/. */

import type { PullSecret } from '../pod/index.js'

/** Never logged, and part of no message. */
export interface RegistryLogin {
  readonly auth: RegistryAuth
  /** Where it comes from, for people: a file, or a file and a program. */
  readonly source: string
}

/** As the engine wants to hear it (X-Registry-Auth). */
export interface RegistryAuth {
  readonly username?: string
  readonly password?: string
  readonly identitytoken?: string
  readonly registrytoken?: string
  readonly serveraddress: string
}

export interface KnownLogins {
  /** To be tried in this order. */
  readonly logins: readonly RegistryLogin[]
  /** What kept podkeep from knowing more: a file that cannot be read, a helper program that fails. */
  readonly faults: readonly string[]
}

export interface RegistryCredentials {
  /** As things are now: a `docker login` counts from the next pull on. Never rejects. */
  loginsFor(image: string, secrets?: readonly PullSecret[]): Promise<KnownLogins>
}
