/**
 * The bridge that pods meet on: user-defined, so that the engine's DNS resolves pod names. Usually `podkeep`; a second
 * podkeep on the same engine, under another node name, gets `podkeep-<node>`. Its label says whose it is, and a network of
 * that name without the label is somebody else's and never used.
 */

import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { nodeLabel, PodkeepError } from '../pod/index.js'
import type { Dockerode } from './dockerode.js'
import { orNull, statusOf, type Engine } from './engine.js'

const usualName = 'podkeep'

interface Owner {
  readonly node: string
  /** What no other engine on the machine is called. */
  readonly engineId: () => Promise<string>
}

/** How often and how long a creation that is under way elsewhere is waited for: 5 s in all. */
const attempts = 20
const pauseMs = 25

/** @param wanted a name the operator chose; null: podkeep chooses */
export async function ensureNetwork(engine: Engine, owner: Owner, wanted: string | null): Promise<string> {
  const { node } = owner
  const own = await ownNetworks(engine, node)
  const candidates = wanted === null ? [usualName, `${usualName}-${node.replace(/[^a-zA-Z0-9.-]/g, '-')}`] : [wanted]
  const present = candidates.find((name) => own.includes(name))
  if (present !== undefined) return present
  for (const name of candidates) {
    const holder = await ownerAfterCreating(engine, owner, name)
    if (holder === node) return name
    if (holder === null || name === candidates.at(-1)) throw foreign(name, holder)
  }
  throw foreign(usualName, null)
}

async function ownNetworks(engine: Engine, node: string): Promise<string[]> {
  const filters = JSON.stringify({ label: [`${nodeLabel}=${node}`] })
  const networks = await engine.call('look', 'look for the pod network', (docker) => docker.listNetworks({ filters }))
  return networks.map((network) => network.Name)
}

/** Creates it unless the name is taken, also by someone who was faster; says to which node it belongs, null for nobody's. */
async function ownerAfterCreating(engine: Engine, { node, engineId }: Owner, name: string): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    const present = await labelsOf(engine, name)
    if (present !== null) return present[nodeLabel] ?? null
    try {
      const body = networkBody(name, node, await engineId())
      await engine.call('change', `create the pod network ${name}`, (docker) => docker.createNetwork(body))
      return node
    } catch (error) {
      if (!isPassing(error) || attempt === attempts) throw error
      // Whoever was faster is still making it: the bridge is reserved before the network can be seen.
      await delay(pauseMs * attempt)
    }
  }
}

/**
 * Docker before 25 looks for the name before it creates, not while: two who create at once would both succeed, and no look
 * afterwards tells them apart. What it never makes twice, under one lock, is the bridge of a given name. So the bridge's
 * name follows from the network's, and from the engine: several may share a machine's interfaces.
 */
function networkBody(name: string, node: string, engineId: string): Dockerode.NetworkCreateOptions {
  const bridge = `pk-${createHash('sha256')
    .update(JSON.stringify([engineId, name]))
    .digest('hex')
    .slice(0, 12)}`
  return {
    Name: name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Labels: { [nodeLabel]: node },
    Options: { 'com.docker.network.bridge.name': bridge },
  }
}

/**
 * Taken by its name (409; Podman answers 500), or by its bridge: "conflicts with network ...: networks have same bridge name". Or an
 * interface of the machine vanished while Podman looked for addresses that none has: "route ip+net: no such network interface".
 */
function isPassing(error: unknown): boolean {
  const status = statusOf(error)
  const words = error instanceof Error ? error.message : ''
  return (
    status === 409 || (status !== null && /bridge name|network already exists|no such network interface/i.test(words))
  )
}

async function labelsOf(engine: Engine, name: string): Promise<Readonly<Record<string, string>> | null> {
  const look = engine.call('look', `look at the network ${name}`, (docker) => inspected(docker.getNetwork(name)))
  const network = await orNull(look)
  return network === null ? null : (network.Labels ?? {})
}

function inspected(network: { inspect(): Promise<unknown> }): Promise<{ Labels?: Record<string, string> | null }> {
  return network.inspect() as Promise<{ Labels?: Record<string, string> | null }>
}

function foreign(name: string, owner: string | null): PodkeepError {
  const whose = owner === null ? 'is not podkeep’s' : `belongs to the podkeep of node ${owner}`
  return new PodkeepError(
    'ENGINE_REFUSED',
    `the network ${name} exists and ${whose}: remove it (docker network rm ${name}) or give podkeep another name for its own`,
  )
}
