/**
 * The files of an image in a folder of the pod: <volume>/<id of the image>. Unpacked beside and renamed, so that what is there is
 * whole. Those of an earlier image stay as long as the pod, for a container may still look at them.
 */

import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { codeOf, makeFolders } from '../disk/index.js'
import { extractArchive } from './extract.js'

export async function prepareImageFolder(
  folder: string,
  imageId: string,
  files: () => AsyncIterable<Uint8Array>,
): Promise<string> {
  const place = join(folder, imageId.replace(/[^A-Za-z0-9]/g, '-'))
  if (await isThere(place)) return place
  await makeFolders(folder, 0o750)
  const made = await mkdtemp(join(folder, '.unpacking-'))
  try {
    const content = join(made, 'content')
    await mkdir(content, { mode: 0o755 })
    await extractArchive(files(), content)
    await rename(content, place)
    return place
  } finally {
    await rm(made, { recursive: true, force: true })
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
