/**
 * A container that is being stopped or has just been started, and podkeep that is killed and started meanwhile: one grace period, one
 * stop signal, and no hook forgotten.
 */

import t, { type Test } from 'tap'

import { podText, type PodText } from './manifests.js'
import { Random } from './random.js'
import { World } from './world.js'
import { endTroubles, troubles } from './troubles.js'
import { worldWith } from './world-with.js'

const second = 1000
const minute = 60 * second
const deaf = 'trap "" TERM; sleep 100000'
const bye = { lifecycle: { preStop: { exec: { command: ['bye'] } } } }

function web(graceSeconds: number, fields: object = {}, more: Partial<PodText> = {}): PodText {
  return { name: 'web', graceSeconds, containers: [{ name: 'app', script: deaf, fields }], ...more }
}

/** `10 SIGTERM`: what the containers were sent, and how long after the first call of this. */
function signals(world: World): string[] {
  const sinceTickMs = world.clock.tickMs()
  const sent: string[] = []
  world.engine.witness = ({ call, signal }) => {
    if (call === 'kill') sent.push(`${(world.clock.tickMs() - sinceTickMs) / second} ${signal}`)
  }
  return sent
}

async function awayFor(world: World, durationMs: number, meanwhile: () => void = () => undefined): Promise<void> {
  world.kill()
  meanwhile()
  await world.clock.advance(durationMs)
  await world.start()
}

await t.test('the grace period of a pod that is removed goes on, however often podkeep is restarted', async (t) => {
  const world = await worldWith(web(60))
  const sent = signals(world)
  world.remove('web.yaml')
  for (let restart = 0; restart < 4; restart++) {
    await world.clock.advance(10 * second)
    await awayFor(world, second)
  }
  await world.clock.advance(minute)
  t.strictSame(sent, ['0 SIGTERM', '60 SIGKILL'])
  t.strictSame([world.engine.containers(), [...world.records]], [[], []])
})

for (const [title, byMs] of [
  ['back', -30 * 24 * 60 * minute],
  ['forward', 30 * 24 * 60 * minute],
] as const) {
  await t.test(`setting the machine's clock ${title} changes nothing about it`, async (t) => {
    const world = await worldWith(web(60))
    const sent = signals(world)
    world.remove('web.yaml')
    await world.clock.advance(10 * second)
    await awayFor(world, second, () => world.clock.jumpWall(byMs))
    await world.clock.advance(10 * second)
    world.clock.jumpWall(byMs)
    await awayFor(world, second)
    await world.clock.advance(minute)
    t.strictSame(sent, ['0 SIGTERM', '60 SIGKILL'])
  })
}

await t.test('a grace period that is over when podkeep is back is over', async (t) => {
  const world = await worldWith(web(20))
  const sent = signals(world)
  world.remove('web.yaml')
  await world.clock.advance(second)
  await awayFor(world, minute)
  await world.clock.advance(minute)
  t.strictSame(sent, ['0 SIGTERM', '61 SIGKILL'])
})

await t.test('so does that of a container that makes way for an edit', async (t) => {
  const world = await worldWith(web(20))
  const sent = signals(world)
  world.write('web.yaml', podText(web(20, { workingDir: '/tmp' })))
  await world.clock.advance(10 * second)
  await awayFor(world, second)
  await world.clock.advance(minute)
  t.strictSame(sent, ['0 SIGTERM', '20 SIGKILL'])
  t.equal(world.running('app').length, 1)
  t.equal([...world.records.values()][0]?.stopping, undefined, 'nothing of it is left in the record')
})

await t.test('after another start of the machine the ticks of before say nothing: the grace begins anew', async (t) => {
  const world = await worldWith(web(20))
  const sent = signals(world)
  world.remove('web.yaml')
  await world.clock.advance(10 * second)
  await awayFor(world, second, () => (world.clock.bootId = 'boot-2'))
  await world.clock.advance(minute)
  t.strictSame(sent, ['0 SIGTERM', '11 SIGTERM', '31 SIGKILL'])
})

await t.test(
  'what someone started by hand after its end was not told to stop: it has a grace period of its own',
  async (t) => {
    const world = await worldWith(web(20, {}, { containers: [{ name: 'app', script: 'stop in 5 with 0' }] }))
    const sent = signals(world)
    const { id } = world.running('app')[0]!
    world.remove('web.yaml')
    await world.clock.advance(second)
    world.kill()
    await world.clock.advance(29 * second)
    world.engine.start(id, 'model')
    await world.start()
    await world.clock.advance(minute)
    t.strictSame(sent, ['0 SIGTERM', '30 SIGTERM'])
  },
)

await t.test('a preStop hook that has ended does not run again, and counts', async (t) => {
  const world = await worldWith(web(20, bye))
  world.handlers.delaysMs.set('bye', 5 * second)
  const sent = signals(world)
  world.remove('web.yaml')
  await world.clock.advance(7 * second)
  await awayFor(world, second)
  await world.clock.advance(minute)
  t.strictSame(sent, ['5 SIGTERM', '20 SIGKILL'])
  t.equal(world.handlers.hooks.length, 1)
})

await t.test('a preStop hook that podkeep’s end cut short runs again, in what is left of the grace', async (t) => {
  const world = await worldWith(web(20, bye))
  world.handlers.delaysMs.set('bye', 5 * second)
  const sent = signals(world)
  world.remove('web.yaml')
  await world.clock.advance(3 * second)
  await awayFor(world, second)
  await world.clock.advance(minute)
  t.strictSame(sent, ['9 SIGTERM', '20 SIGKILL'])
  t.strictSame(world.handlers.hooks.length, 2)
  const again = await worldWith(web(20, bye))
  again.handlers.delaysMs.set('bye', minute)
  const late = signals(again)
  again.remove('web.yaml')
  for (let restart = 0; restart < 3; restart++) {
    await again.clock.advance(5 * second)
    await awayFor(again, second)
  }
  await again.clock.advance(minute)
  t.strictSame(late, ['20 SIGTERM', '22 SIGKILL'], 'and has no more time for all of its runs together')
})

await t.test('a sidecar’s grace counts from when its pod was told to end, also for the next podkeep', async (t) => {
  const init = [{ name: 'mesh', script: deaf, fields: { restartPolicy: 'Always', ...bye } }]
  const world = await worldWith(web(30, {}, { init }))
  world.handlers.delaysMs.set('bye', 8 * second)
  const sent = signals(world)
  world.remove('web.yaml')
  await world.clock.advance(4 * second)
  await awayFor(world, second)
  await world.clock.advance(10 * second)
  await awayFor(world, second)
  await world.clock.advance(minute)
  t.strictSame(sent, ['0 SIGTERM', '30 SIGTERM', '30 SIGKILL', '32 SIGKILL'])
  t.equal(world.handlers.hooks.length, 2, 'cut short once')
})

await t.test('what was told to stop, and ended while podkeep was away, did not crash', async (t) => {
  const world = await worldWith(web(20, {}, { containers: [{ name: 'app', script: 'stop in 5 with 3' }] }))
  world.write('web.yaml', podText(web(20, { workingDir: '/tmp' })))
  await world.clock.advance(second)
  world.files.set('web.yaml', podText(web(20, {}, { containers: [{ name: 'app', script: 'stop in 5 with 3' }] })))
  await awayFor(world, 10 * second)
  await world.clock.advance(second)
  t.strictSame(
    world.running('app').map(({ attempt, crashes }) => [attempt, crashes]),
    [[1, 0]],
    'it is back at once',
  )
})

await t.test('a job that was told to stop and answered with 0 while podkeep was away is not done', async (t) => {
  const job: PodText = {
    ...web(20),
    restartPolicy: 'OnFailure',
    containers: [{ name: 'app', script: 'stop in 5 with 0' }],
  }
  const world = await worldWith(job)
  const stopped = world.supervisor.stopPods()
  await world.clock.advance(second)
  await awayFor(world, 10 * second)
  await stopped
  await world.clock.advance(second)
  t.equal(world.running('app').length, 1)
})

await t.test('where it cannot be remembered it begins anew, as long as the disk is full', async (t) => {
  const world = await worldWith(web(20))
  world.isStateFolderFull = true
  const sent = signals(world)
  world.remove('web.yaml')
  await world.clock.advance(10 * second)
  await awayFor(world, second)
  await world.clock.advance(minute)
  t.strictSame(sent, ['0 SIGTERM', '11 SIGTERM', '31 SIGKILL'])
})

await t.test(
  'what failed its liveness probe has the probe’s grace, and has crashed, also for the next podkeep',
  async (t) => {
    const live = {
      exec: { command: ['live'] },
      periodSeconds: 1,
      failureThreshold: 1,
      terminationGracePeriodSeconds: 8,
    }
    const world = await worldWith(web(600, { livenessProbe: live }))
    await world.clock.advance(5 * second)
    const sent = signals(world)
    world.handlers.answers.set('live', 'failure')
    await world.clock.advance(4 * second)
    await awayFor(world, second)
    await world.clock.advance(second)
    world.handlers.answers.set('live', 'success')
    await awayFor(world, second)
    await world.clock.advance(minute)
    const [told, killed] = sent.map((one) => Number.parseFloat(one))
    t.equal(killed! - told!, 8, sent.join())
    t.strictSame(
      world.running('app').map(({ attempt, crashes }) => [attempt, crashes]),
      [[1, 1]],
    )
  },
)

await t.test(
  'a postStart hook that podkeep’s end kept from running, or cut short, runs with the next podkeep',
  async (t) => {
    const hello = { lifecycle: { postStart: { exec: { command: ['hello'] } } } }
    const world = await worldWith({ name: 'web', containers: [{ name: 'app', fields: hello }, { name: 'other' }] })
    t.equal(world.handlers.hooks.length, 1)
    t.equal([...world.records.values()][0]?.postStart, undefined, 'it has ended')
    await awayFor(world, second)
    await world.clock.advance(minute)
    t.equal(world.handlers.hooks.length, 1, 'once is enough')

    const cut = new World()
    cut.handlers.delaysMs.set('hello', 5 * second)
    cut.files.set('web.yaml', podText({ name: 'web', containers: [{ name: 'app', fields: hello }, { name: 'other' }] }))
    await cut.start()
    await cut.clock.advance(3 * second)
    await awayFor(cut, second)
    await cut.clock.advance(second)
    t.equal(cut.pod('default/web')?.status.containerStatuses[0]?.started, false)
    await cut.clock.advance(minute)
    t.equal(cut.handlers.hooks.length, 2)
    t.equal(cut.pod('default/web')?.status.containerStatuses[0]?.started, true)
    t.equal(cut.running('app')[0]?.attempt, 0, 'and nothing was restarted for it')
  },
)

await t.test(
  'a container whose postStart hook failed is stopped, also when podkeep was killed before it could',
  async (t) => {
    const hello = { lifecycle: { postStart: { exec: { command: ['hello'] } } } }
    const world = new World()
    world.handlers.answers.set('hello', 'failure')
    world.files.set('web.yaml', podText({ name: 'web', containers: [{ name: 'app', script: deaf, fields: hello }] }))
    await world.start()
    await world.clock.advance(10 * second)
    t.match([...world.records.values()][0]?.postStart, { [world.running('app')[0]!.id]: { failure: 'it said no' } })
    await awayFor(world, second)
    world.handlers.answers.set('hello', 'success')
    await world.clock.advance(minute)
    t.strictSame(
      world.running('app').map(({ attempt, crashes }) => [attempt, crashes]),
      [[1, 1]],
    )
  },
)

const runs = Number(process.env['PODKEEP_SIM_RUNS'] ?? 40)
const onlySeed = process.env['PODKEEP_SIM_SEED']
const seeds = onlySeed === undefined ? Array.from({ length: runs }, (_, at) => at + 1) : [Number(onlySeed)]

for (const seed of seeds) {
  await t.test(`killed and started at random while pods are removed, seed ${String(seed)}`, async (t) => {
    await randomEnd(t, new Random(seed))
  })
  await t.test(`killed and started at random while pods are made, seed ${String(seed)}`, async (t) => {
    await randomBeginning(t, seed)
  })
}

/** Whoever is up when the grace is over ends it, and nobody gives it another. */
async function randomEnd(t: Test, random: Random): Promise<void> {
  const graceMs = random.between(4, 40) * second
  const hasHook = random.chance(0.5)
  const world = await worldWith(web(graceMs / second, hasHook ? bye : {}))
  world.handlers.delaysMs.set('bye', random.between(0, 30) * second)
  const sent = signals(world)
  const begunTickMs = world.clock.tickMs()
  const ups: [from: number, to: number][] = []
  world.remove('web.yaml')
  let upSince = 0
  while (world.clock.tickMs() - begunTickMs < 2 * minute) {
    await world.clock.advance(random.pick([1, 100, second, 7 * second]))
    ups.push([upSince, world.clock.tickMs() - begunTickMs])
    await awayFor(world, random.pick([0, 1, second, 20 * second]), () => {
      if (random.chance(0.3)) world.clock.jumpWall(random.between(-90, 90) * minute)
    })
    upSince = world.clock.tickMs() - begunTickMs
  }
  // One that was killed with its SIGKILL under way knows nothing of it.
  const [told, killed] = [...new Set(sent)].map((one) => Number(one.split(' ')[0]) * second)
  t.match([...new Set(sent)].join(), /^[\d.]+ SIGTERM,[\d.]+ SIGKILL$/)
  t.strictSame(world.engine.containers(), [])
  const dueMs = Math.max(graceMs, told! + Math.min(graceMs, 2 * second))
  const firstUpMs = ups.find(([, to]) => to >= dueMs)?.[0] ?? dueMs
  t.ok(killed! >= dueMs, `not before ${String(dueMs)}: ${sent.join()}`)
  t.ok(killed! <= Math.max(dueMs, firstUpMs) + second, `nor later: ${sent.join()}`)
}

/** Nothing runs in the end that had no postStart hook. */
async function randomBeginning(t: Test, seed: number): Promise<void> {
  const random = new Random(seed)
  const world = new World()
  world.engine.chaos = troubles(seed)
  world.handlers.delaysMs.set('hello', random.between(0, 3) * second)
  const hello = { lifecycle: { postStart: { exec: { command: ['hello'] } } } }
  const names = ['a', 'b']
  world.files.set('web.yaml', podText({ name: 'web', containers: names.map((name) => ({ name, fields: hello })) }))
  await world.start()
  for (let step = 0; step < 12; step++) {
    await world.clock.advance(random.between(0, 1500))
    await awayFor(world, random.between(0, 500))
    const running = world.engine.containers().filter(({ kind, state }) => kind === 'container' && state === 'running')
    if (running.length > 0 && random.chance(0.3)) world.engine.crash(random.pick(running).id, 1)
  }
  await endTroubles(world)
  await world.clock.advance(10 * minute)
  for (const name of names) {
    const [{ id }] = world.running(name) as [ReturnType<World['running']>[number]]
    t.ok(
      world.handlers.hooks.some((hook) => hook.id === id),
      `${name} had its hook`,
    )
  }
  t.match(world.pod('default/web')?.status.containerStatuses, [{ started: true }, { started: true }])
  t.equal([...world.records.values()][0]?.postStart, undefined)
}
