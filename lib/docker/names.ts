/**
 * The engine's name of a container: it follows from the identity, so creating twice meets the first one.
 *
 * `podkeep_<container>_<pod>_<namespace>_<node>_<uid>_<attempt>`. None of the parts may contain `_` (Kubernetes' names cannot,
 * and in the node's it is replaced), so two identities never share a name. The node is in it because two podkeeps may share an engine.
 */

import { createHash } from 'node:crypto'

import type { Claim, ContainerIdentity } from '../pod/index.js'

/** Docker has no limit of its own, but a name is also a DNS name and a path; podman and tools stop at 255. */
const maxLength = 240
const uidLength = 8
const hashLength = 10

export function containerName(node: string, identity: ContainerIdentity): string {
  const container = identity.kind === 'sandbox' ? 'POD' : identity.name
  const uid = identity.podUid.slice(0, uidLength)
  const parts = [container, identity.podName, identity.namespace, node, uid, String(identity.attempt)]
  return shortened(`podkeep_${parts.map(plain).join('_')}`, JSON.stringify([node, identity.podUid, ...parts]))
}

/** `podkeep_<claim>_<namespace>_<node>`: the same as long as these are the same. */
export function claimVolumeName(node: string, { namespace, name }: Claim): string {
  const parts = [name, namespace, node]
  return shortened(`podkeep_${parts.map(plain).join('_')}`, JSON.stringify(parts))
}

/** The part of a uid or node name that fits Docker's `[a-zA-Z0-9][a-zA-Z0-9_.-]+`. */
function plain(part: string): string {
  return part.replace(/[^a-zA-Z0-9.-]/g, '-')
}

function shortened(name: string, whole: string): string {
  if (name.length <= maxLength) return name
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, hashLength)
  return `${name.slice(0, maxLength - hashLength - 1)}_${hash}`
}

/** Whether an engine's id or name may be put into a path of the API. */
export function isPlainId(id: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(id)
}
