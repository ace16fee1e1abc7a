/** Removing a container, and what podman wants to be removed before it. */

import { setTimeout as delay } from 'node:timers/promises'

import { PodkeepError, shortId, type ContainerFacts, type ContainerId, type PodUid } from '../pod/index.js'
import { statusOf, type Engine } from './engine.js'
import { factsOf, type Viewpoint } from './facts.js'
import { lookAtAny } from './look.js'
import { dependentsIn } from './podman.js'
import { hasEnded, isGone } from './refusals.js'

/** Between looks for what goes at the same time: a second in all. */
const attempts = 8
const pauseMs = 30

export class Removal {
  readonly #engine: Engine
  /** Dead sandboxes that go once nothing is joined to them, and whose they were. For everybody else they are gone. */
  readonly #waiting = new Map<ContainerId, PodUid>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  isWaiting(id: ContainerId): boolean {
    return this.#waiting.has(id)
  }

  /**
   * Docker removes a sandbox whatever is joined to it, podman only once nothing is. What has ended there is kept for its log: the sandbox
   * is ended, and removed with the last of them. What runs, and what is not podkeep's, keeps the sandbox as it is.
   * @param force also when it runs
   */
  async remove(view: Viewpoint, id: ContainerId, force: boolean): Promise<void> {
    try {
      await remove(this.#engine, id, force)
    } catch (error) {
      const joined = dependentsIn(error)
      const sandbox = await this.#look(view, id)
      const ended = await this.#ended(view, joined)
      if (joined.length === 0 || sandbox === null || ended === null) throw error
      if (sandbox.state === 'running') await this.#end(id)
      this.#waiting.set(id, sandbox.podUid)
    }
    for (const one of this.#waiting.keys()) await this.#tryAgain(one)
  }

  /** Before the pod gets a sandbox of the same name: what was joined to the old one goes with it. */
  async clear(view: Viewpoint, uid: PodUid): Promise<void> {
    for (const [id, owner] of this.#waiting) {
      if (owner !== uid) continue
      const joined = await this.#tryAgain(id)
      for (const facts of (await this.#ended(view, joined)) ?? []) await remove(this.#engine, facts.id, false)
      await this.#tryAgain(id)
    }
  }

  /** @returns who is still joined to it */
  async #tryAgain(id: ContainerId): Promise<readonly string[]> {
    try {
      await remove(this.#engine, id, true)
    } catch (error) {
      const joined = dependentsIn(error)
      if (joined.length > 0) return joined
      throw error
    }
    this.#waiting.delete(id)
    return []
  }

  /** null: one of them runs, or is not podkeep's. */
  async #ended(view: Viewpoint, ids: readonly string[]): Promise<ContainerFacts[] | null> {
    const found: ContainerFacts[] = []
    for (const id of ids) {
      const there = await lookAtAny(this.#engine, id)
      if (there === null) continue
      const facts = factsOf(there, view)
      if (facts === null || facts.state === 'running') return null
      found.push(facts)
    }
    return found
  }

  async #look(view: Viewpoint, id: ContainerId): Promise<ContainerFacts | null> {
    const there = await lookAtAny(this.#engine, id)
    return there === null ? null : factsOf(there, view)
  }

  async #end(id: ContainerId): Promise<void> {
    try {
      await this.#engine.call('change', `end sandbox ${shortId(id)}`, (docker) =>
        docker.getContainer(id).kill({ signal: 'SIGKILL' }),
      )
    } catch (error) {
      if (!isGone(error) && !hasEnded(error)) throw error
    }
  }
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
