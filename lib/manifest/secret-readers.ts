/** A Secret in a file that others may read is no secret to them. */

import type { Problem } from '../pod/index.js'
import type { DecodedFile } from './decode-file.js'

/** The file with a warning about it, where it holds Secrets and others may read it. */
export function warnedOfReaders(decoded: DecodedFile, isReadableByOthers: boolean): DecodedFile {
  const secret = isReadableByOthers ? decoded.objects.find(({ object }) => object.kind === 'Secret') : undefined
  if (secret === undefined) return decoded
  const { object, line, column } = secret
  const warning: Problem = {
    file: decoded.file,
    line,
    column,
    field: 'metadata.name',
    message: `other users of this machine may read ${object.key} in this file`,
    suggestion: `chmod 600 ${decoded.file}`,
    pod: null,
  }
  return { ...decoded, warnings: [...decoded.warnings, warning] }
}
