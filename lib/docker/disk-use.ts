/** How much of the disk is a container's own: the engine counts what it changed of its image, and its log is looked at where it is. */

import { codeOf, rotatedFiles } from '../disk/index.js'
import { shortId, type ContainerId } from '../pod/index.js'
import { placesIn } from './container-places.js'
import { orNull, type Engine } from './engine.js'

/** The published types do not know the option. */
const withSizes: object = { size: true }

/** null when it is gone. */
export async function diskUse(engine: Engine, id: ContainerId): Promise<number | null> {
  const doing = `measure container ${shortId(id)}`
  const inspected = await orNull(engine.call('look', doing, (docker) => docker.getContainer(id).inspect(withSizes)))
  if (inspected === null) return null
  const { SizeRw = 0 } = inspected as { readonly SizeRw?: number }
  const { logFile } = placesIn(inspected)
  return SizeRw + (logFile === null ? 0 : await logBytes(logFile))
}

/** Of an engine on another machine, or whose files only root may see, it is not known and counts nothing. */
async function logBytes(path: string): Promise<number> {
  try {
    return (await rotatedFiles(path)).usedBytes
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(codeOf(error))) return 0
    throw error
  }
}
