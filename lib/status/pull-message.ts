/** How far a pull has come, in words for a waiting container. */

import { unreachable, type PullState } from '../pod/index.js'

export function pullMessage(image: string, state: PullState): string {
  switch (state.kind) {
    case 'queued':
      return `waiting for other pulls before image ${JSON.stringify(image)}`
    case 'pulling': {
      const { progress } = state
      const what = `pulling image ${JSON.stringify(image)}`
      if (progress === null) return what
      const { doneBytes, totalBytes, isGrowing } = progress
      if (isGrowing) return `${what}: ${size(doneBytes)} of more than ${size(totalBytes)}`
      // Never "100 %" of what is not finished.
      const percent = Math.floor((100 * doneBytes) / totalBytes)
      return percent >= 100 ? `${what}: unpacking ${size(totalBytes)}` : `${what}: ${percent} % of ${size(totalBytes)}`
    }
    default:
      return unreachable(state)
  }
}

/** As Docker's own client writes it. */
function size(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`
  if (bytes < 1e9) return `${bytes < 1e7 ? (bytes / 1e6).toFixed(1) : Math.round(bytes / 1e6)} MB`
  return `${(bytes / 1e9).toFixed(1)} GB`
}
