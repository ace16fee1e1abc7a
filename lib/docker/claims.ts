/** The engine's volumes behind persistent volume claims: made once, never removed. */

import { nodeLabel, PodkeepError, type Claim, type Owner } from '../pod/index.js'
import type { Engine } from './engine.js'
import { claimVolumeName } from './names.js'

const claimLabel = 'io.podkeep.claim'
const namespaceLabel = 'io.podkeep.namespace'

/** @returns where its files are on the engine's machine */
export async function ensureClaimVolume(engine: Engine, { node }: Owner, claim: Claim): Promise<string> {
  const name = claimVolumeName(node, claim)
  const labels = { [nodeLabel]: node, [namespaceLabel]: claim.namespace, [claimLabel]: claim.name }
  const doing = `make volume ${name}`
  // An engine that has a volume of the name answers with that one.
  const made = await engine.call('create', doing, async (docker) => {
    const volume = await docker.createVolume({ Name: name, Driver: 'local', Labels: labels })
    return volume.inspect()
  })
  if ((made.Labels as Readonly<Record<string, string>> | null)?.[nodeLabel] !== node)
    throw new PodkeepError('NAME_TAKEN', `${doing}: a volume that is not podkeep’s has this name`)
  return made.Mountpoint
}
