/** Which engine is meant, as an address. */

import { parseDockerHost, type EngineAddress } from '../docker/index.js'
import { usageError } from './command-error.js'
import { engineHost } from './engine-host.js'
import type { Surroundings } from './surroundings.js'

/** @throws CommandError when DOCKER_HOST cannot be read */
export function engineAddress(surroundings: Surroundings): EngineAddress {
  const { env } = surroundings
  const parsed = parseDockerHost(engineHost(surroundings), {
    ...(env['DOCKER_CERT_PATH'] !== undefined && { certPath: env['DOCKER_CERT_PATH'] }),
    ...(env['DOCKER_TLS_VERIFY'] !== undefined && { verify: env['DOCKER_TLS_VERIFY'] }),
  })
  if ('problem' in parsed) throw usageError(parsed.problem, parsed.hint)
  return parsed.address
}
