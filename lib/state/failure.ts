/** What keeps podkeep from its state folder. */

import { diskError } from '../disk/index.js'
import type { PodkeepError } from '../pod/index.js'

/** @param doing what podkeep was doing, for a person. */
export function stateError(doing: string, error: unknown): PodkeepError {
  return diskError('STATE_FAILED', doing, error)
}
