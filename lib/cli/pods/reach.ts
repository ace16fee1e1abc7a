/** What every verb that reaches into a container begins with: the engine, and the pods as far as anyone tells. */

import { ContainerDoor } from '../../docker/index.js'
import { engineInUse } from '../engine-address.js'
import { nodeMeant } from '../last-run.js'
import type { Flags } from '../run-options.js'
import type { Surroundings } from '../surroundings.js'
import { askPodsIfRunning } from './listed-pods.js'
import { lookAtWorld, type World } from './pod-containers.js'

export async function withWorld<Result>(
  flags: Flags,
  surroundings: Surroundings,
  use: (door: ContainerDoor, world: World) => Promise<Result>,
): Promise<Result> {
  const list = await askPodsIfRunning(flags, surroundings)
  const door = await ContainerDoor.open(await engineInUse(flags, surroundings))
  try {
    const node = nodeMeant(flags, surroundings)
    return await use(door, await lookAtWorld(door, list?.items ?? null, node))
  } finally {
    door.close()
  }
}
