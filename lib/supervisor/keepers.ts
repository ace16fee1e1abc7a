/** What of the manifests is kept in the state folder beside the pods' own records: what each last said well. Secrets never are. */

import type { ConfigKey, ConfigObject, DesiredClaim, DesiredService, PodKey } from '../pod/index.js'
import type { ClaimRecords, Clock, ConfigRecords, Logger, ServiceRecords } from '../ports/index.js'
import { Keeper } from './keeper.js'

export interface KeepersParts {
  readonly configs: ConfigRecords
  readonly services: ServiceRecords
  readonly claims: ClaimRecords
  readonly clock: Clock
  readonly logger: Logger
}

/** What is in force. */
export interface Kept {
  object(key: ConfigKey): ConfigObject | null
  readonly services: ReadonlyMap<PodKey, DesiredService>
  readonly claims: ReadonlyMap<PodKey, DesiredClaim>
}

export class Keepers {
  readonly #book: () => Kept | null
  readonly #configs: Keeper<ConfigObject>
  readonly #services: Keeper<DesiredService>
  readonly #claims: Keeper<DesiredClaim>
  /** As noted last. */
  #noted: Pick<Kept, 'services' | 'claims'> = { services: new Map(), claims: new Map() }

  constructor({ configs, services, claims, ...parts }: KeepersParts, book: () => Kept | null) {
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
  }

  /** What is in force is what the state folder said. */
  restored(): void {
    const book = this.#book()
    if (book !== null) this.#noted = { services: book.services, claims: book.claims }
  }

  /** What is in force may be something else now. @param objects those that came, changed or went */
  note(objects: readonly ConfigKey[]): void {
    const book = this.#book()
    if (book === null) return
    this.#configs.note(objects.filter((key) => key.startsWith('ConfigMap ')))
    this.#services.note(changedKeys(this.#noted.services, book.services))
    this.#claims.note(changedKeys(this.#noted.claims, book.claims))
    this.#noted = { services: book.services, claims: book.claims }
  }

  close(): void {
    for (const keeper of [this.#configs, this.#services, this.#claims]) keeper.close()
  }
}

function changedKeys<Noted>(before: ReadonlyMap<PodKey, Noted>, now: ReadonlyMap<PodKey, Noted>): PodKey[] {
  if (before === now) return []
  const isSame = (key: PodKey): boolean => JSON.stringify(before.get(key)) === JSON.stringify(now.get(key))
  return [...new Set([...before.keys(), ...now.keys()])].filter((key) => !isSame(key))
}
