/**
 * What changed, for those who follow: kept as a number for each thing, not as a queue of messages, so that a client that is
 * slow, or was away, costs nothing and gets what holds now. Listens only while somebody follows.
 *
 * F1  Nothing grows with time or with the number of changes.
 * F2  Who comes back with the number it had gets what changed since; who comes too late, or from an earlier podkeep, gets all.
 */

import { randomBytes } from 'node:crypto'

import type { PodKey, RecordedEvent } from '../pod/index.js'
import type { History, PodStatusEntry, StatusBoard } from '../ports/index.js'

/** What somebody who is at a number has not seen. */
export interface News {
  /** Of the pods and the manifests: everything there is, not only what changed. */
  readonly isWhole: boolean
  readonly pods: readonly PodStatusEntry[]
  readonly removed: readonly PodKey[]
  readonly manifests: boolean
  readonly events: readonly RecordedEvent[]
  /** The mark to come back with. */
  readonly mark: string
}

/** Who was away while more things changed than this, or for longer, gets everything. */
const mostNumbers = 2000
const lingerMs = 120_000

export class ChangeFeed {
  readonly #board: StatusBoard
  readonly #history: History
  /** Another podkeep's numbers mean nothing here. */
  readonly #epoch = randomBytes(6).toString('hex')
  readonly #pods = new Map<PodKey, number>()
  readonly #events = new Map<string, number>()
  readonly #followers = new Set<() => void>()
  #manifests = 0
  #now = 0
  /** Before it, nothing is known. */
  #since = 0
  #stopListening: (() => void) | null = null
  #lingering: NodeJS.Timeout | null = null

  constructor(board: StatusBoard, history: History) {
    this.#board = board
    this.#history = history
  }

  /** `wake` is called at each change; the answer ends it. */
  follow(wake: () => void): () => void {
    if (this.#lingering !== null) clearTimeout(this.#lingering)
    this.#lingering = null
    this.#listen()
    this.#followers.add(wake)
    return () => {
      this.#followers.delete(wake)
      if (this.#followers.size > 0) return
      this.#lingering ??= setTimeout(() => this.close(), lingerMs).unref()
    }
  }

  close(): void {
    if (this.#lingering !== null) clearTimeout(this.#lingering)
    this.#lingering = null
    this.#stopListening?.()
    this.#stopListening = null
  }

  /** @param mark of the last news; null, or one that means nothing here: all there is */
  newsSince(mark: string | null): News {
    const since = this.#numberOf(mark)
    const next = `${this.#epoch}-${this.#now}`
    if (since === null) {
      return {
        isWhole: true,
        pods: this.#board.pods(),
        removed: [],
        manifests: true,
        events: this.#history.events(),
        mark: next,
      }
    }
    const changed = [...this.#pods].filter(([, number]) => number > since).map(([key]) => key)
    const pods = changed.map((key) => this.#board.pod(key)).filter((entry) => entry !== undefined)
    const present = new Set(pods.map(({ key }) => key))
    const removed = changed.filter((key) => !present.has(key))
    const events = this.#history.events().filter(({ id }) => (this.#events.get(id) ?? 0) > since)
    return { isWhole: false, pods, removed, manifests: this.#manifests > since, events, mark: next }
  }

  #numberOf(mark: string | null): number | null {
    const [, epoch, digits] = /^([0-9a-f]{12})-(\d{1,15})$/.exec(mark ?? '') ?? []
    const number = Number(digits)
    return epoch === this.#epoch && number >= this.#since && number <= this.#now ? number : null
  }

  #listen(): void {
    if (this.#stopListening !== null) return
    this.#now += 1
    this.#since = this.#now
    const stops = [
      this.#board.onChange((what) => {
        this.#now += 1
        if (what.kind === 'manifests') this.#manifests = this.#now
        else this.#note(this.#pods, what.key)
        this.#wake()
      }),
      this.#history.onEvent((event) => {
        this.#now += 1
        this.#note(this.#events, event.id)
        this.#wake()
      }),
    ]
    this.#stopListening = () => {
      for (const stop of stops) stop()
      this.#pods.clear()
      this.#events.clear()
    }
  }

  /** In the order of the numbers, so that the first is the oldest. */
  #note<Key>(numbers: Map<Key, number>, key: Key): void {
    numbers.delete(key)
    numbers.set(key, this.#now)
    const first = numbers.size > mostNumbers ? numbers.entries().next().value : undefined
    if (first === undefined) return
    numbers.delete(first[0])
    this.#since = Math.max(this.#since, first[1])
  }

  #wake(): void {
    for (const wake of this.#followers) wake()
  }
}
