/**
 * Whether an empty manifests directory is a wish or a file system that is not mounted. The one that was believed before may
 * become empty: its files were deleted. One in its place, at podkeep's start too, may not, as long as there are pods to lose.
 */

import type { DirectoryScan } from '../ports/index.js'

/** Whoever wants an empty directory to be believed puts this file into it; a mount point has none. */
const emptyOnPurpose = '.podkeep-empty'

export function isReplacedByEmpty(
  scan: Extract<DirectoryScan, { kind: 'scanned' }>,
  believedDirectory: string | null,
): boolean {
  if (scan.directoryId === believedDirectory) return false
  return scan.files.every((file) => file.kind === 'ignored' && file.name !== emptyOnPurpose)
}

export function replacedByEmpty(directory: string): string {
  const what = `the manifests directory ${directory} was replaced by an empty one (is a file system not mounted?)`
  return `${what} (put the manifests back, or make it empty on purpose: touch ${directory}/${emptyOnPurpose})`
}
