/** The engine's volumes behind persistent volume claims: made once, never removed. */

import { nodeLabel, PodkeepError, type Claim, type Owner } from '../pod/index.js'
import type { Engine } from './engine.js'
import { claimVolumeName } from './names.js'

const claimLabel = 'io.podkeep.claim'
const namespaceLabel = 'io.podkeep.namespace'

/** podman would give a new volume to the user of the first container, and its mode to that of the path it is mounted at. */
const rootsOwn = { o: 'uid=0,gid=0' }

export async function claimsWithVolume(engine: Engine, { node }: Owner): Promise<Claim[]> {
  const filters = JSON.stringify({ label: [`${nodeLabel}=${node}`, claimLabel] })
  const { Volumes: volumes } = await engine.call('look', 'look which claims have a volume', (docker) =>
    docker.listVolumes({ filters }),
  )
  return ((volumes as typeof volumes | null) ?? []).flatMap(({ Labels: labels }) => {
    const { [namespaceLabel]: namespace, [claimLabel]: name } =
      (labels as Readonly<Record<string, string>> | null) ?? {}
    return namespace === undefined || name === undefined ? [] : [{ namespace, name }]
  })
}

/** @returns where its files are on the engine's machine */
export async function ensureClaimVolume(
  engine: Engine,
  { node }: Owner,
  claim: Claim,
  isPodman: boolean,
): Promise<string> {
  const name = claimVolumeName(node, claim)
  const labels = { [nodeLabel]: node, [namespaceLabel]: claim.namespace, [claimLabel]: claim.name }
  const doing = `make volume ${name}`
  // An engine that has a volume of the name answers with that one.
  const made = await engine.call('create', doing, async (docker) => {
    const options = { Name: name, Driver: 'local', Labels: labels, ...(isPodman && { DriverOpts: rootsOwn }) }
    const volume = await docker.createVolume(options)
    return volume.inspect()
  })
  if ((made.Labels as Readonly<Record<string, string>> | null)?.[nodeLabel] !== node)
    throw new PodkeepError('VOLUME_NAME_TAKEN', `${doing}: a volume that is not podkeep’s has this name`)
  return made.Mountpoint
}
