/** What is read of the model engine's containers; the contract suite holds it to what a real engine tells. */

import { PodkeepError, type Claim, type ContainerId } from '../../lib/pod/index.js'
import type { ContainerPlaces, ContainerReader, ContainerUse, LogQuery } from '../../lib/ports/index.js'
import type { ModelEngine } from './model-engine.js'

export class ModelReader implements ContainerReader {
  readonly #engine: ModelEngine
  readonly #node: string

  constructor(engine: ModelEngine, node: string) {
    this.#engine = engine
    this.#node = node
  }

  log(id: ContainerId, query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    if (this.#engine.find(id, this.#node) === undefined)
      return Promise.reject(new PodkeepError('CONTAINER_GONE', `reading the log of ${id}: no such container`))
    return Promise.resolve(this.#pieces(id, query, signal))
  }

  /** What a program says, it says at its end, and all of it to its output. */
  async *#pieces(id: ContainerId, query: LogQuery, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (query.follow) await this.#ended(id, signal)
    const one = this.#engine.find(id, this.#node)
    const atMs = one?.facts.finishedAtMs ?? null
    if (one === undefined || atMs === null || signal.aborted || query.streams === 'stderr') return
    if (query.sinceMs !== null && atMs < query.sinceMs) return
    const lines = one.program.output.split(/(?<=\n)/).filter((line) => line !== '')
    const last = query.tailLines === null ? lines : lines.slice(Math.max(0, lines.length - query.tailLines))
    const text = last.map((line) => (query.timestamps ? `${new Date(atMs).toISOString()} ${line}` : line)).join('')
    if (text !== '') yield new TextEncoder().encode(text)
  }

  #ended(id: ContainerId, signal: AbortSignal): Promise<void> {
    const isOver = (): boolean => this.#engine.find(id, this.#node)?.facts.state !== 'running' || signal.aborted
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isOver()) return
        unlisten()
        resolve()
      }
      const unlisten = this.#engine.listen({ node: this.#node, push: look, end: look })
      signal.addEventListener('abort', look)
      look()
    })
  }

  use(id: ContainerId): Promise<ContainerUse | null> {
    const one = this.#engine.find(id, this.#node)
    if (one?.facts.state !== 'running') return Promise.resolve(null)
    const none = { rssBytes: 0, cacheBytes: 0, pageFaults: 0, majorPageFaults: 0, limitBytes: null }
    return Promise.resolve({
      atMs: this.#engine.clock.wallMs(),
      ...{ cpuNanos: 0, userCpuNanos: 0, systemCpuNanos: 0, cpuLimits: null, devices: [], oomKillCount: null },
      throttling: null,
      memory: { usageBytes: 4096, workingSetBytes: 4096, ...none },
      swap: null,
      pressures: { cpu: null, memory: null, io: null },
      processCount: 1,
      pid: null,
    })
  }

  /** It has no files. */
  places(id: ContainerId): Promise<ContainerPlaces | null> {
    const isThere = this.#engine.find(id, this.#node) !== undefined
    return Promise.resolve(isThere ? { logFile: null, writableFolder: null } : null)
  }

  claimFolder({ namespace, name }: Claim): Promise<string | null> {
    const volume = [this.#node, namespace, name].join('_')
    return Promise.resolve(this.#engine.volumes.has(volume) ? `/engine/volumes/${volume}` : null)
  }
}
