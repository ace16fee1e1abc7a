/**
 * The bridge that pods meet on: user-defined, so that the engine's DNS resolves pod names. Usually `podkeep`; a second
 * podkeep on the same engine, under another node name, gets `podkeep-<node>`. Its label says whose it is, and a network of
 * that name without the label is somebody else's and never used.
 */

import { nodeLabel, PodkeepError } from '../pod/index.js'
import { orNull, statusOf, type Engine } from './engine.js'

const usualName = 'podkeep'

/** @param wanted a name the operator chose; null: podkeep chooses */
export async function ensureNetwork(engine: Engine, node: string, wanted: string | null): Promise<string> {
  const own = await ownNetworks(engine, node)
  const candidates = wanted === null ? [usualName, `${usualName}-${node.replace(/[^a-zA-Z0-9.-]/g, '-')}`] : [wanted]
  const present = candidates.find((name) => own.includes(name))
  if (present !== undefined) return present
  for (const name of candidates) {
    const owner = await ownerAfterCreating(engine, node, name)
    if (owner === node) return name
    if (owner === null || name === candidates.at(-1)) throw foreign(name, owner)
  }
  throw foreign(usualName, null)
}

async function ownNetworks(engine: Engine, node: string): Promise<string[]> {
  const filters = JSON.stringify({ label: [`${nodeLabel}=${node}`] })
  const networks = await engine.call('look', 'look for the pod network', (docker) => docker.listNetworks({ filters }))
  return networks.map((network) => network.Name)
}

/** Creates it unless the name is taken, also by someone who was faster; says to which node it belongs, null for nobody's. */
async function ownerAfterCreating(engine: Engine, node: string, name: string): Promise<string | null> {
  const before = await labelsOf(engine, name)
  if (before !== null) return before[nodeLabel] ?? null
  try {
    const made = await engine.call('change', `create the pod network ${name}`, (docker) =>
      docker.createNetwork({ Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: { [nodeLabel]: node } }),
    )
    return await ownerAfterRace(engine, { name, node, ownId: made.id })
  } catch (error) {
    if (statusOf(error) !== 409) throw error
    const after = await labelsOf(engine, name)
    if (after === null) throw error
    return after[nodeLabel] ?? null
  }
}

/**
 * Docker looks for the name before it creates, not while: two who create at once both succeed. Both then see both, and agree
 * on the lesser id; the other is removed by who made it.
 */
async function ownerAfterRace(
  engine: Engine,
  { name, node, ownId }: { name: string; node: string; ownId: string },
): Promise<string | null> {
  const filters = JSON.stringify({ name: [name] })
  const found = await engine.call('look', `look for the network ${name}`, (docker) => docker.listNetworks({ filters }))
  const winner = found.filter((network) => network.Name === name).sort((a, b) => (a.Id < b.Id ? -1 : 1))[0]
  if (winner === undefined || winner.Id === ownId) return node
  await orNull(engine.call('change', `remove the network ${name} made twice`, (docker) => removed(docker, ownId)))
  return winner.Labels?.[nodeLabel] ?? null
}

function removed(docker: { getNetwork(id: string): { remove(): Promise<unknown> } }, id: string): Promise<unknown> {
  return docker.getNetwork(id).remove()
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
