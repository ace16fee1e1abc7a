/** What is to be said of a file beside what it says: who may read it, and whether it is still being written. */

import type { DecodedFile } from './decode-file.js'
import { warnedOfReaders } from './secret-readers.js'

export interface FileCircumstances {
  readonly isReadableByOthers?: true
  /** What stands in it by now does not count yet, and why. */
  readonly waitsFor?: string
}

export function warnedOf(decoded: DecodedFile, { isReadableByOthers, waitsFor }: FileCircumstances): DecodedFile {
  const warned = warnedOfReaders(decoded, isReadableByOthers === true)
  if (waitsFor === undefined) return warned
  const warning = {
    file: decoded.file,
    line: null,
    column: null,
    field: '',
    message: `it is being written, and what it said before counts until that is done: ${waitsFor}`,
    suggestion: 'rename a finished file into its place, and that counts at once',
    pod: null,
  }
  return { ...warned, warnings: [...warned.warnings, warning] }
}
