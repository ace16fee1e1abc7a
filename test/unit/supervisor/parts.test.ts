/** The supervisor's small parts: what is known only moves forward, calls are bounded, and an image is pulled once. */

import { setImmediate } from 'node:timers/promises'

import t from 'tap'

import { PodkeepError, type ContainerFacts, type ObservedContainer, type PullProgress } from '../../../lib/pod/index.js'
import type { Clock, ContainerRuntime, ImageFacts } from '../../../lib/ports/index.js'
import { ClaimLook } from '../../../lib/supervisor/claim-look.js'
import { observe } from '../../../lib/supervisor/observation.js'
import { Pulls } from '../../../lib/supervisor/pulls.js'
import { Turnstile } from '../../../lib/supervisor/turnstile.js'
import { rememberingLogger, silentLogger } from '../../support/logger.js'
import { aPod, created, dead, minute, nowTickMs, nowWallMs, seen } from '../../support/pods.js'

const pod = aPod()
const clock: Clock = {
  ...{ tickMs: () => nowTickMs, wallMs: () => nowWallMs, timer: () => () => undefined, bootId: 'boot-1' },
}
/** As an adapter tells it: without what podkeep itself saw and did. */
function factsOf(container: ObservedContainer): ContainerFacts {
  const own = ['finishedTickMs', 'stopRequestedTickMs', 'killRequestedTickMs', 'remembered']
  const facts = Object.entries(container).filter(([field]) => !own.includes(field))
  return Object.fromEntries(facts) as unknown as ContainerFacts
}

const look = (known: ObservedContainer | undefined, seenNow: ObservedContainer): ObservedContainer | null =>
  observe(known, factsOf(seenNow), clock)

await t.test(
  'a container first seen dead ended when the engine says, on the clock that only goes forward',
  async (t) => {
    const ended = (finishedAtMs: number | null): number | null | undefined =>
      look(undefined, dead(pod, 'app', 1, { finishedAtMs, finishedTickMs: -1 }))?.finishedTickMs
    t.equal(ended(nowWallMs - 5000), nowTickMs - 5000)
    t.equal(ended(nowWallMs + minute), nowTickMs, 'an end in the future is an end now')
    t.equal(ended(null), nowTickMs)
    t.equal(
      look(undefined, seen(pod, 'app', { finishedAtMs: nowWallMs - 5000 }))?.finishedTickMs,
      null,
      'what runs has not ended',
    )
    t.match(look(undefined, seen(pod, 'app')), {
      stopRequestedTickMs: null,
      killRequestedTickMs: null,
      remembered: false,
    })
  },
)

await t.test('what is known only moves forward: created, running, exited', async (t) => {
  const states = { created: created(pod, 'app'), running: seen(pod, 'app'), exited: dead(pod, 'app', 1) }
  const next = (known: keyof typeof states, facts: keyof typeof states): string | undefined =>
    look(states[known], states[facts])?.state
  t.strictSame(
    [next('created', 'created'), next('created', 'running'), next('created', 'exited')],
    ['created', 'running', 'exited'],
  )
  t.strictSame(
    [next('running', 'created'), next('running', 'running'), next('running', 'exited')],
    [undefined, 'running', 'exited'],
  )
  t.strictSame(
    [next('exited', 'created'), next('exited', 'running'), next('exited', 'exited')],
    [undefined, undefined, 'exited'],
  )
})

await t.test(
  'an ended container that someone started by hand runs again, an older answer does not raise it',
  async (t) => {
    const known = dead(pod, 'app', 1, { stopRequestedTickMs: 5, killRequestedTickMs: 6 })
    const again = look(known, seen(pod, 'app', { startedAtMs: nowWallMs + 1 }))
    t.match(again, { state: 'running', stopRequestedTickMs: null, killRequestedTickMs: null, finishedTickMs: null })
    t.equal(look(known, seen(pod, 'app', { startedAtMs: nowWallMs })), null)
    t.equal(look(known, seen(pod, 'app', { startedAtMs: null })), null)
    t.equal(look({ ...known, finishedAtMs: null }, seen(pod, 'app', { startedAtMs: nowWallMs + 1 })), null)
    t.equal(look(known, created(pod, 'app', { startedAtMs: nowWallMs + 1 })), null)
  },
)

await t.test('what podkeep did is kept over every look, and so is when it saw the end', async (t) => {
  const asked = seen(pod, 'app', { stopRequestedTickMs: 5, killRequestedTickMs: 6 })
  t.match(look(asked, seen(pod, 'app')), { stopRequestedTickMs: 5, killRequestedTickMs: 6 })
  t.match(look(asked, dead(pod, 'app', 1)), {
    stopRequestedTickMs: 5,
    killRequestedTickMs: 6,
    finishedTickMs: nowTickMs,
  })
  const known = dead(pod, 'app', 1, { finishedTickMs: 7, finishedAtMs: nowWallMs - minute })
  t.equal(look(known, dead(pod, 'app', 1))?.finishedTickMs, 7)
  t.equal(look(known, dead(pod, 'app', 1, { diedWithEngine: true }))?.diedWithEngine, true, 'while the facts follow')
})

await t.test('an end that was not the engine’s when it was seen never becomes so', async (t) => {
  const known = dead(pod, 'app', 1, { endedAlone: true })
  const later = dead(pod, 'app', 1, { diedWithEngine: true })
  t.match(look(known, later), { diedWithEngine: false, endedAlone: true })
  t.match(
    look({ ...known, remembered: true }, later),
    { diedWithEngine: false, endedAlone: true },
    'also by the record',
  )
  const other = { ...later, finishedAtMs: nowWallMs + minute }
  t.match(look(known, other), { diedWithEngine: true, endedAlone: false }, 'another run’s end is judged anew')
  t.match(look(dead(pod, 'app', 1), later), { diedWithEngine: true }, 'as is one of which that is not known')
  t.equal(look(known, seen(pod, 'app', { startedAtMs: nowWallMs + 1 }))?.endedAlone, undefined)
})

await t.test('a sandbox’s address is kept when a look does not tell it, and goes when it has ended', async (t) => {
  const known = seen(pod, 'POD', { ip: '10.0.0.2' })
  t.equal(look(known, seen(pod, 'POD', { ip: null }))?.ip, '10.0.0.2')
  t.equal(look(known, seen(pod, 'POD', { ip: '10.0.0.3' }))?.ip, '10.0.0.3')
  t.equal(look(known, dead(pod, 'POD', 0))?.ip, null)
})

await t.test('a remembered container that the engine has after all is taken from the engine', async (t) => {
  const known = dead(pod, 'app', 1, { remembered: true, stopRequestedTickMs: 5 })
  t.match(look(known, created(pod, 'app')), { state: 'created', remembered: false, stopRequestedTickMs: null })
})

/** Promises that the test settles. */
class Gate<T> {
  readonly waiting: { name: string; resolve: (value: T) => void; reject: (error: Error) => void }[] = []

  enter(name: string): Promise<T> {
    return new Promise((resolve, reject) => this.waiting.push({ name, resolve, reject }))
  }

  get names(): string[] {
    return this.waiting.map(({ name }) => name)
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

await t.test('a turnstile lets so many through at a time, the others in their order', async (t) => {
  const turnstile = new Turnstile(2)
  const gate = new Gate<string>()
  const calls = ['a', 'b', 'c', 'd'].map((name) => turnstile.run(() => gate.enter(name)))
  t.strictSame(gate.names, ['a', 'b'], 'at once, where there is room')
  gate.waiting[1]!.resolve('B')
  await settled()
  t.strictSame(gate.names, ['a', 'b', 'c'])
  gate.waiting[0]!.reject(new Error('A'))
  await t.rejects(calls[0]!, new Error('A'))
  await settled()
  t.strictSame(gate.names, ['a', 'b', 'c', 'd'], 'one that fails gives its place back')
  gate.waiting[2]!.resolve('C')
  gate.waiting[3]!.resolve('D')
  t.strictSame(await Promise.all(calls.slice(1)), ['B', 'C', 'D'])
  const later = ['e', 'f', 'g'].map((name) => turnstile.run(() => gate.enter(name)))
  await settled()
  t.strictSame(gate.names.slice(4), ['e', 'f'], 'and as many as before get through when all have left')
  for (const one of gate.waiting) one.resolve('')
  await settled()
  for (const one of gate.waiting) one.resolve('')
  await Promise.all(later)
})

await t.test('of those that wait, what is nearest to a running container goes first', async (t) => {
  const turnstile = new Turnstile(1)
  const gate = new Gate<string>()
  const calls = (['begin', 'keep', 'begin', 'make', 'start', 'make'] as const).map((urgency, index) =>
    turnstile.run(() => gate.enter(`${urgency}-${index}`), urgency),
  )
  for (let index = 0; index < calls.length; index += 1) {
    gate.waiting[index]!.resolve('')
    await settled()
  }
  await Promise.all(calls)
  t.strictSame(gate.names, ['begin-0', 'start-4', 'make-3', 'make-5', 'begin-2', 'keep-1'])
})

await t.test('a call that throws before it promises anything gives its place back, too', async (t) => {
  const turnstile = new Turnstile(1)
  await t.rejects(
    turnstile.run(() => {
      throw new Error('no')
    }),
    new Error('no'),
  )
  t.equal(await turnstile.run(async () => 'yes'), 'yes')
})

class Registry {
  readonly gate = new Gate<ImageFacts>()
  readonly report = new Map<string, (progress: PullProgress) => void>()

  pullImage(image: string, onProgress: (progress: PullProgress) => void): Promise<ImageFacts> {
    this.report.set(image, onProgress)
    return this.gate.enter(image)
  }
}

function pullsFrom(registry: Registry, atClock = clock, logger = silentLogger): Pulls {
  return new Pulls(registry as unknown as ContainerRuntime, atClock, logger)
}

await t.test('an image is pulled once however many want it, and again when it is wanted after that', async (t) => {
  const registry = new Registry()
  const pulls = pullsFrom(registry)
  const wanted = [pulls.pull('a:1'), pulls.pull('a:1'), pulls.pull('b:1')]
  t.strictSame(registry.gate.names, ['a:1', 'b:1'])
  const [first, second] = registry.gate.waiting
  first!.resolve({ id: 'A', user: '' })
  second!.resolve({ id: 'B', user: '' })
  t.strictSame(await Promise.all(wanted), [
    { id: 'A', user: '' },
    { id: 'A', user: '' },
    { id: 'B', user: '' },
  ])
  const again = pulls.pull('a:1')
  t.strictSame(registry.gate.names, ['a:1', 'b:1', 'a:1'])
  registry.gate.waiting[2]!.resolve({ id: 'A2', user: '' })
  t.strictSame(await again, { id: 'A2', user: '' })
})

await t.test('a pull that fails fails for all who want it, and the next one tries again', async (t) => {
  const registry = new Registry()
  const pulls = pullsFrom(registry)
  const wanted = [pulls.pull('a:1'), pulls.pull('a:1')]
  registry.gate.waiting[0]!.reject(new PodkeepError('IMAGE_NOT_FOUND', 'no a:1'))
  const results = await Promise.allSettled(wanted)
  t.strictSame(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  pulls.pull('a:1').catch(() => undefined)
  t.equal(registry.gate.waiting.length, 2)
})

await t.test(
  'of one registry three pulls go on side by side and the fourth waits; others do not wait for it',
  async (t) => {
    const registry = new Registry()
    const pulls = pullsFrom(registry)
    const wanted = ['a', 'b', 'docker.io/library/c', 'd', 'ghcr.io/team/a'].map((image) => pulls.pull(image))
    t.strictSame(registry.gate.names, ['a', 'b', 'docker.io/library/c', 'ghcr.io/team/a'])
    t.strictSame(pulls.states.get('d'), { kind: 'queued' })
    registry.gate.waiting[2]!.resolve({ id: 'C', user: '' })
    await wanted[2]
    await settled()
    t.strictSame(registry.gate.names.slice(4), ['d'])
    t.strictSame(pulls.states.get('d'), { kind: 'pulling', progress: null })
    for (const one of registry.gate.waiting) one.resolve({ id: '', user: '' })
    await Promise.all(wanted)
  },
)

await t.test('how far a pull has come is known while it goes on, and logged early and then now and then', async (t) => {
  const registry = new Registry()
  const { logger, lines } = rememberingLogger()
  let nowMs = 0
  const pulls = pullsFrom(registry, { ...clock, tickMs: () => nowMs }, logger)
  t.equal(pulls.states.size, 0)
  const pull = pulls.pull('a:1')
  t.strictSame([...pulls.states], [['a:1', { kind: 'pulling', progress: null }]])
  const told: number[] = []
  for (; nowMs <= 75_000; nowMs += 1000) {
    const before = lines.length
    const progress = { image: 'a:1', doneBytes: nowMs, totalBytes: 100_000, isGrowing: false }
    registry.report.get('a:1')?.(progress)
    t.strictSame([...pulls.states], [['a:1', { kind: 'pulling', progress }]])
    if (lines.length > before) told.push(nowMs)
  }
  t.strictSame(told, [10_000, 40_000, 70_000])
  t.match(lines.at(-1), { level: 'info', fields: { image: 'a:1', doneBytes: 70_000, totalBytes: 100_000 } })
  registry.gate.waiting[0]!.resolve({ id: 'A', user: '' })
  await pull
  t.equal(pulls.states.size, 0)
})

await t.test(
  'the engine is asked which claims have volumes once at a time, and after a failure not before it is looked at again',
  async (t) => {
    let calls = 0
    let fails = true
    const told: string[] = []
    const { logger, lines } = rememberingLogger()
    const claimLook = new ClaimLook({
      runtime: {
        claims: () => {
          calls++
          const answer = [{ namespace: 'default', name: 'data' }]
          return fails ? Promise.reject(new PodkeepError('ENGINE_TIMEOUT', 'no answer')) : Promise.resolve(answer)
        },
      },
      logger,
      isWanted: () => told.at(-1) !== 'data',
      onSeen: (claims) => told.push(...claims.map(({ name }) => name)),
      onFailed: () => told.push('failed'),
    })
    for (let times = 0; times < 3; times++) claimLook.ask()
    await setImmediate()
    t.strictSame([calls, told], [1, ['failed']])
    t.match(lines, [{ level: 'warn', phrase: 'the engine could not be asked for the volumes of claims' }])
    fails = false
    for (let times = 0; times < 3; times++) claimLook.ask()
    await setImmediate()
    claimLook.ask()
    t.strictSame([calls, told], [2, ['failed', 'data']], 'nobody wants to know any more')
  },
)
