/** Where the podkeep that is meant may be asked. */

import { resolveOption, rootDirectoryRow, type Flags } from './run-options.js'
import { parseServer, socketPath, type StatusAddress } from './status-client.js'
import type { Surroundings } from './surroundings.js'

/** At the place that was named, or else the user's own, the system's, the default port. */
export function statusAddresses(flags: Flags, surroundings: Surroundings): StatusAddress[] {
  const server = flags['server'] ?? surroundings.env['PODKEEP_SERVER']
  if (typeof server === 'string' && server !== '') return [parseServer(server)]
  const rootDirectory = resolveOption(rootDirectoryRow, flags, surroundings)
  const own: StatusAddress = { kind: 'socket', path: socketPath(rootDirectory) }
  const isNamed = flags['rootDir'] !== undefined || (surroundings.env[rootDirectoryRow.variable] ?? '') !== ''
  if (isNamed) return [own]
  const system = surroundings.isRoot ? [] : [parseServer('unix:///var/lib/podkeep/podkeep.sock')]
  return [own, ...system, parseServer('http://127.0.0.1:10255')]
}
