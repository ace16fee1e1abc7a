/** What keeps a volume from being there. */

import { diskError } from '../disk/index.js'
import { PodkeepError } from '../pod/index.js'

export function volumeFailure(message: string): PodkeepError {
  return new PodkeepError('VOLUME_FAILED', message)
}

/** @param doing what podkeep was doing, for a person. */
export function volumeError(doing: string, error: unknown): PodkeepError {
  return diskError('VOLUME_FAILED', doing, error)
}
