/** Mounts as the engine wants to hear them, and what an older engine cannot do. */

import { PodkeepError, type ContainerSpec, type MountSpec } from '../pod/index.js'
import { isOlder } from './api-version.js'
import type { Dockerode } from './dockerode.js'

/** Docker 25. */
const recursiveReadOnlyApi = '1.44'

const propagations = { HostToContainer: 'rslave', Bidirectional: 'rshared' } as const

export function mountBody(mount: MountSpec): Dockerode.MountSettings {
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

/** An older engine would leave the wish out without a word. @throws MOUNT_FAILED */
export function requireMountable({ mounts }: ContainerSpec, apiVersion: string): void {
  const wish = mounts.find((mount) => mount.recursiveReadOnly === 'Enabled')
  if (wish === undefined || !isOlder(apiVersion, recursiveReadOnlyApi)) return
  throw new PodkeepError(
    'MOUNT_FAILED',
    `mount at ${wish.mountPath}: "recursiveReadOnly: Enabled" needs an engine with API ${recursiveReadOnlyApi} (version 25), this one has ${apiVersion}; "IfPossible" takes what it can do`,
  )
}
