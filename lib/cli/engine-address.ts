/** Which engine is meant, as an address. */

import { parseDockerHost, type EngineAddress } from '../docker/index.js'
import { unavailable, usageError } from './command-error.js'
import { engineHost } from './engine-host.js'
import { rememberedRun } from './last-run.js'
import type { Flags } from './run-options.js'
import { addressText, isElsewhere, serverAddresses } from './server/address.js'
import { askConfigIfRunning } from './server/running-config.js'
import type { Surroundings } from './surroundings.js'

/** Of this machine. @throws CommandError when DOCKER_HOST cannot be read */
export function engineAddress(surroundings: Surroundings): EngineAddress {
  return parsedHost(engineHost(surroundings), surroundings)
}

/** DOCKER_HOST, or that of the podkeep that is meant or, where none runs, ran last, or this machine's. @throws CommandError */
export async function engineInUse(flags: Flags, surroundings: Surroundings): Promise<EngineAddress> {
  if ((surroundings.env['DOCKER_HOST'] ?? '').trim() !== '') return engineAddress(surroundings)
  const [server] = serverAddresses(flags, surroundings)
  if (server !== undefined && isElsewhere(server)) {
    throw unavailable(
      `the engine of ${addressText(server)} is on another machine`,
      'type this there, or name its engine with DOCKER_HOST; "podkeep logs" works from here',
    )
  }
  const running = await askConfigIfRunning(flags, surroundings)
  const known = running ?? rememberedRun(flags, surroundings)
  return parsedHost(known?.engine ?? engineHost(surroundings), surroundings)
}

function parsedHost(host: string, { env }: Surroundings): EngineAddress {
  const parsed = parseDockerHost(host, {
    ...(env['DOCKER_CERT_PATH'] !== undefined && { certPath: env['DOCKER_CERT_PATH'] }),
    ...(env['DOCKER_TLS_VERIFY'] !== undefined && { verify: env['DOCKER_TLS_VERIFY'] }),
  })
  if ('problem' in parsed) throw usageError(parsed.problem, parsed.hint)
  return parsed.address
}
