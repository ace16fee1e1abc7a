/**
 * One podkeep per node name and engine: two would take each other's containers for what an earlier version of themselves left, and
 * replace them without end. The claim is the name of an abstract socket, which dies with its process; who asks there is told
 * who that is.
 *
 * N1  What cannot be seen is not refused: a podkeep in another network namespace, or on another machine with the same remote engine.
 * N2  One that is about to end is waited for, but not for long.
 */

import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import { PodkeepError } from '../pod/index.js'
import type { NodeClaim } from '../ports/index.js'
import { askHolder, holdName, type HeldName } from './abstract-socket.js'
import { stateError } from './failure.js'
import { parsed } from './record-file.js'
import { isObject } from './shape.js'

const patienceMs = 3000
const againMs = 200

export class LocalNodeClaim implements NodeClaim {
  /** Settles when the claim was refused. */
  readonly refused: Promise<PodkeepError>
  readonly #node: string
  readonly #words: string
  readonly #refuse: (error: PodkeepError) => void
  #held: { readonly engine: string; readonly name: HeldName } | null = null

  /** @param directory the state folder, for whoever comes second */
  constructor({ node, directory }: { readonly node: string; readonly directory: string }) {
    this.#node = node
    this.#words = `${JSON.stringify({ pid: process.pid, directory, startedAt: new Date().toISOString() })}\n`
    let refuse: (error: PodkeepError) => void = () => undefined
    this.refused = new Promise((resolve) => (refuse = resolve))
    this.#refuse = refuse
  }

  async take(engine: string): Promise<void> {
    if (this.#held?.engine === engine) return
    const name = nameOf(engine, this.#node)
    const held = await this.#hold(name).catch((error: unknown) => {
      throw stateError(`cannot claim node ${this.#node}`, error)
    })
    if (held === null) {
      const error = takenBy(await askHolder(name), this.#node)
      this.#refuse(error)
      throw error
    }
    const before = this.#held
    this.#held = { engine, name: held }
    await before?.name.release()
  }

  async release(): Promise<void> {
    await this.#held?.name.release()
    this.#held = null
  }

  async #hold(name: string): Promise<HeldName | null> {
    const untilMs = performance.now() + patienceMs
    for (;;) {
      const held = await holdName(name, (asker) => asker.on('error', () => undefined).end(this.#words))
      if (held !== null || performance.now() >= untilMs) return held
      await sleep(againMs)
    }
  }
}

/** Of one length, however long the parts are. */
function nameOf(engine: string, node: string): string {
  return `podkeep-node-${createHash('sha256').update(`${engine}\n${node}`).digest('hex')}`
}

function takenBy(words: string, node: string): PodkeepError {
  const said = parsed(words)
  const { pid, directory, startedAt } = isObject(said) ? said : {}
  const isKnown = typeof pid === 'number' && typeof directory === 'string' && typeof startedAt === 'string'
  const who = isKnown ? ` (pid ${pid}, started ${startedAt}, state folder ${directory})` : ''
  return new PodkeepError('NODE_TAKEN', `another podkeep${who} keeps the pods of node "${node}" on this engine`)
}
