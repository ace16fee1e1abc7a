/** A pod with the storage that its claims are bound to in their place: from there on a path or a share like any other. */

import {
  claimKey,
  type ClaimVolume,
  type DesiredPod,
  type DesiredVolume,
  type PersistentVolume,
  type PodKey,
} from '../pod/index.js'
import type { Binding } from './bind-claims.js'

/** @param bindingOf null: it is not decided yet. @returns the same pod where all its claims have volumes of the engine's */
export function withStorage(pod: DesiredPod, bindingOf: (claim: PodKey) => Binding | null): DesiredPod {
  const volumes = pod.volumes.map((volume) =>
    volume.kind === 'persistentVolumeClaim' ? storageOf(pod, volume, bindingOf(claimKey(volume.claim))) : volume,
  )
  return volumes.every((volume, at) => volume === pod.volumes[at]) ? pod : { ...pod, volumes }
}

function storageOf(pod: DesiredPod, volume: ClaimVolume, binding: Binding | null): DesiredVolume {
  if (binding === null) return { ...volume, unbound: null }
  if (binding.kind === 'none') return { ...volume, unbound: binding.why }
  return binding.kind === 'engine' ? volume : mountable(pod, volume, binding.volume)
}

function mountable(
  pod: DesiredPod,
  { name, claim, readOnly, owner }: ClaimVolume,
  volume: PersistentVolume,
): DesiredVolume {
  const { source, accessModes } = volume
  const isReadOnly = readOnly || accessModes.every((mode) => mode === 'ReadOnlyMany')
  switch (source.kind) {
    case 'nfs': {
      const asWhole = { kind: source.kind, name, share: source.share, readOnly: isReadOnly || source.readOnly, claim }
      return isMountedInParts(pod, name) ? { ...asClaim(asWhole), unbound: partOfShare(volume) } : asWhole
    }
    case 'hostPath':
      return {
        kind: 'hostPath',
        name,
        path: source.path,
        type: source.type,
        ...(isReadOnly && { readOnly: true }),
        claim,
      }
    case 'local': {
      const owned = owner === undefined || isReadOnly ? {} : { owner }
      return {
        kind: 'hostPath',
        name,
        path: source.path,
        type: 'Directory',
        ...(isReadOnly && { readOnly: true }),
        claim,
        ...owned,
      }
    }
  }
}

function asClaim({ name, claim, readOnly }: Pick<ClaimVolume, 'name' | 'claim' | 'readOnly'>): ClaimVolume {
  return { kind: 'persistentVolumeClaim', name, claim, readOnly }
}

/** The engine mounts a share inside the container's start, where podkeep can look for no part of it (mount-rules.ts). */
function isMountedInParts({ initContainers, containers }: DesiredPod, name: string): boolean {
  return [...initContainers, ...containers].some(({ mounts }) =>
    mounts.some((one) => one.volume === name && (one.subPath !== undefined || one.recursiveReadOnly !== undefined)),
  )
}

function partOfShare({ name }: PersistentVolume): string {
  return `the PersistentVolume ${name} is an NFS share, which the engine mounts as a whole: take subPath and recursiveReadOnly out of the mounts, or mount the share on the machine and write local`
}
