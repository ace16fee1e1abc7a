/**
 * All files of an image, as a tar archive: by way of a container of it that is made and never started. What the engine puts into
 * every container is in it too.
 */

import { finished } from 'node:stream/promises'
import type { Readable } from 'node:stream'

import { nodeLabel, PodkeepError } from '../pod/index.js'
import type { Dockerode } from './dockerode.js'
import { orNull, statusOf, type Engine } from './engine.js'
import { engineError } from './errors.js'
import { NoAnswer } from './modem.js'

/** Not one of podkeep's kinds, so no list ever shows it as a pod's container. */
const exportLabel = 'io.podkeep.export'

/** @param id of the image; @throws IMAGE_ABSENT */
export async function* imageFiles(engine: Engine, node: string, id: string): AsyncGenerator<Uint8Array> {
  const doing = `read the files of image ${id}`
  const container = await makeContainer(engine, node, id, doing)
  try {
    const archive = await engine.call('look', doing, (docker) => docker.getContainer(container).export())
    yield* parts(archive as unknown as Readable, engine.deadlines.pullIdleMs, doing)
  } finally {
    await removeContainer(engine, container)
  }
}

async function makeContainer(engine: Engine, node: string, image: string, doing: string): Promise<string> {
  const body: Dockerode.ContainerCreateOptions = {
    Image: image,
    Labels: { [nodeLabel]: node, [exportLabel]: '' },
    // An image of files only has no command, and the engine makes no container without one.
    Cmd: ['never-started'],
    HostConfig: { NetworkMode: 'none' },
  }
  try {
    return (await engine.call('create', doing, (docker) => docker.createContainer(body))).id
  } catch (error) {
    if (statusOf(error) !== 404) throw error
    throw new PodkeepError('IMAGE_ABSENT', `${doing}: it is not on this machine`, { cause: error })
  }
}

/** An engine that keeps the connection and sends nothing more is given up. */
async function* parts(archive: Readable, idleMs: number, doing: string): AsyncGenerator<Uint8Array> {
  const silence = new NoAnswer('DEADLINE', `nothing came for ${idleMs / 1000} s`)
  let timer = setTimeout(() => archive.destroy(silence), idleMs)
  try {
    for await (const part of archive) {
      clearTimeout(timer)
      yield part as Uint8Array
      timer = setTimeout(() => archive.destroy(silence), idleMs)
    }
    await finished(archive)
  } catch (error) {
    throw engineError('look', doing, error)
  } finally {
    clearTimeout(timer)
    archive.destroy()
  }
}

/** Those that an earlier podkeep left behind. */
export async function removeExports(engine: Engine, node: string): Promise<void> {
  const filters = JSON.stringify({ label: [`${nodeLabel}=${node}`, exportLabel] })
  const found = await engine.call('look', 'look for leftover containers', (docker) =>
    docker.listContainers({ all: true, filters }),
  )
  for (const { Id: id } of found) await removeContainer(engine, id)
}

async function removeContainer(engine: Engine, id: string): Promise<void> {
  await orNull(
    engine.call('change', 'remove a container that was never started', (docker) =>
      docker.getContainer(id).remove({ force: true, v: true }),
    ),
  )
}
