/** The file system's errors as podkeep's. */

import { PodkeepError } from '../pod/index.js'

/** @param doing what podkeep was doing, for a person. */
export function stateError(doing: string, error: unknown): PodkeepError {
  if (error instanceof PodkeepError) return error
  const code = codeOf(error)
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  const words = error instanceof Error ? error.message : String(error)
  return new PodkeepError(isFull ? 'DISK_FULL' : 'STATE_FAILED', `${doing}: ${words}`, { cause: error })
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
