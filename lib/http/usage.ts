/**
 * What the machine and the running containers use, for a few seconds: whoever asks within them gets the same. Nothing is read while
 * nobody asks; the sample before is kept, because a rate is between two.
 */

import type { ContainerId } from '../pod/index.js'
import type {
  ContainerUse,
  InterfaceUse,
  MachineReader,
  MachineUse,
  PodStatusEntry,
  StatusBoard,
} from '../ports/index.js'
import { runningContainers, type RunningContainer } from './pod-containers.js'

export interface ContainerSample extends RunningContainer {
  readonly use: ContainerUse | null
  /** Cores in billionths; null: there is nothing to compare with yet. */
  readonly nanoCores: number | null
}

export interface PodSample {
  readonly entry: PodStatusEntry
  readonly containers: readonly ContainerSample[]
  /** null: it is on the host's network, or cannot be seen. */
  readonly interfaces: readonly InterfaceUse[] | null
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

export class Usage {
  readonly #board: StatusBoard
  readonly #reader: MachineReader
  #last: { readonly sample: Promise<Sample>; readonly atMs: number } | null = null
  #cpuBefore = new Map<ContainerId | 'machine', CpuReading>()

  constructor(board: StatusBoard, reader: MachineReader) {
    this.#board = board
    this.#reader = reader
  }

  sample(): Promise<Sample> {
    const nowMs = Date.now()
    if (this.#last !== null && Math.abs(nowMs - this.#last.atMs) < freshMs) return this.#last.sample
    const sample = this.#read()
    this.#last = { sample, atMs: nowMs }
    sample.catch(() => (this.#last = null))
    return sample
  }

  async #read(): Promise<Sample> {
    const machine = await this.#reader.machine()
    const cpuNow = new Map<ContainerId | 'machine', CpuReading>()
    const rateOf = (key: ContainerId | 'machine', { cpuNanos, atMs }: CpuReading): number | null => {
      cpuNow.set(key, { cpuNanos, atMs })
      const before = this.#cpuBefore.get(key)
      const spanMs = before === undefined ? 0 : atMs - before.atMs
      if (before === undefined || spanMs <= 0 || spanMs > longestMs) return null
      return Math.max(0, Math.round(((cpuNanos - before.cpuNanos) * 1000) / spanMs))
    }
    const machineNanoCores = rateOf('machine', machine)
    const pods = this.#board.pods().map((entry): PodSample => {
      const containers = runningContainers(entry).map((one): ContainerSample => {
        const use = this.#reader.container(one.id)
        return { ...one, use, nanoCores: use === null ? null : rateOf(one.id, use) }
      })
      return { entry, containers, interfaces: this.#interfaces(entry, containers) }
    })
    this.#cpuBefore = cpuNow
    return { machine, machineNanoCores, pods }
  }

  /** All containers of a pod are in one network. */
  #interfaces({ manifest }: PodStatusEntry, containers: readonly ContainerSample[]): InterfaceUse[] | null {
    if (manifest?.spec['hostNetwork'] === true) return null
    const pid = containers.find(({ use }) => use !== null && use.pid !== null)?.use?.pid ?? null
    return pid === null ? null : this.#reader.interfaces(pid)
  }
}
