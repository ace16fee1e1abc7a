/**
 * What the machine and the running containers use, for a few seconds: whoever asks within them gets the same. Nothing is read while
 * nobody asks; the sample before is kept, because a rate is between two.
 *
 * U1  One reading at a time, and some time between two: else a slow one would come after one that began later, or right before it,
 *     and nothing is between them.
 * U2  What was not seen once, because the engine did not answer, is compared with what was seen before.
 */

import type { ContainerId } from '../pod/index.js'
import type {
  ContainerReader,
  ContainerUse,
  InterfaceUse,
  MachineReader,
  MachineUse,
  PodStatusEntry,
  StatusBoard,
  VolumeUse,
} from '../ports/index.js'
import { DiskUsage, type ClaimUse, type ContainerDisk } from './disk-usage.js'
import { claimsOf, runningContainers, type RunningContainer } from './pod-containers.js'
import { someAtATime, within } from './turns.js'

export interface ContainerSample extends RunningContainer, ContainerDisk {
  readonly use: ContainerUse | null
  /** Cores in billionths; null: there is nothing to compare with yet. */
  readonly nanoCores: number | null
}

export interface PodSample {
  readonly entry: PodStatusEntry
  readonly containers: readonly ContainerSample[]
  /** null: it is on the host's network, or cannot be seen. */
  readonly interfaces: readonly InterfaceUse[] | null
  /** Those that podkeep made for it, as far as they were measured. */
  readonly volumes: readonly VolumeUse[]
  /** What its persistentVolumeClaims hold, likewise. */
  readonly claims: readonly ClaimUse[]
}

export interface Sample {
  readonly machine: MachineUse
  readonly machineNanoCores: number | null
  readonly pods: readonly PodSample[]
}

interface CpuReading {
  readonly cpuNanos: number
  readonly atMs: number
}

const freshMs = 2000
/** A rate over longer than this tells nothing of now. */
const longestMs = 90_000
/** The engine is asked for what the kernel does not show here: so many at a time, and no longer. */
const engineCalls = 8
const enginePatienceMs = 3000

export class Usage {
  readonly #board: StatusBoard
  readonly #machine: MachineReader
  readonly #reader: ContainerReader
  readonly #disks: DiskUsage
  #last: { readonly sample: Sample; readonly atMs: number } | null = null
  #reading: Promise<Sample> | null = null
  #cpuBefore = new Map<ContainerId | 'machine', CpuReading>()

  constructor(board: StatusBoard, machine: MachineReader, reader: ContainerReader) {
    this.#board = board
    this.#machine = machine
    this.#reader = reader
    this.#disks = new DiskUsage(reader, machine)
  }

  async sample(): Promise<Sample> {
    if (this.#last !== null && Math.abs(Date.now() - this.#last.atMs) < freshMs) return this.#last.sample
    this.#reading ??= this.#read().finally(() => (this.#reading = null))
    return this.#reading
  }

  async #read(): Promise<Sample> {
    const machine = await this.#machine.machine()
    const cpuNow = new Map<ContainerId | 'machine', CpuReading>()
    const rateOf = (key: ContainerId | 'machine', { cpuNanos, atMs }: CpuReading): number | null => {
      cpuNow.set(key, { cpuNanos, atMs })
      const before = this.#cpuBefore.get(key)
      const spanMs = before === undefined ? 0 : atMs - before.atMs
      if (before === undefined || spanMs <= 0 || spanMs > longestMs) return null
      return Math.max(0, Math.round(((cpuNanos - before.cpuNanos) * 1000) / spanMs))
    }
    const machineNanoCores = rateOf('machine', machine)
    const running = this.#board.pods().map((entry) => ({
      ...{ entry, uid: entry.uid, containers: runningContainers(entry), claims: claimsOf(entry) },
    }))
    await this.#disks.look(running)
    const uses = await this.#uses(running.flatMap(({ containers }) => containers.map(({ id }) => id)))
    const pods = running.map(({ entry, uid, containers: all, claims }): PodSample => {
      const containers = all.map((one): ContainerSample => {
        const use = uses.get(one.id) ?? null
        return { ...one, use, nanoCores: use === null ? null : rateOf(one.id, use), ...this.#disks.container(one.id) }
      })
      const volumes = { volumes: this.#disks.volumes(uid), claims: this.#disks.claims(claims) }
      return { entry, containers, interfaces: this.#interfaces(entry, containers), ...volumes }
    })
    const nowMs = Date.now()
    const unseen = [...this.#cpuBefore].filter(([, { atMs }]) => Math.abs(nowMs - atMs) <= longestMs)
    this.#cpuBefore = new Map([...unseen, ...cpuNow])
    const sample = { machine, machineNanoCores, pods }
    this.#last = { sample, atMs: nowMs }
    return sample
  }

  async #uses(ids: readonly ContainerId[]): Promise<ReadonlyMap<ContainerId, ContainerUse>> {
    const uses = new Map<ContainerId, ContainerUse>()
    const look = (id: ContainerId, use: ContainerUse | null): void => {
      if (use !== null) uses.set(id, use)
    }
    for (const id of ids) look(id, this.#machine.container(id))
    const unseen = ids.filter((id) => !uses.has(id))
    const asked = someAtATime(engineCalls, unseen, async (id) => look(id, await this.#reader.use(id).catch(() => null)))
    await within(enginePatienceMs, asked)
    return new Map(uses)
  }

  /** All containers of a pod are in one network. */
  #interfaces({ manifest }: PodStatusEntry, containers: readonly ContainerSample[]): InterfaceUse[] | null {
    if (manifest?.spec['hostNetwork'] === true) return null
    const pid = containers.find(({ use }) => use !== null && use.pid !== null)?.use?.pid ?? null
    return pid === null ? null : this.#machine.interfaces(pid)
  }
}
