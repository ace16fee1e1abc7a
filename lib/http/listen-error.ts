/** Why the status endpoint cannot be opened, for a person. */

import { PodkeepError } from '../pod/index.js'

export function listenError(where: string, error: unknown): PodkeepError {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new PodkeepError('PORT_IN_USE', `cannot listen on ${where}: the port is in use`, { cause: error })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failed(where, 'this machine does not have the address', error)
    case 'EACCES':
    case 'EPERM':
      return failed(where, 'podkeep has no permission to', error)
    default:
      return failed(where, error instanceof Error ? error.message : String(error), error)
  }
}

function failed(where: string, why: string, cause: unknown): PodkeepError {
  return new PodkeepError('STATUS_SERVER_FAILED', `cannot listen on ${where}: ${why}`, { cause })
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
