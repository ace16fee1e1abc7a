/** What a file may speak of that cannot be decoded. */

import type { ConfigKey, PodKey } from '../pod/index.js'
import type { ScannedFile } from '../ports/index.js'

/** Whether a PersistentVolume may stand in it. */
export function mayBeVolume(file: ScannedFile): boolean {
  if (file.kind !== 'read') return false
  return /\bkind["']?\s*:?\s*["']?PersistentVolume(?!Claim)/.test(Buffer.from(file.bytes).toString('utf8'))
}

/** Wherever a name is given that is the pod's or the object's: of a container too, rather than to lose a pod. */
export function mayName(file: ScannedFile, key: PodKey | ConfigKey): boolean {
  if (file.kind !== 'read') return false
  const name = key.slice(key.indexOf('/') + 1).replaceAll('.', '\\.')
  return new RegExp(`\\bname["']?\\s*:?\\s*["']?${name}(?![a-z0-9.-])`).test(Buffer.from(file.bytes).toString('utf8'))
}
