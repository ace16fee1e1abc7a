/** What of the manifests is kept in the state folder beside the pods' own records: what each last said well. Secrets never are. */

import type { ConfigKey, ConfigObject, DesiredClaim, DesiredService, KeptVolume, PodKey } from '../pod/index.js'
import type { ClaimRecords, Clock, ConfigRecords, Logger, ServiceRecords, VolumeRecords } from '../ports/index.js'
import { Keeper } from './keeper.js'

export interface KeepersParts {
  readonly configs: ConfigRecords
  readonly services: ServiceRecords
  readonly claims: ClaimRecords
  readonly volumeRecords: VolumeRecords
  readonly clock: Clock
  readonly logger: Logger
}

/** What is in force. */
export interface Kept {
  object(key: ConfigKey): ConfigObject | null
  readonly services: ReadonlyMap<PodKey, DesiredService>
  readonly claims: ReadonlyMap<PodKey, DesiredClaim>
  readonly storage: { readonly kept: ReadonlyMap<PodKey, KeptVolume> }
}

export class Keepers {
  readonly #book: () => Kept | null
  readonly #configs: Keeper<ConfigObject>
  readonly #services: Keeper<DesiredService>
  readonly #claims: Keeper<DesiredClaim>
  readonly #volumes: Keeper<KeptVolume>
  /** As noted last. */
  #noted = notedOf(null)

  constructor({ configs, services, claims, volumeRecords, ...parts }: KeepersParts, book: () => Kept | null) {
    this.#book = book

    this.#configs = new Keeper({ ...parts, noun: 'ConfigMaps', records: configs }, (key) => book()?.object(key) ?? null)
    this.#services = new Keeper(
      { ...parts, noun: 'Services', records: services },
      (key) => book()?.services.get(key) ?? null,
    )
    this.#claims = new Keeper(
      { ...parts, noun: 'PersistentVolumeClaims', records: claims },
      (key) => book()?.claims.get(key) ?? null,
    )
    this.#volumes = new Keeper(
      { ...parts, noun: 'PersistentVolumes', records: volumeRecords },
      (key) => book()?.storage.kept.get(key) ?? null,
    )
  }

  /** What is in force is what the state folder said. */
  restored(): void {
    this.#noted = notedOf(this.#book())
  }

  /** What is in force may be something else now. @param objects those that came, changed or went */
  note(objects: readonly ConfigKey[]): void {
    const book = this.#book()
    if (book === null) return
    this.#configs.note(objects.filter((key) => key.startsWith('ConfigMap ')))
    this.#services.note(changedKeys(this.#noted.services, book.services))
    this.#claims.note(changedKeys(this.#noted.claims, book.claims))
    this.#volumes.note(changedKeys(this.#noted.volumes, book.storage.kept))
    this.#noted = notedOf(book)
  }

  close(): void {
    for (const keeper of [this.#configs, this.#services, this.#claims, this.#volumes]) keeper.close()
  }
}

interface Noted extends Pick<Kept, 'services' | 'claims'> {
  readonly volumes: ReadonlyMap<PodKey, KeptVolume>
}

function notedOf(book: Kept | null): Noted {
  if (book === null) return { services: new Map(), claims: new Map(), volumes: new Map() }
  return { services: book.services, claims: book.claims, volumes: book.storage.kept }
}

function changedKeys<One>(before: ReadonlyMap<PodKey, One>, now: ReadonlyMap<PodKey, One>): PodKey[] {
  if (before === now) return []
  const isSame = (key: PodKey): boolean => JSON.stringify(before.get(key)) === JSON.stringify(now.get(key))
  return [...new Set([...before.keys(), ...now.keys()])].filter((key) => !isSame(key))
}
