/** The image that sandboxes are made from: the built-in one, or one that the operator names. */

import type { Readable } from 'node:stream'

import { PodkeepError } from '../pod/index.js'
import { orNull, type Engine } from './engine.js'
import { jsonLines } from './lines.js'
import { isArchitecture, sandboxImage } from './sandbox-image/image.js'

export interface LoadedImage {
  readonly reference: string
  readonly id: string
}

/** @param wanted null: the built-in one, which is loaded when it is not there */
export async function ensureSandboxImage(
  engine: Engine,
  wanted: string | null,
  architecture: string,
): Promise<LoadedImage> {
  if (wanted !== null) {
    const id = await imageId(engine, wanted)
    if (id !== null) return { reference: wanted, id }
    throw new PodkeepError('IMAGE_ABSENT', `the sandbox image ${wanted} is not on the machine: docker pull ${wanted}`)
  }
  if (!isArchitecture(architecture)) {
    throw new PodkeepError(
      'ENGINE_REFUSED',
      `there is no built-in sandbox image for ${architecture}: name one with --sandbox-image`,
    )
  }
  const { reference, archive } = sandboxImage(architecture)
  const present = await imageId(engine, reference)
  if (present !== null) return { reference, id: present }
  await load(engine, archive)
  const id = await imageId(engine, reference)
  if (id !== null) return { reference, id }
  throw new PodkeepError('ENGINE_FAULT', `the engine took the sandbox image ${reference} and does not have it`)
}

async function imageId(engine: Engine, reference: string): Promise<string | null> {
  const doing = `look for the sandbox image ${reference}`
  const found = await orNull(engine.call('look', doing, (docker) => docker.getImage(reference).inspect()))
  return found?.Id ?? null
}

async function load(engine: Engine, archive: Buffer): Promise<void> {
  const doing = 'load the sandbox image into the engine'
  await engine.call('change', doing, async (docker) => {
    // The published types take a file name only; dockerode hands a buffer to its modem, which is ours.
    const answer = await docker.loadImage(archive as unknown as string, { quiet: true })
    for await (const line of jsonLines(answer as unknown as Readable, engine.deadlines.pullIdleMs)) {
      const { error } = line as { readonly error?: string }
      if (error !== undefined) throw new PodkeepError('ENGINE_FAULT', `${doing}: ${error}`)
    }
  })
}
