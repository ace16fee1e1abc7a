/** What the engine means when it refuses to do something to a container. */

import { PodkeepError } from '../pod/index.js'
import { statusOf } from './engine.js'

/** Someone pruned podkeep's network or its sandbox image; connecting makes them again. */
export function isMissingGround(error: unknown): boolean {
  return (
    error instanceof PodkeepError &&
    statusOf(error) === 404 &&
    (/network .*not found/i.test(error.message) || error.code === 'IMAGE_ABSENT')
  )
}

/** Removed, or "removal of container ... is already in progress". */
export function isGone(error: unknown): boolean {
  const status = statusOf(error)
  return status === 404 || (status === 409 && error instanceof Error && /already in progress/i.test(error.message))
}

/** Docker: 409 "is not running". Podman, also with another status: "can only kill running containers". */
export function hasEnded(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (statusOf(error) === 409 && /not running/i.test(error.message)) return true
  return statusOf(error) !== null && /only kill running/i.test(error.message)
}

/** Podman does not start what is neither created nor stopped, and does not say which of the others it is. */
export function isPaused(error: unknown): boolean {
  return (
    error instanceof Error &&
    /cannot start a paused container|must be in created or stopped state to be started/i.test(error.message)
  )
}
