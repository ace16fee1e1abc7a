import { request, type IncomingMessage } from 'node:http'
import t, { type Test } from 'tap'

import { podKey, type PodKey } from '../../../lib/pod/index.js'
import type { PodStatusEntry } from '../../../lib/ports/index.js'
import { anEvent } from '../../support/board.js'
import { eventually } from '../../support/eventually.js'
import { aStatusServer } from '../../support/status-server.js'

const [web, db] = [podKey('default', 'web'), podKey('default', 'db')]

function entry(key: PodKey, phase: 'Running' | 'Pending' = 'Running', file = 'a.yaml'): PodStatusEntry {
  const status = { phase, conditions: [], qosClass: 'BestEffort', containerStatuses: [] }
  return { key, manifest: null, uid: 'uid-1', status, desire: 'run', file }
}

interface Message {
  readonly id: string | null
  readonly event: string
  readonly data: {
    readonly isWhole?: boolean
    readonly items?: { readonly metadata: { readonly name: string; readonly uid: string } }[]
    readonly removed?: string[]
  }
}

class Follower {
  readonly messages: Message[] = []
  comments = 0
  receivedBytes = 0
  code = 0
  isOver = false
  #text = ''
  #response: IncomingMessage | null = null
  readonly #request

  constructor(port: number, { lastEventId = '', isPaused = false } = {}) {
    const headers = lastEventId === '' ? {} : { 'last-event-id': lastEventId }
    this.#request = request({ host: '127.0.0.1', port, path: '/stream', agent: false, headers }, (response) => {
      this.#response = response
      this.code = response.statusCode ?? 0
      response.setEncoding('utf8')
      if (!isPaused) this.resume()
      response.on('close', () => (this.isOver = true))
      response.on('error', () => (this.isOver = true))
    })
    this.#request.on('error', () => (this.isOver = true))
    this.#request.end()
  }

  resume(): void {
    this.#response?.on('data', (chunk: string) => {
      this.receivedBytes += chunk.length
      this.#text += chunk
      const blocks = this.#text.split('\n\n')
      this.#text = blocks.pop() ?? ''
      for (const block of blocks) this.#take(block)
    })
  }

  get mark(): string {
    return this.messages.findLast(({ id }) => id !== null)?.id ?? ''
  }

  leave(): void {
    this.#request.destroy()
  }

  #take(block: string): void {
    const field = (name: string): string | null => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null
    if (block.startsWith(':')) this.comments += 1
    const [event, data] = [field('event'), field('data')]
    if (event === null || data === null) return
    this.messages.push({ id: field('id'), event, data: JSON.parse(data) as Message['data'] })
  }
}

async function started(t: Test, pace = { heartbeatMs: 15_000, patienceMs: 60_000 }) {
  const { board, history, server } = await aStatusServer(t, { pace })
  board.entries = [entry(web), entry(db)]
  const follow = (options: { lastEventId?: string; isPaused?: boolean } = {}): Follower => {
    const follower = new Follower(server.port, options)
    t.teardown(() => follower.leave())
    return follower
  }
  return { board, history, server, follow }
}

function told(follower: Follower, from = 0): string[] {
  return follower.messages.slice(from).map(({ event, data }) => {
    const names = (data.items ?? []).map(({ metadata }) => metadata.name)
    const removed = (data.removed ?? []).map((key) => `-${key}`)
    return [event, data.isWhole === true ? 'all' : 'new', ...names, ...removed].join(' ')
  })
}

await t.test('a stream begins with everything and goes on with what changes', async (t) => {
  const { board, history, follow } = await started(t)
  history.recorded = [anEvent(web)]
  const follower = follow()
  await eventually(() => follower.messages.length === 3)
  t.strictSame(told(follower), ['pods all web db', 'manifests new', 'events all web.17a'])
  t.strictSame(
    follower.messages.map(({ id }) => id !== null),
    [false, false, true],
    'the mark comes last',
  )
  board.entries = [entry(web, 'Pending')]
  board.change({ kind: 'pod', key: web })
  board.change({ kind: 'pod', key: web })
  board.change({ kind: 'pod', key: db })
  history.happen(anEvent(web, { count: 2 }))
  await eventually(() => follower.messages.length === 5)
  t.strictSame(told(follower, 3), ['pods new web -default/db', 'events new web.17a'], 'together')
  board.change({ kind: 'manifests' })
  await eventually(() => follower.messages.length === 6)
  t.strictSame(told(follower, 5), ['manifests new'])
})

await t.test('a stream that is resumed begins with what changed since', async (t) => {
  const { board, history, follow } = await started(t)
  const first = follow()
  await eventually(() => first.mark !== '')
  first.leave()
  board.change({ kind: 'pod', key: db })
  history.happen(anEvent(db))
  const second = follow({ lastEventId: first.mark })
  await eventually(() => second.messages.length === 2)
  t.strictSame(told(second), ['pods new db', 'events new db.17a'])
  const third = follow({ lastEventId: second.mark })
  board.change({ kind: 'pod', key: web })
  await eventually(() => third.messages.length > 0)
  t.strictSame(told(third), ['pods new web'])
  for (const lastEventId of ['0123456789ab-1', `${first.mark}999`, 'nonsense', first.mark.replace(/-\d+/, '-0')]) {
    const stranger = follow({ lastEventId })
    await eventually(() => stranger.messages.length === 3)
    t.match(told(stranger)[0], /^pods all/, lastEventId)
  }
})

await t.test('nothing listens while nobody follows, and streams are bounded', async (t) => {
  const { board, follow } = await started(t)
  t.equal(board.listenerCount, 0)
  const followers = Array.from({ length: 64 }, () => follow())
  await eventually(() => followers.every(({ code }) => code === 200))
  t.equal(board.listenerCount, 1)
  const tooMany = follow()
  await eventually(() => tooMany.code !== 0)
  t.equal(tooMany.code, 429)
  followers[0]!.leave()
  const code = async (): Promise<number> => {
    const next = follow()
    await eventually(() => next.code !== 0)
    return next.code
  }
  await eventually(async () => (await code()) === 200)
  t.pass('there is room again')
})

await t.test('a client that does not read gets what holds when it does, and is let go after a while', async (t) => {
  const { board, follow, server } = await started(t, { heartbeatMs: 50, patienceMs: 3_600_000 })
  const large = (file: string): PodStatusEntry => entry(web, 'Running', file.padEnd(200_000, '.'))
  const slow = follow({ isPaused: true })
  const quick = follow()
  await eventually(() => slow.code === 200 && quick.messages.length === 3)
  for (let round = 0; round < 60; round += 1) {
    const before = quick.messages.length
    board.entries = [large(String(round))]
    board.change({ kind: 'pod', key: web })
    await eventually(() => quick.messages.length > before)
  }
  t.ok(quick.receivedBytes > 60 * 200_000, 'who reads gets all of it')
  slow.resume()
  const newest = (): string => JSON.stringify(slow.messages.findLast(({ event }) => event === 'pods')?.data ?? '')
  await eventually(() => newest().includes('"59..'))
  t.ok(slow.receivedBytes < 0.75 * quick.receivedBytes, `nothing was kept for who did not: ${slow.receivedBytes}`)
  await server.close()
  await eventually(() => quick.isOver && slow.isOver)
  t.pass('the end of podkeep ends every stream')
})

await t.test('a client that reads nothing at all is let go, and one that reads hears a heartbeat', async (t) => {
  const { board, follow } = await started(t, { heartbeatMs: 50, patienceMs: 200 })
  const idle = Array.from({ length: 63 }, () => follow())
  await eventually(() => idle.every(({ comments }) => comments >= 2))
  board.entries = [entry(web, 'Running', 'x'.repeat(8_000_000))]
  const deaf = follow({ isPaused: true })
  await eventually(() => deaf.code === 200)
  const isRoomAgain = async (): Promise<boolean> => {
    const next = follow({ isPaused: true })
    await eventually(() => next.code !== 0)
    next.leave()
    return next.code === 200
  }
  await eventually(isRoomAgain)
  t.notOk(
    idle.some(({ isOver }) => isOver),
    'the others stay',
  )
})
