/** Where a volume's folder is inside the pod's, and the folder of a volume that podkeep writes. Source: kubelet, the plugins' names. */

import { makeFolders } from '../disk/index.js'
import { PodkeepError, type LocalVolume, type WrittenVolume } from '../pod/index.js'
import { isMountPoint, mountTmpfs } from './mounts.js'

export type FolderKind = Exclude<LocalVolume['kind'], 'hostPath'> | WrittenVolume['kind'] | 'image'

export const folderNames: Readonly<Record<FolderKind, string>> = {
  emptyDir: 'kubernetes.io~empty-dir',
  image: 'kubernetes.io~image',
  configMap: 'kubernetes.io~configmap',
  secret: 'kubernetes.io~secret',
  downwardAPI: 'kubernetes.io~downward-api',
  projected: 'kubernetes.io~projected',
}

/** @returns false when its content should stay in memory and cannot */
export async function prepareWrittenFolder(path: string, { isInMemory }: WrittenVolume): Promise<boolean> {
  await makeFolders(path, 0o750)
  if (!isInMemory || (await isMountPoint(path))) return true
  if (process.getuid?.() !== 0) return false
  try {
    await mountTmpfs(path, { mode: '0755', sizeBytes: null })
    return true
  } catch (error) {
    if (error instanceof PodkeepError) return false
    throw error
  }
}
