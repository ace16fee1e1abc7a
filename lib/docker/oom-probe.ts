/**
 * Whether this host lets a container have a negative OomScoreAdj. Where the engine lacks CAP_SYS_RESOURCE (rootless, nested in
 * a container) such a container does not start, and the engine's words for it say nothing of the reason ("can't get final
 * child's PID from pipe"). So it is tried, on a container that does nothing, and against the same one without the wish.
 */

import { nodeLabel } from '../pod/index.js'
import type { Surroundings } from './body.js'
import type { Dockerode } from './dockerode.js'
import { orNull, statusOf, type Engine } from './engine.js'

/** Not one of podkeep's kinds, so no list ever shows it as a pod's container. */
const probeLabel = 'io.podkeep.probe'

/** What the kubelet gives a Guaranteed container: the lowest that podkeep asks for. */
const lowestScore = -997

/** @throws PodkeepError when neither starts, so nothing was learned */
export async function allowsNegativeOomScore(engine: Engine, around: Surroundings): Promise<boolean> {
  await removeProbes(engine, around.owner.node)
  try {
    if (await starts(engine, around, lowestScore)) return true
    await tryStart(engine, around, 0)
    return false
  } finally {
    await removeProbes(engine, around.owner.node)
  }
}

/** Also those that an earlier podkeep left behind. */
export async function removeProbes(engine: Engine, node: string): Promise<void> {
  const filters = JSON.stringify({ label: [`${nodeLabel}=${node}`, probeLabel] })
  const found = await engine.call('look', 'look for leftover probes', (docker) =>
    docker.listContainers({ all: true, filters }),
  )
  for (const probe of found) {
    await orNull(
      engine.call('change', 'remove a probe', (docker) => docker.getContainer(probe.Id).remove({ force: true })),
    )
  }
}

async function starts(engine: Engine, around: Surroundings, score: number): Promise<boolean> {
  try {
    await tryStart(engine, around, score)
    return true
  } catch (error) {
    // The engine itself refused it; anything else is no answer to the question.
    if (statusOf(error) === null) throw error
    return false
  }
}

async function tryStart(engine: Engine, around: Surroundings, score: number): Promise<void> {
  const doing = `try whether a container may have the OOM score ${score}`
  const body: Dockerode.ContainerCreateOptions = {
    Image: around.sandboxImage,
    Labels: { [nodeLabel]: around.owner.node, [probeLabel]: '' },
    HostConfig: { NetworkMode: 'none', OomScoreAdj: score },
  }
  await engine.call('start', doing, async (docker) => {
    const container = await docker.createContainer(body)
    await container.start()
  })
}
