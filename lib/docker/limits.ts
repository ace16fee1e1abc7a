/** The limits of running containers: changed in place, and shown as they are. */

import { shortId, type ContainerFacts, type ContainerId, type LinuxResources } from '../pod/index.js'
import { updateBody } from './body.js'
import type { Engine } from './engine.js'
import { changeLimits } from './podman.js'

export class Limits {
  readonly #engine: Engine
  /** podman 4 goes on telling the limits a container was made with. */
  readonly #changed = new Map<ContainerId, LinuxResources>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async change(id: ContainerId, resources: LinuxResources, isPodman: boolean): Promise<void> {
    await this.#engine.call('change', `change the limits of container ${shortId(id)}`, (docker) =>
      isPodman ? changeLimits(docker, id, resources) : docker.getContainer(id).update(updateBody(resources)),
    )
    if (isPodman) this.#changed.set(id, resources)
  }

  shown(facts: ContainerFacts): ContainerFacts {
    const resources = this.#changed.get(facts.id)
    return resources === undefined ? facts : { ...facts, resources }
  }

  forget(id: ContainerId): void {
    this.#changed.delete(id)
  }
}
