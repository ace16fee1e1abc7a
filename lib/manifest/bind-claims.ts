/**
 * Which PersistentVolume each claim has. Source: pkg/controller/volume/persistentvolume syncUnboundClaim, FindMatchingVolume.
 *
 * B1  A claim keeps what it has, whatever documents come, go or say later: it is never led to other data, or to none.
 * B2  Who is named comes first: by a claim's volumeName, by a volume's claimRef. Then the smallest that fits, claims by their names.
 * B3  A claim that only a PersistentVolume will do for waits for it. Any other has a volume of the engine's where none fits: podkeep is
 *     what Kubernetes calls a dynamic provisioner, of every class. But not while a volume may stand in a file that cannot be read.
 */

import { sizeText, type ClaimTerms, type DesiredClaim, type PersistentVolume, type PodKey } from '../pod/index.js'
import { matchesLabels } from './selector-rules.js'

export type Binding =
  | { readonly kind: 'engine' }
  | { readonly kind: 'volume'; readonly volume: PersistentVolume }
  /** For people. */
  | { readonly kind: 'none'; readonly why: string }

export interface Storage {
  /** Of documents; a claim needs none. */
  readonly claims: ReadonlyMap<PodKey, DesiredClaim>
  /** By their keys, in force. */
  readonly volumes: ReadonlyMap<PodKey, PersistentVolume>
  /** What claims have already, as it was last said well. */
  readonly bound: ReadonlyMap<PodKey, PersistentVolume>
  /** Claims whose storage is a volume of the engine's already. */
  readonly onEngine: ReadonlySet<PodKey>
  /** Why there may be volumes that are not known; null: there are none. */
  readonly unread: string | null
}

/** @param keys of claims, whoever names them: a document, a pod */
export function bindClaims(keys: Iterable<PodKey>, storage: Storage): ReadonlyMap<PodKey, Binding> {
  const { bound, onEngine, volumes } = storage
  const bindings = new Map<PodKey, Binding>()
  const taken = new Map([...bound].map(([claim, { key }]) => [key, claim]))
  const open: PodKey[] = []
  for (const key of [...new Set(keys)].sort()) {
    const volume = bound.get(key)
    if (volume !== undefined) bindings.set(key, { kind: 'volume', volume: volumes.get(volume.key) ?? volume })
    else if (onEngine.has(key)) bindings.set(key, { kind: 'engine' })
    else open.push(key)
  }
  const isNamed = (key: PodKey): boolean => candidates(key, storage).isNamed
  for (const key of [...open.filter(isNamed), ...open.filter((one) => !isNamed(one))]) {
    const binding = bindOne(key, storage, taken)
    if (binding.kind === 'volume') taken.set(binding.volume.key, key)
    bindings.set(key, binding)
  }
  return bindings
}

function bindOne(key: PodKey, storage: Storage, taken: ReadonlyMap<PodKey, PodKey>): Binding {
  const terms = storage.claims.get(key)?.terms ?? null
  const { volumes, isNamed } = candidates(key, storage)
  const faults: string[] = []
  for (const volume of [...volumes].sort(smallestFirst)) {
    const fault = whyUnfit(key, terms, volume, taken)
    if (fault === null) return { kind: 'volume', volume }
    faults.push(`${volume.name} ${fault}`)
  }
  if (isNamed || (terms !== null && needsVolume(terms))) return { kind: 'none', why: whyUnbound(key, terms, faults) }
  if (storage.unread === null) return { kind: 'engine' }
  return {
    kind: 'none',
    why: `the claim ${key} gets no storage while its PersistentVolume may stand in what cannot be read: ${storage.unread}`,
  }
}

/** The volumes that may be the claim's; named: no others will do. */
export function candidates(
  key: PodKey,
  { claims, volumes }: Storage,
): { readonly volumes: readonly PersistentVolume[]; readonly isNamed: boolean } {
  const all = [...volumes.values()]
  const terms = claims.get(key)?.terms ?? null
  const wanted = terms?.volumeName ?? null
  if (wanted !== null) return { volumes: all.filter(({ name }) => name === wanted), isNamed: true }
  const reserved = all.filter((volume) => keyOfClaimRef(volume) === key)
  if (reserved.length > 0) return { volumes: reserved, isNamed: true }
  if (terms === null) return { volumes: [], isNamed: false }
  return { volumes: all.filter((one) => one.storageClassName === (terms.storageClassName ?? '')), isNamed: false }
}

/** An engine's volume would not be what is asked for. */
export function needsVolume({ storageClassName, volumeName, selector }: ClaimTerms): boolean {
  return storageClassName === '' || volumeName !== null || selector !== null
}

/** null: it fits. @param terms null: there is no document that says any; @param taken whose each volume is */
export function whyUnfit(
  key: PodKey,
  terms: ClaimTerms | null,
  volume: PersistentVolume,
  taken: ReadonlyMap<PodKey, PodKey>,
): string | null {
  const { accessModes, capacityBytes, claimRef, elsewhere, labels, storageClassName } = volume
  const holder = taken.get(volume.key)
  if (holder !== undefined) return `is bound to the claim ${holder}`
  if (claimRef !== null && keyOfClaimRef(volume) !== key) return `is kept for the claim ${keyOfClaimRef(volume) ?? ''}`
  if (elsewhere !== null) return `is on another node: ${elsewhere}`
  if (terms === null) return null
  if (claimRef === null && storageClassName !== (terms.storageClassName ?? ''))
    return storageClassName === '' ? 'has no class' : `is of class "${storageClassName}"`
  const lacking = terms.accessModes.filter((mode) => !accessModes.includes(mode))
  if (lacking.length > 0) return `has not the access mode ${lacking.join(', ')}`
  if (capacityBytes < terms.requestBytes)
    return `holds ${sizeText(capacityBytes)} where ${sizeText(terms.requestBytes)} are asked for`
  if (terms.selector !== null && !matchesLabels(terms.selector, labels))
    return 'has not the labels that the selector asks for'
  return null
}

function keyOfClaimRef({ claimRef }: PersistentVolume): PodKey | null {
  return claimRef === null ? null : (`${claimRef.namespace}/${claimRef.name}` as PodKey)
}

function smallestFirst(one: PersistentVolume, other: PersistentVolume): number {
  return one.capacityBytes - other.capacityBytes || (one.name < other.name ? -1 : 1)
}

function whyUnbound(key: PodKey, terms: ClaimTerms | null, faults: readonly string[]): string {
  const seen = faults.length === 0 ? 'there is none' : faults.join('; ')
  return `the claim ${key} is unbound, and waits for ${wantedText(terms)} (${seen})`
}

function wantedText(terms: ClaimTerms | null): string {
  if (terms === null) return 'the PersistentVolume that is kept for it'
  const { accessModes, requestBytes, selector, storageClassName, volumeName } = terms
  const which = volumeName === null ? 'a PersistentVolume' : `the PersistentVolume ${volumeName}`
  const ofClass = (storageClassName ?? '') === '' ? 'without a class' : `of class "${storageClassName ?? ''}"`
  const labels = selector === null ? '' : ', with the labels of its selector'
  return `${which} ${ofClass}, of at least ${sizeText(requestBytes)}, with ${accessModes.join(' and ')}${labels}`
}
