/** Mounts as the engine wants to hear them, and what an older engine cannot do. */

import { PodkeepError, type Claim, type ClaimMount, type ContainerSpec, type MountSpec } from '../pod/index.js'
import { isOlder } from './api-version.js'
import type { Dockerode } from './dockerode.js'
import { claimVolumeName } from './names.js'

/** Docker 25. */
const recursiveReadOnlyApi = '1.44'

const propagations = { HostToContainer: 'rslave', Bidirectional: 'rshared' } as const

/** @param node whose claims they are */
export function mountBody(mount: MountSpec, node: string): Dockerode.MountSettings {
  if ('claim' in mount) return claimMountBody(mount, node)
  const { propagation, recursiveReadOnly } = mount
  const options = {
    Propagation: propagation === undefined ? 'rprivate' : propagations[propagation],
    // An engine that knows this makes what is mounted below read-only by itself, as far as the kernel can; this insists on it.
    ...(recursiveReadOnly === 'Enabled' && { ReadOnlyForceRecursive: true }),
  } as const
  return {
    Type: 'bind',
    Source: mount.hostPath,
    Target: mount.mountPath,
    ReadOnly: mount.readOnly,
    BindOptions: options,
  }
}

/** Without NoCopy the engine fills an empty volume with what the image has there. */
function claimMountBody({ claim, mountPath, readOnly }: ClaimMount, node: string): Dockerode.MountSettings {
  return {
    Type: 'volume',
    Source: claimVolumeName(node, claim),
    Target: mountPath,
    ReadOnly: readOnly,
    VolumeOptions: { NoCopy: true } as NonNullable<Dockerode.MountSettings['VolumeOptions']>,
  }
}

/** Where a sandbox has the volumes that it keeps in use: its only program looks at none of them. */
export function keptClaims(claims: readonly Claim[], node: string): Dockerode.MountSettings[] {
  const names = new Set(claims.map(({ name }) => name))
  return claims
    .filter(({ name }) => names.delete(name))
    .map((claim) => claimMountBody({ claim, mountPath: `/claims/${claim.name}`, readOnly: true }, node))
}

/** An older engine would leave the wish out without a word. @throws MOUNT_FAILED */
export function requireMountable({ mounts }: ContainerSpec, apiVersion: string): void {
  const wish = mounts.find((mount) => 'hostPath' in mount && mount.recursiveReadOnly === 'Enabled')
  if (wish === undefined || !isOlder(apiVersion, recursiveReadOnlyApi)) return
  throw new PodkeepError(
    'MOUNT_FAILED',
    `mount at ${wish.mountPath}: "recursiveReadOnly: Enabled" needs an engine with API ${recursiveReadOnlyApi} (version 25), this one has ${apiVersion}; "IfPossible" takes what it can do`,
  )
}
