/** Removing a container, and what podman wants to be removed before it. */

import { setTimeout as delay } from 'node:timers/promises'

import { PodkeepError, shortId, type ContainerId } from '../pod/index.js'
import { statusOf, type Engine } from './engine.js'
import { factsOf, type Viewpoint } from './facts.js'
import { lookAtAny } from './look.js'
import { dependentsIn } from './podman.js'
import { isGone } from './refusals.js'

/** Between looks for what goes at the same time: a second in all. */
const attempts = 8
const pauseMs = 30

/** @param force also when it runs */
export async function removeContainer(engine: Engine, view: Viewpoint, id: ContainerId, force: boolean): Promise<void> {
  try {
    await remove(engine, id, force)
  } catch (error) {
    if (!(await removeJoined(engine, view, dependentsIn(error)))) throw error
    await remove(engine, id, force)
  }
}

/**
 * Docker removes a sandbox whatever is joined to it, podman only once nothing is. What has ended in a sandbox that is gone was kept for
 * its log alone; what runs, and what is not podkeep's, stays, and so does the sandbox.
 * @returns whether there were any, and none is left
 */
async function removeJoined(engine: Engine, view: Viewpoint, ids: readonly string[]): Promise<boolean> {
  for (const id of ids) {
    const there = await lookAtAny(engine, id)
    if (there === null) continue
    const facts = factsOf(there, view)
    if (facts === null || facts.state === 'running') return false
    await remove(engine, facts.id, false)
  }
  return ids.length > 0
}

/** It is gone, or somebody else is removing it. */
async function remove(engine: Engine, id: ContainerId, force: boolean): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await engine.call('change', `remove container ${shortId(id)}`, (docker) =>
        docker.getContainer(id).remove({ force, v: true }),
      )
      return
    } catch (error) {
      if (statusOf(error) === 409 && isGone(error)) return
      if (!isGone(error) && !(error instanceof PodkeepError && error.code === 'CONTAINER_GONE')) throw error
      // podman says that there is no such container also of one that was joined to this one, and went at the same time.
      if ((await lookAtAny(engine, id)) === null) return
      if (attempt === attempts) throw error
      await delay(pauseMs * attempt)
    }
  }
}
