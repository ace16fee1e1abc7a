/** What the engine has of an image. */

import { PodkeepError } from '../pod/index.js'
import { orNull, type Engine } from './engine.js'
import { parseImageName, type ImageName } from './image-name.js'

export interface LocalImage {
  readonly id: string
  readonly stopSignal: string | null
}

/** @throws IMAGE_NAME_INVALID */
export function requireImageName(image: string): ImageName {
  const name = parseImageName(image)
  if (name !== null) return name
  throw new PodkeepError('IMAGE_NAME_INVALID', `${JSON.stringify(image.slice(0, 200))} cannot be the name of an image`)
}

/** null when it is not on the machine. The name was checked: it goes into a path as it is. */
export async function inspectImage(engine: Engine, image: string): Promise<LocalImage | null> {
  const found = await orNull(
    engine.call('look', `look for image ${image}`, (docker) => docker.getImage(image).inspect()),
  )
  if (found === null) return null
  const { StopSignal: signal } = found.Config as { readonly StopSignal?: string }
  return { id: found.Id, stopSignal: signal === undefined || signal === '' ? null : signal }
}
