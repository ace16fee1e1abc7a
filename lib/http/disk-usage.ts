/**
 * What containers and volumes have on the disks. Where a container's files are the engine is asked once for each, a few at a time;
 * how much is in them is measured beside everything else (MachineReader). What is not known after a moment is left out this time.
 */

import { claimKey, type Claim, type ContainerId, type PodKey } from '../pod/index.js'
import type { ContainerPlaces, ContainerReader, FolderUse, MachineReader, VolumeUse } from '../ports/index.js'
import type { RunningContainer } from './pod-containers.js'
import { someAtATime, within } from './turns.js'

export interface ContainerDisk {
  readonly rootfs: FolderUse | null
  readonly logs: FolderUse | null
}

export interface ClaimUse extends VolumeUse {
  readonly claim: Claim
}

export interface PodOnDisk {
  readonly uid: string
  readonly containers: readonly RunningContainer[]
  readonly claims: readonly NamedClaim[]
}

export interface NamedClaim {
  /** Of the pod's volume. */
  readonly name: string
  readonly claim: Claim
}

const atATime = 4
const momentMs = 60
const nowhere: ContainerPlaces = { logFile: null, writableFolder: null }

export class DiskUsage {
  readonly #reader: ContainerReader
  readonly #machine: MachineReader
  readonly #places = new Map<ContainerId, ContainerPlaces>()
  /** By namespace and name. */
  readonly #claimFolders = new Map<PodKey, string>()
  #asking: Promise<void> | null = null

  constructor(reader: ContainerReader, machine: MachineReader) {
    this.#reader = reader
    this.#machine = machine
  }

  /** Begins what is to be measured, and waits a moment for it. */
  async look(pods: readonly PodOnDisk[]): Promise<void> {
    const ids = pods.flatMap(({ containers }) => containers.map(({ id }) => id))
    const claims = new Map(pods.flatMap((pod) => pod.claims.map(({ claim }) => [claimKey(claim), claim] as const)))
    this.#forgetOthers(new Set(ids), claims)
    this.#asking ??= this.#ask(ids, claims).finally(() => (this.#asking = null))
    await within(momentMs, this.#asking)
    for (const { uid, containers, claims: named } of pods) {
      this.volumes(uid)
      this.claims(named)
      for (const { id } of containers) this.container(id)
    }
    await this.#machine.measured()
  }

  volumes(uid: string): VolumeUse[] {
    return this.#machine.volumes(uid)
  }

  claims(named: readonly NamedClaim[]): ClaimUse[] {
    return named.flatMap(({ name, claim }) => {
      const folder = this.#claimFolders.get(claimKey(claim))
      const use = folder === undefined ? null : this.#machine.folder(folder)
      return use === null ? [] : [{ name, claim, ...use }]
    })
  }

  container(id: ContainerId): ContainerDisk {
    const { logFile, writableFolder } = this.#places.get(id) ?? nowhere
    const useOf = (path: string | null): FolderUse | null => (path === null ? null : this.#machine.folder(path))
    return { rootfs: useOf(writableFolder), logs: useOf(logFile) }
  }

  /** An engine that does not answer now is asked again next time. */
  async #ask(ids: readonly ContainerId[], claims: ReadonlyMap<PodKey, Claim>): Promise<void> {
    const newIds = ids.filter((id) => !this.#places.has(id))
    await someAtATime(atATime, newIds, async (id) => {
      const places = await this.#reader.places(id).catch(() => null)
      if (places !== null) this.#places.set(id, places)
    })
    const newClaims = [...claims].filter(([key]) => !this.#claimFolders.has(key))
    await someAtATime(atATime, newClaims, async ([key, claim]) => {
      const folder = await this.#reader.claimFolder(claim).catch(() => null)
      if (folder !== null) this.#claimFolders.set(key, folder)
    })
  }

  #forgetOthers(ids: ReadonlySet<ContainerId>, claims: ReadonlyMap<PodKey, Claim>): void {
    for (const id of this.#places.keys()) if (!ids.has(id)) this.#places.delete(id)
    for (const key of this.#claimFolders.keys()) if (!claims.has(key)) this.#claimFolders.delete(key)
  }
}
