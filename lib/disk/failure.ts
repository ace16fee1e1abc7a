/** The file system's errors as podkeep's. */

import { PodkeepError, type ErrorCode } from '../pod/index.js'

/**
 * @param code what it is, unless the disk is full
 * @param doing what podkeep was doing, for a person
 */
export function diskError(code: ErrorCode, doing: string, error: unknown): PodkeepError {
  if (error instanceof PodkeepError) return error
  const isFull = ['ENOSPC', 'EDQUOT'].includes(codeOf(error))
  const words = error instanceof Error ? error.message : String(error)
  return new PodkeepError(isFull ? 'HOST_DISK_FULL' : code, `${doing}: ${words}`, { cause: error })
}

/** The operating system's, such as ENOENT; empty when there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
