/** Looking at containers: one, or all of this node's. What is not podkeep's is as if it were not there. */

import { decodeLabels, nodeLabel, PodkeepError, type ContainerFacts } from '../pod/index.js'
import type { Dockerode } from './dockerode.js'
import { orNull, type Engine } from './engine.js'
import { factsOf, type Viewpoint } from './facts.js'
import { isPlainId } from './names.js'

/** As many as the engine answers side by side; listing 200 containers takes about 150 ms on two cores. */
const looksAtOnce = 16

export async function lookAt(
  engine: Engine,
  view: Viewpoint,
  id: string,
  onSeen: OnSeen = () => undefined,
): Promise<ContainerFacts | null> {
  const inspected = await lookAtAny(engine, id)
  const facts = inspected === null ? null : factsOf(inspected, view)
  if (inspected !== null && facts !== null) onSeen(inspected)
  return facts
}

/** For what is of no interest but once. */
export type OnSeen = (inspected: Dockerode.ContainerInspectInfo) => void

/** Whoever it belongs to. */
export async function lookAtAny(engine: Engine, idOrName: string): Promise<Dockerode.ContainerInspectInfo | null> {
  if (!isPlainId(idOrName)) return null
  const doing = `look at container ${idOrName}`
  try {
    return await orNull(engine.call('look', doing, (docker) => docker.getContainer(idOrName).inspect()))
  } catch (error) {
    if (isGoing(error, idOrName)) return null
    throw error
  }
}

/** podman answers 500, "container ... does not exist in database: no such container", of one that goes at that very moment. */
function isGoing(error: unknown, idOrName: string): boolean {
  if (!(error instanceof PodkeepError) || error.code !== 'CONTAINER_GONE') return false
  return error.cause instanceof Error && error.cause.message.includes(idOrName)
}

/** The engine's list tells neither exit code nor times, so each one is looked at. */
export async function lookAtAll(engine: Engine, view: Viewpoint, onSeen?: OnSeen): Promise<ContainerFacts[]> {
  const filters = JSON.stringify({ label: [`${nodeLabel}=${view.owner.node}`] })
  const listed = await engine.call('look', 'list the containers', (docker) =>
    docker.listContainers({ all: true, filters }),
  )
  const ids = listed.filter((container) => decodeLabels(container.Labels) !== null).map((container) => container.Id)
  const found: (ContainerFacts | null)[] = []
  const queue = ids.entries()
  const worker = async (): Promise<void> => {
    for (const [index, id] of queue) found[index] = await lookAt(engine, view, id, onSeen)
  }
  await Promise.all(Array.from({ length: looksAtOnce }, worker))
  return found.filter((facts) => facts !== null)
}
