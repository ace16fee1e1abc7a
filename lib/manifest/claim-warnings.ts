/** Claims whose storage is another than a reader of the manifests would think: with data at stake nobody should have to guess. */

import {
  claimKey,
  claimsOf,
  type DesiredClaim,
  type PersistentVolume,
  type PodKey,
  type Problem,
} from '../pod/index.js'
import { bindClaims, candidates, needsVolume, whyUnfit, type Binding, type Storage } from './bind-claims.js'
import type { DecodedFile } from './decode-file.js'
import type { Resolved } from './duplicates.js'
import type { Place } from './line-table.js'

type Told = Pick<Problem, 'message' | 'suggestion'>

/** Of manifests of which nothing has been made yet. @param files those that they stand in */
export function newClaimWarnings({ claims, volumes, pods }: Resolved, files: readonly DecodedFile[]): Problem[] {
  const storage = { claims, volumes, bound: new Map(), onEngine: new Set<PodKey>(), unread: null }
  const named = [...pods.values()].flatMap((pod) => claimsOf(pod.volumes).map(claimKey))
  return claimWarnings(bindClaims([...named, ...claims.keys()], storage), storage, files)
}

/** @param files those that `storage` is of */
export function claimWarnings(
  bindings: ReadonlyMap<PodKey, Binding>,
  storage: Storage,
  files: readonly DecodedFile[],
): Problem[] {
  const places = new Map<DesiredClaim | PersistentVolume, Place>()
  for (const { claims, volumes } of files) {
    for (const { claim, line, column } of claims) places.set(claim, { line, column })
    for (const { volume, line, column } of volumes) places.set(volume, { line, column })
  }
  const taken = new Map<PodKey, PodKey>()
  for (const [claim, binding] of bindings) if (binding.kind === 'volume') taken.set(binding.volume.key, claim)
  return [...bindings].flatMap(([key, binding]) => {
    const [named] = candidates(key, storage).volumes
    const subject = storage.claims.get(key) ?? (binding.kind === 'volume' ? binding.volume : named)
    const told = subject === undefined ? null : tell(key, binding, { storage, taken })
    if (subject === undefined || told === null) return []
    const { line, column } = places.get(subject) ?? { line: null, column: null }
    return [{ file: subject.file, line, column, field: line === null ? '' : 'metadata.name', ...told, pod: null }]
  })
}

interface Known {
  readonly storage: Storage
  /** The claims of volumes that are bound. */
  readonly taken: ReadonlyMap<PodKey, PodKey>
}

function tell(key: PodKey, binding: Binding, known: Known): Told | null {
  const terms = known.storage.claims.get(key)?.terms ?? null
  switch (binding.kind) {
    case 'volume':
      return tellBound(key, binding.volume, known)
    case 'engine':
      return (known.storage.onEngine.has(key) ? tellStays(key, known) : null) ?? tellUnfit(key, known)
    case 'none': {
      const isOfOther = candidates(key, known.storage).volumes.some(({ elsewhere }) => elsewhere !== null)
      return isOfOther || terms === null ? null : { message: binding.why, suggestion: null }
    }
  }
}

function tellBound(key: PodKey, volume: PersistentVolume, { storage }: Known): Told | null {
  const wanted = storage.claims.get(key)?.terms?.volumeName ?? null
  const it = `the PersistentVolume ${volume.name}`
  if (!storage.volumes.has(volume.key))
    return {
      message: `${it} has no manifest any more, and stays what the claim ${key} has its data in`,
      suggestion: 'put its manifest back; to give the data up, remove the pods and the claim',
    }
  if (wanted === null || wanted === volume.name) return null
  return {
    message: `the claim ${key} is bound to ${it} for good, where its data is: volumeName changes nothing`,
    suggestion: 'give the claim another name, here and in its pods',
  }
}

/** What it has was made before it was to have anything else. */
function tellStays(key: PodKey, { storage, taken }: Known): Told | null {
  const terms = storage.claims.get(key)?.terms ?? null
  const { volumes, isNamed } = candidates(key, storage)
  const fitting = volumes.find((volume) => whyUnfit(key, terms, volume, taken) === null)
  const isOfClass = (terms?.storageClassName ?? '') !== '' && fitting !== undefined
  if (!isNamed && !isOfClass && (terms === null || !needsVolume(terms))) return null
  const other = fitting === undefined ? 'a PersistentVolume' : `the PersistentVolume ${fitting.name}`
  return {
    message: `the claim ${key} stays on its volume of the engine, where its data is, and is not bound to ${other}`,
    suggestion:
      'give the claim another name, here and in its pods; or remove its pods, copy the data, and remove that volume with docker volume rm',
  }
}

/** It gets a volume of the engine though there are some that look meant for it. */
function tellUnfit(key: PodKey, { storage, taken }: Known): Told | null {
  const terms = storage.claims.get(key)?.terms ?? null
  const free = candidates(key, storage).volumes.filter(
    (volume) => !taken.has(volume.key) && volume.claimRef === null && volume.elsewhere === null,
  )
  const faults = free.flatMap((volume) => {
    const fault = whyUnfit(key, terms, volume, taken)
    return fault === null ? [] : [`${volume.name} ${fault}`]
  })
  if (faults.length === 0) return null
  return {
    message: `no PersistentVolume fits the claim ${key}, so it has a volume of the engine, empty at first: ${faults.join('; ')}`,
    suggestion: 'make one fit, or name another storageClassName',
  }
}
