/** Mounts as the engine wants to hear them, and what an older engine cannot do. */

import {
  PodkeepError,
  type Claim,
  type ClaimMount,
  type ContainerSpec,
  type MountSpec,
  type NfsMount,
} from '../pod/index.js'
import { isOlder } from './api-version.js'
import type { Dockerode } from './dockerode.js'
import { claimVolumeName } from './names.js'

/** Docker 25. */
const recursiveReadOnlyApi = '1.44'

const propagations = { HostToContainer: 'rslave', Bidirectional: 'rshared' } as const

/** @param node whose claims they are */
export function mountsBody(
  mounts: readonly MountSpec[],
  node: string,
  isPodman: boolean,
): Pick<Dockerode.HostConfig, 'Mounts' | 'Binds'> {
  if (!isPodman) return { Mounts: mounts.map((mount) => mountBody(mount, node)) }
  const [claims, others] = [mounts.filter((one) => 'claim' in one), mounts.filter((one) => !('claim' in one))]
  return {
    Mounts: others.map((mount) => mountBody(mount, node)),
    ...(claims.length > 0 && { Binds: claims.map((mount) => claimBind(mount, node)) }),
  }
}

/** podman hears of NoCopy in this older form only. */
function claimBind({ claim, mountPath, readOnly }: ClaimMount, node: string): string {
  return `${claimVolumeName(node, claim)}:${mountPath}:nocopy${readOnly ? ',ro' : ''}`
}

/** @param node whose claims they are */
export function mountBody(mount: MountSpec, node: string): Dockerode.MountSettings {
  if ('claim' in mount) return claimMountBody(mount, node)
  if ('share' in mount) return nfsMountBody(mount)
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

/**
 * A volume without a name, which goes with its container: what the engine removes then is its own entry, never what is mounted.
 * Version 4 needs but one port of the server, and no other program for its locks; the kernel itself would take 3.
 */
function nfsMountBody({ share, mountPath, readOnly }: NfsMount): Dockerode.MountSettings {
  // Where a volume has no name the engine refuses ReadOnly; here it is the mount itself that is read-only.
  const own = share.options ?? []
  const version = own.some((option) => /^(nfs)?vers=|^v[34]/.test(option)) ? [] : ['nfsvers=4']
  const o = [`addr=${share.server}`, ...version, ...own, ...(readOnly ? ['ro'] : [])].join(',')
  return {
    Type: 'volume',
    Source: '',
    Target: mountPath,
    VolumeOptions: {
      NoCopy: true,
      Labels: {},
      DriverConfig: { Name: 'local', Options: { type: 'nfs', o, device: `:${share.path}` } },
    },
  }
}

const keptClaimsFolder = '/claims/'

/** Where a sandbox has the volumes that it keeps in use: its only program looks at none of them. */
export function keptClaims(claims: readonly Claim[], node: string): Dockerode.MountSettings[] {
  const names = new Set(claims.map(({ name }) => name))
  return claims
    .filter(({ name }) => names.delete(name))
    .map((claim) => claimMountBody({ claim, mountPath: `${keptClaimsFolder}${claim.name}`, readOnly: true }, node))
}

/** null: it is another mount. */
export function keptClaimName(mountPath: string): string | null {
  return mountPath.startsWith(keptClaimsFolder) ? mountPath.slice(keptClaimsFolder.length) : null
}

/** Another engine would leave the wish out without a word. @throws MOUNT_FAILED, NFS_FAILED */
export function requireMountable({ mounts }: ContainerSpec, apiVersion: string, isPodman: boolean): void {
  const nfs = mounts.find((mount) => 'share' in mount)
  // It would make an empty folder of its own instead.
  if (nfs !== undefined && isPodman)
    throw new PodkeepError(
      'NFS_FAILED',
      `mount at ${nfs.mountPath}: podman mounts no NFS share for a container; mount it on the machine and use hostPath`,
    )
  const wish = mounts.find((mount) => 'hostPath' in mount && mount.recursiveReadOnly === 'Enabled')
  if (wish === undefined || !isOlder(apiVersion, recursiveReadOnlyApi)) return
  throw new PodkeepError(
    'MOUNT_FAILED',
    `mount at ${wish.mountPath}: "recursiveReadOnly: Enabled" needs an engine with API ${recursiveReadOnlyApi} (version 25), this one has ${apiVersion}; "IfPossible" takes what it can do`,
  )
}
