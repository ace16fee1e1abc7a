/** Whether a scan is news. */

import type { DirectoryScan } from '../ports/index.js'
import { sameFile } from './ledger.js'

export function isSameScan(a: DirectoryScan, b: DirectoryScan): boolean {
  if (a.kind === 'unreadable' || b.kind === 'unreadable') {
    return a.kind === 'unreadable' && b.kind === 'unreadable' && a.message === b.message
  }
  if (a.directoryId !== b.directoryId || a.files.length !== b.files.length) return false
  return a.files.every((file, index) => {
    const other = b.files[index]
    return other !== undefined && sameFile(file, other)
  })
}
