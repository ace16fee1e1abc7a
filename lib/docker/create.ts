/** Creating a container under the name that follows from its identity. */

import { setTimeout as delay } from 'node:timers/promises'

import {
  containerId,
  PodkeepError,
  shortId,
  type ContainerFacts,
  type ContainerId,
  type ContainerIdentity,
  type ContainerSpec,
  type MountSpec,
} from '../pod/index.js'
import type { Dockerode } from './dockerode.js'
import { orNull, statusOf, type Engine } from './engine.js'
import { factsOf, type Viewpoint } from './facts.js'
import { lookAtAny } from './look.js'
import { containerName } from './names.js'

export type Created =
  { readonly kind: 'created'; readonly id: ContainerId } | { readonly kind: 'found'; readonly facts: ContainerFacts }

export type AskedFacts = Pick<ContainerFacts, 'image' | 'imageId' | 'stopSignal' | 'resources' | 'ports' | 'claims'>

/** How often and how long a creation that is under way elsewhere is waited for: 5 s in all. */
const attempts = 20
const pauseMs = 25

/**
 * The engine reserves a name before the container can be seen, so a conflict may be with a creation that is still under way:
 * our own, whose answer was lost.
 * @throws NAME_TAKEN when a container that is something else has the name
 */
export async function createOrFind(
  engine: Engine,
  view: Viewpoint,
  identity: ContainerIdentity,
  body: Dockerode.ContainerCreateOptions,
): Promise<Created> {
  const name = containerName(view.owner.node, identity)
  for (let attempt = 1; ; attempt++) {
    try {
      return await create(engine, name, body)
    } catch (error) {
      if (!isNameConflict(error)) throw error
      const there = await lookAtAny(engine, name)
      if (there !== null) {
        const facts = factsOf(there, view)
        if (facts !== null && isSameInstance(facts, identity)) return { kind: 'found', facts }
        if (facts?.state !== 'created') throw nameTaken(name, facts, error)
        // Ours, never started, and made from what the manifest said before: its creation was answered too late to be known.
        await removeUnstarted(engine, facts.id)
      } else if (attempt === attempts) {
        throw new PodkeepError('ENGINE_FAULT', `create container ${name}: it is being created and does not appear`, {
          cause: error,
        })
      } else await delay(pauseMs * attempt)
    }
  }
}

/** What there is to know of it without another look. */
export function justCreated(id: ContainerId, identity: ContainerIdentity, asked: AskedFacts): ContainerFacts {
  return {
    ...identity,
    ...asked,
    id,
    isForeign: false,
    state: 'created',
    paused: false,
    createdAtMs: Date.now(),
    startedAtMs: null,
    finishedAtMs: null,
    exitCode: null,
    oomKilled: false,
    error: '',
    diedWithEngine: false,
    ip: null,
  }
}

/** Once more without what the container can do without, where the engine complains that it does not find just that. */
export async function withSeenMounts(
  spec: ContainerSpec,
  make: (spec: ContainerSpec) => Promise<Created>,
  onUnseen: () => void,
): Promise<Created> {
  try {
    return await make(spec)
  } catch (error) {
    if (!(error instanceof PodkeepError) || error.code !== 'MOUNT_FAILED') throw error
    const isUnseen = (one: MountSpec): boolean =>
      'hostPath' in one && one.isDispensable === true && error.message.includes(one.hostPath)
    const mounts = spec.mounts.filter((one) => !isUnseen(one))
    if (mounts.length === spec.mounts.length) throw error
    onUnseen()
    return make({ ...spec, mounts })
  }
}

async function create(engine: Engine, name: string, body: Dockerode.ContainerCreateOptions): Promise<Created> {
  // Name and body apart: dockerode would put the body into the query as well.
  const options = { _query: { name }, _body: body } as Dockerode.ContainerCreateOptions
  const made = await engine.call('create', `create container ${name}`, (docker) => docker.createContainer(options))
  return { kind: 'created', id: containerId(made.id) }
}

async function removeUnstarted(engine: Engine, id: ContainerId): Promise<void> {
  const doing = `remove container ${shortId(id)}`
  await orNull(engine.call('change', doing, (docker) => docker.getContainer(id).remove({ v: true })))
}

/** "Conflict. The container name ... is already in use"; Podman answers 500 with the same words. */
function isNameConflict(error: unknown): boolean {
  return statusOf(error) !== null && error instanceof Error && /name .* is already in use/i.test(error.message)
}

function isSameInstance(a: ContainerIdentity, b: ContainerIdentity): boolean {
  return (
    a.podUid === b.podUid &&
    a.namespace === b.namespace &&
    a.podName === b.podName &&
    a.kind === b.kind &&
    a.name === b.name &&
    a.attempt === b.attempt &&
    a.hash === b.hash &&
    a.podHash === b.podHash &&
    a.sandboxId === b.sandboxId
  )
}

function nameTaken(name: string, there: ContainerFacts | null, cause: unknown): PodkeepError {
  const what =
    there === null ? 'a container that is not podkeep’s' : `an older container of this pod (${shortId(there.id)})`
  return new PodkeepError('NAME_TAKEN', `create container ${name}: ${what} has this name`, { cause })
}
