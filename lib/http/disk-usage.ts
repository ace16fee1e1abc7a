/**
 * What containers and volumes have on the disks. Where a container's files are the engine is asked once for each, a few at a time;
 * how much is in them is measured beside everything else (MachineReader). What is not known after a moment is left out this time.
 */

import type { ContainerId } from '../pod/index.js'
import type { ContainerPlaces, ContainerReader, FolderUse, MachineReader, VolumeUse } from '../ports/index.js'
import type { RunningContainer } from './pod-containers.js'
import { someAtATime, within } from './turns.js'

export interface ContainerDisk {
  readonly rootfs: FolderUse | null
  readonly logs: FolderUse | null
}

export interface PodOnDisk {
  readonly uid: string
  readonly containers: readonly RunningContainer[]
}

const atATime = 4
const momentMs = 60
const nowhere: ContainerPlaces = { logFile: null, writableFolder: null }

export class DiskUsage {
  readonly #reader: ContainerReader
  readonly #machine: MachineReader
  readonly #places = new Map<ContainerId, ContainerPlaces>()
  #asking: Promise<void> | null = null

  constructor(reader: ContainerReader, machine: MachineReader) {
    this.#reader = reader
    this.#machine = machine
  }

  /** Begins what is to be measured, and waits a moment for it. */
  async look(pods: readonly PodOnDisk[]): Promise<void> {
    const ids = pods.flatMap(({ containers }) => containers.map(({ id }) => id))
    this.#forgetOthers(new Set(ids))
    this.#asking ??= this.#ask(ids.filter((id) => !this.#places.has(id))).finally(() => (this.#asking = null))
    await within(momentMs, this.#asking)
    for (const { uid, containers } of pods) {
      this.volumes(uid)
      for (const { id } of containers) this.container(id)
    }
    await this.#machine.measured()
  }

  volumes(uid: string): VolumeUse[] {
    return this.#machine.volumes(uid)
  }

  container(id: ContainerId): ContainerDisk {
    const { logFile, writableFolder } = this.#places.get(id) ?? nowhere
    const useOf = (path: string | null): FolderUse | null => (path === null ? null : this.#machine.folder(path))
    return { rootfs: useOf(writableFolder), logs: useOf(logFile) }
  }

  /** An engine that does not answer now is asked again next time. */
  async #ask(ids: readonly ContainerId[]): Promise<void> {
    await someAtATime(atATime, ids, async (id) => {
      const places = await this.#reader.places(id).catch(() => null)
      if (places !== null) this.#places.set(id, places)
    })
  }

  #forgetOthers(ids: ReadonlySet<ContainerId>): void {
    for (const id of this.#places.keys()) if (!ids.has(id)) this.#places.delete(id)
  }
}
