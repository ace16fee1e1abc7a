/**
 * Which storage each claim has, and the pods with it in their claims' place.
 *
 * S1  Nothing is decided before the engine was asked which claims have a volume of its own: what has data there stays there. It is asked
 *     anew for each claim that comes, for somebody may have removed its volume meanwhile. Where no manifest speaks of PersistentVolumes
 *     nothing has to be decided, and nobody is asked.
 * S2  A claim that was bound stays so, also after podkeep's restart, until neither the PersistentVolume nor anybody who names the claim has
 *     a manifest.
 * S3  A pod is the same object as before as long as its storage is the same.
 */

import {
  bindClaims,
  claimWarnings,
  needsVolume,
  withStorage,
  type Binding,
  type DecodedFile,
  type Storage,
} from '../manifest/index.js'
import {
  claimKey,
  claimsOf,
  type Claim,
  type DesiredPod,
  type KeptVolume,
  type PersistentVolume,
  type PodKey,
  type Problem,
} from '../pod/index.js'

/** What the manifests say of storage. */
export interface Wanted extends Pick<Storage, 'claims' | 'volumes' | 'unread'> {
  /** Those that are there, or still were a moment ago. */
  readonly pods: ReadonlyMap<PodKey, DesiredPod>
  /** What of them is in force. */
  readonly files: readonly DecodedFile[]
}

const nothingWanted: Wanted = { claims: new Map(), volumes: new Map(), unread: null, pods: new Map(), files: [] }

export class StorageBook {
  #wanted: Wanted = nothingWanted
  readonly #bound: Map<PodKey, PersistentVolume>
  /** Claims of pods that had a volume of the engine's when it was asked, or were told to have one since. */
  #onEngine: ReadonlySet<PodKey> = new Set()
  /** null: every claim has a volume of the engine's. */
  #bindings: ReadonlyMap<PodKey, Binding> | null = null
  readonly #open = new Set<PodKey>()
  #kept: ReadonlyMap<PodKey, KeptVolume> = new Map()
  #warnings: readonly Problem[] = []
  readonly #made = new WeakMap<DesiredPod, DesiredPod>()
  readonly #originals = new WeakMap<DesiredPod, DesiredPod>()

  constructor(stored: readonly KeptVolume[]) {
    const held = stored.flatMap((volume) => (volume.boundTo === null ? [] : [[volume.boundTo, volume] as const]))
    this.#bound = new Map(held)
  }

  /** Some claim has no storage yet: the engine is to be asked, and `decide` told. */
  get isOpen(): boolean {
    return this.#open.size > 0
  }

  /** What is to be remembered. */
  get kept(): ReadonlyMap<PodKey, KeptVolume> {
    return this.#kept
  }

  get warnings(): readonly Problem[] {
    return this.#warnings
  }

  /** The manifests may say something else now. */
  want(wanted: Wanted): void {
    this.#wanted = wanted
    this.forget()
    this.#bind()
  }

  /** Pods may be gone: what nobody names any more has to be decided anew when it is named again. */
  forget(): void {
    if (this.#bound.size + this.#onEngine.size === 0) return
    const keys = this.#keys()
    for (const [claim, { key }] of this.#bound) {
      const volume = this.#wanted.volumes.get(key)
      if (volume !== undefined) this.#bound.set(claim, volume)
      else if (!keys.has(claim)) this.#bound.delete(claim)
    }
    const named = this.#keysOfPods()
    this.#onEngine = new Set([...this.#onEngine].filter((key) => named.has(key)))
    this.#keep()
  }

  /** @param claims those that have a volume of the engine's now. @returns what was bound by that */
  decide(claims: readonly Claim[]): readonly KeptVolume[] {
    this.#onEngine = new Set([...claims.map(claimKey), ...this.#onEngine])
    const bindings = bindClaims([...this.#keys(), ...this.#open], this.#storage())
    const named = this.#keysOfPods()
    const isOnEngine = (key: PodKey): boolean => this.#onEngine.has(key) || bindings.get(key)?.kind === 'engine'
    for (const [key, binding] of bindings) if (binding.kind === 'volume') this.#bound.set(key, binding.volume)
    this.#onEngine = new Set([...named].filter(isOnEngine))
    this.#open.clear()
    const before = this.#kept
    this.#settle(bindings)
    return [...this.#kept.values()].filter(({ key, boundTo }) => boundTo !== (before.get(key)?.boundTo ?? null))
  }

  /** @param pod also one that this made */
  withStorage(pod: DesiredPod): DesiredPod {
    const original = this.#originals.get(pod) ?? pod
    const bindings = this.#bindings
    const bindingOf = (claim: PodKey): Binding | null => {
      const binding = bindings?.get(claim) ?? null
      if (binding === null) this.#open.add(claim)
      return binding
    }
    const made = bindings === null ? original : withStorage(original, bindingOf)
    const before = this.#made.get(original) ?? original
    if (made === before || JSON.stringify(made.volumes) === JSON.stringify(before.volumes)) return before
    if (made !== original) this.#originals.set(made, original)
    this.#made.set(original, made)
    return made
  }

  /** With what was decided before; what was not is open. */
  #bind(): void {
    this.#open.clear()
    const { claims, volumes, unread } = this.#wanted
    const isAsked = [...claims.values()].some(({ terms }) => terms !== undefined && needsVolume(terms))
    if (volumes.size + this.#bound.size === 0 && unread === null && !isAsked) {
      this.#onEngine = new Set()
      this.#settle(null)
    } else {
      const isSettled = (key: PodKey): boolean => this.#bound.has(key) || this.#onEngine.has(key)
      const keys = [...this.#keys()]
      const waiting = [...(this.#bindings ?? [])].filter(([key, { kind }]) => kind === 'none' && keys.includes(key))
      for (const key of keys) if (!isSettled(key)) this.#open.add(key)
      this.#settle(new Map([...waiting, ...bindClaims(keys.filter(isSettled), this.#storage())]))
    }
  }

  #settle(bindings: ReadonlyMap<PodKey, Binding> | null): void {
    this.#bindings = bindings
    this.#warnings = bindings === null ? [] : claimWarnings(bindings, this.#storage(), this.#wanted.files)
    this.#keep()
  }

  #storage(): Storage {
    return { ...this.#wanted, bound: this.#bound, onEngine: this.#onEngine }
  }

  #keys(): ReadonlySet<PodKey> {
    return new Set([...this.#keysOfPods(), ...this.#wanted.claims.keys()])
  }

  #keysOfPods(): ReadonlySet<PodKey> {
    return new Set([...this.#wanted.pods.values()].flatMap(({ volumes }) => claimsOf(volumes).map(claimKey)))
  }

  #keep(): void {
    const kept = new Map<PodKey, KeptVolume>()
    for (const volume of this.#wanted.volumes.values()) kept.set(volume.key, { ...volume, boundTo: null })
    for (const [boundTo, volume] of this.#bound)
      kept.set(volume.key, { ...(this.#wanted.volumes.get(volume.key) ?? volume), boundTo })
    this.#kept = kept
  }
}
