/** What people are told, in /pods and in the log, while pods come and go. */

import t from 'tap'

import { PodkeepError, type V1ContainerStatus } from '../../lib/pod/index.js'
import { podText } from './manifests.js'
import { worldWith } from './world-with.js'
import { World } from './world.js'

const second = 1000
const minute = 60 * second

function containerOf(world: World, key: string): V1ContainerStatus | undefined {
  return world.pod(key)?.status.containerStatuses[0]
}

const slow = { name: 'app', script: 'stop in 60' }

await t.test('a pod on its way out shows its own containers, age and uid, also to the next podkeep', async (t) => {
  const world = await worldWith({ name: 'web', graceSeconds: 100, containers: [slow] })
  const before = world.pod('default/web')!
  await world.clock.advance(minute)
  world.remove('web.yaml')
  await world.clock.advance(second)
  const expectSame = (when: string): void => {
    const pod = world.pod('default/web')
    t.match(pod, { desire: 'remove', uid: before.uid, status: { phase: 'Running' } }, when)
    t.equal(pod?.status.startTime, before.status.startTime, when)
    t.match(containerOf(world, 'default/web'), { ready: true, state: { running: {} } }, when)
  }
  expectSame('at first')
  world.kill()
  await world.start()
  await world.clock.advance(second)
  expectSame('after a restart of podkeep')
  await world.clock.advance(3 * minute)
  t.equal(world.pod('default/web'), undefined)
})

await t.test('a pod that waits for the earlier one of its name has a uid of its own', async (t) => {
  const world = await worldWith({ name: 'web', graceSeconds: 100, containers: [slow] })
  const before = world.pod('default/web')!
  world.remove('web.yaml')
  await world.clock.advance(second)
  world.write('web.yaml', podText({ name: 'web' }))
  await world.clock.advance(second)
  t.equal(world.running('app').length, 1, 'the earlier one is still there')
  const waiting = world.pod('default/web')!
  t.match(waiting, { desire: 'run', status: { phase: 'Pending' } })
  t.not(waiting.uid, before.uid)
  await world.clock.advance(2 * minute)
  t.match(world.pod('default/web'), { uid: waiting.uid, status: { phase: 'Running' } })
  t.equal(world.pod('default/web')?.status.startTime, waiting.status.startTime, 'it starts when it is first seen')
})

await t.test('the start of a pod of which nothing can be made yet stays where it is', async (t) => {
  const world = await worldWith({ name: 'web', containers: [{ name: 'app', image: 'absent:1' }] })
  const { startTime } = world.pod('default/web')!.status
  await world.clock.advance(10 * minute)
  t.equal(world.pod('default/web')?.status.startTime, startTime)
})

await t.test('neither does a restart of podkeep move it, nor what is made at last', async (t) => {
  const absent = { name: 'app', image: 'absent:1' }
  const waiting: Readonly<Record<string, Parameters<typeof podText>[0]>> = {
    image: { name: 'image', hostNetwork: true, containers: [absent] },
    dependency: { name: 'dependency', annotations: { 'podkeep.io/depends-on': 'image' } },
    port: { name: 'port', containers: [{ name: 'app', hostPort: 80 }] },
  }
  const world = await worldWith(
    { name: 'holder', containers: [{ name: 'app', hostPort: 80 }] },
    ...Object.values(waiting),
  )
  const keys = Object.keys(waiting).map((name) => `default/${name}`)
  const starts = (): unknown[] => keys.map((key) => world.pod(key)?.status.startTime)
  const before = starts()
  await world.clock.advance(10 * minute)
  world.kill()
  await world.start()
  await world.clock.advance(minute)
  t.strictSame(starts(), before)
  world.remove('holder.yaml')
  world.engine.images.add('absent:1')
  await world.clock.advance(10 * minute)
  t.strictSame(
    keys.map((key) => world.pod(key)?.status.phase),
    ['Running', 'Running', 'Running'],
  )
  t.strictSame(starts(), before)
})

await t.test('a clock that was set back makes it no older than it can be', async (t) => {
  const world = await worldWith({ name: 'web', hostNetwork: true, containers: [{ name: 'app', image: 'absent:1' }] })
  await world.clock.advance(minute)
  world.kill()
  world.clock.jumpWall(-60 * minute)
  await world.start()
  await world.clock.advance(minute)
  const startMs = Date.parse(world.pod('default/web')?.status.startTime ?? '')
  t.ok(startMs <= world.clock.wallMs(), 'a time in the future is now')
  t.ok(startMs >= world.clock.wallMs() - 2 * minute)
})

await t.test('a podkeep that never reached the engine says what it cannot know', async (t) => {
  const world = await worldWith(
    { name: 'web' },
    { name: 'job', restartPolicy: 'Never', containers: [{ name: 'once', script: 'exit 0' }] },
  )
  world.kill()
  world.engine.stop()
  world.files.set('new.yaml', podText({ name: 'new' }))
  await world.start()
  await world.clock.advance(minute)
  t.match(world.pod('default/web')?.status, { phase: 'Unknown', reason: 'EngineUnavailable', message: /engine/ })
  t.match(containerOf(world, 'default/web')?.state, { waiting: { reason: 'EngineUnavailable' } })
  t.equal(world.pod('default/new')?.status.phase, 'Pending', 'never made')
  t.match(world.pod('default/job')?.status.phase, 'Succeeded', 'over')
  world.engine.startAgain()
  await world.clock.advance(2 * second)
  t.match(world.pod('default/web')?.status, { phase: 'Running' })
  world.engine.stop()
  await world.clock.advance(2 * second)
  t.match(world.pod('default/web')?.status, { phase: 'Running', reason: 'EngineUnavailable' }, 'as last seen')
})

await t.test('a container that someone pauses is not ready until it goes on', async (t) => {
  const world = await worldWith({ name: 'web' })
  const { id } = world.running('app')[0]!
  world.engine.pauseByHand(id, true)
  await world.clock.advance(0)
  t.match(world.pod('default/web')?.status, { phase: 'Running', reason: 'Paused' })
  t.match(containerOf(world, 'default/web'), { ready: false, state: { running: {} } })
  world.engine.pauseByHand(id, false)
  await world.clock.advance(0)
  t.notOk(world.pod('default/web')?.status.reason)
  t.equal(containerOf(world, 'default/web')?.ready, true)
})

await t.test('a held pod whose record was lost shows what the engine tells of it', async (t) => {
  const world = await worldWith({ name: 'web' })
  world.engine.crash(world.running('app')[0]!.id, 3)
  await world.clock.advance(second)
  const { startTime } = world.pod('default/web')!.status
  world.kill()
  world.records.clear()
  world.files.set('web.yaml', 'kind: Pod\n\tnonsense: [')
  await world.start()
  await world.clock.advance(second)
  const pod = world.pod('default/web')!
  t.match(pod, { desire: 'hold', manifest: null, status: { phase: 'Running', reason: 'ManifestHeld', startTime } })
  t.match(pod.status.containerStatuses, [
    { ready: true, restartCount: 1, state: { running: {} }, lastState: { terminated: { exitCode: 3 } } },
  ])
  t.equal(pod.status.containerStatuses.length, 1)
})

await t.test('what podkeep stops and removes itself is told as such, and what others do is not', async (t) => {
  const world = await worldWith(
    { name: 'web', graceSeconds: 5, containers: [{ name: 'deaf', script: 'trap "" TERM' }] },
    { name: 'crash' },
  )
  const loud = (): string[] => world.log.filter((line) => !line.includes(' debug '))
  world.remove('web.yaml')
  await world.clock.advance(minute)
  t.ok(loud().some((line) => /info container stopped .*"deaf".*"exitCode":137/.test(line)))
  t.same(
    loud().filter((line) => /"Error"|sandbox (ended|stopped)/.test(line)),
    [],
  )
  world.engine.crash(world.running('app')[0]!.id, 3)
  await world.clock.advance(second)
  t.ok(loud().some((line) => /info container ended .*"exitCode":3,"reason":"Error"/.test(line)))
  world.engine.removeByHand(world.running('app')[0]!.id)
  await world.clock.advance(second)
  t.equal(loud().filter((line) => line.includes('removed by someone else')).length, 1)
})

await t.test('a removal whose answer was lost is still podkeep’s own', async (t) => {
  const world = new World()
  const make = world.engine.runtime.bind(world.engine)
  world.engine.runtime = (node) => {
    const runtime = make(node)
    // Its answer never comes, and the engine carries it out a little later.
    runtime.remove = (id, force) => {
      world.clock.timer(500, () => world.engine.remove(id, force, 'model'))
      return Promise.reject(new PodkeepError('ENGINE_TIMEOUT', 'removing a container: no answer'))
    }
    return runtime
  }
  world.files.set('web.yaml', podText({ name: 'web' }))
  await world.start()
  await world.clock.advance(second)
  world.remove('web.yaml')
  await world.clock.advance(minute)
  t.equal(world.pod('default/web'), undefined)
  t.same(
    world.log.filter((line) => line.includes('someone else')),
    [],
  )
})

await t.test(
  'what was told of a pod that nothing happens to is told again without another look, until something happens',
  async (t) => {
    const world = await worldWith({
      name: 'web',
      containers: [{ name: 'app', fields: { readinessProbe: { tcpSocket: { port: 80 } } } }],
    })
    const { board } = world.supervisor
    const told = (): object => board.pods()[0]!
    const before = told()
    t.equal(told(), before)
    t.equal(board.pod(board.pods()[0]!.key), before)
    const expectNews = (what: string, news: object): void => {
      t.match(told(), news, what)
      t.equal(told(), told(), `${what}: told once`)
    }
    world.handlers.answers.set('tcpSocket', 'failure')
    await world.clock.advance(minute)
    expectNews('its probe', { status: { containerStatuses: [{ ready: false }] } })
    world.write('web.yaml', podText({ name: 'web', labels: { a: 'b' } }))
    await world.clock.advance(second)
    expectNews('its manifest', {
      manifest: { metadata: { labels: { a: 'b' } } },
      status: { containerStatuses: [{ ready: true }] },
    })
    world.write('web.yaml', 'kind: Pod')
    await world.clock.advance(second)
    expectNews('its file', { desire: 'hold', status: { reason: 'ManifestHeld' } })
    world.engine.crash(world.running('app')[0]!.id, 1)
    await world.clock.advance(second)
    expectNews('its end', { status: { containerStatuses: [{ restartCount: 1 }] } })
    world.engine.crash(world.running('app')[0]!.id, 1)
    await world.clock.advance(second)
    expectNews('its back-off', {
      status: { containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
    })
  },
)
