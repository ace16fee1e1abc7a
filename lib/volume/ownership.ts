/** Which group a volume's files belong to: spec.securityContext.fsGroup. */

import { lchown, lstat } from 'node:fs/promises'

import { codeOf } from '../disk/index.js'
import { volumeFailure } from './failure.js'

/** podkeep's own when the pod names none. */
export function groupOf(fsGroup: number | null): number {
  return fsGroup ?? process.getegid?.() ?? 0
}

/** Follows no link. */
export async function give(path: string, fsGroup: number | null): Promise<void> {
  const { uid, gid } = await lstat(path)
  if (gid === groupOf(fsGroup)) return
  try {
    await lchown(path, uid, groupOf(fsGroup))
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error
    throw volumeFailure(
      `${path} cannot be given to the group ${groupOf(fsGroup)}: only root may do that; run podkeep as root or leave out fsGroup`,
    )
  }
}
