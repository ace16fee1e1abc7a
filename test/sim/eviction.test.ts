/** Volumes that hold more than they may: their pod is put out with all that is its own, waits, and begins again. */

import t from 'tap'

import { podText, type PodText } from './manifests.js'
import { image, World } from './world.js'

const second = 1000
const mebi = 2 ** 20

const volumes = [
  { name: 'cache', emptyDir: { sizeLimit: '1Mi' } },
  { name: 'other', emptyDir: {} },
]
const mounts = [{ name: 'cache', mountPath: '/cache' }]
const message = 'Usage of EmptyDir volume "cache" exceeds the limit "1Mi".'

async function aWorld(fields: Partial<PodText> = {}): Promise<World> {
  const world = new World()
  world.files.set('web.yaml', podText({ name: 'web', volumes, containers: [{ name: 'app', mounts }], ...fields }))
  world.engine.images.add(image)
  await world.start()
  await world.clock.advance(5 * second)
  return world
}

const uidOf = (world: World): string => world.instances('app').at(-1)?.podUid ?? 'none'
const fill = (world: World, bytes = 2 * mebi): void => void world.volumeBytes.set(`${uidOf(world)}/cache`, bytes)
const status = (world: World): string => {
  const { phase, reason, message: why } = world.pod('default/web')?.status ?? {}
  return [phase, reason, why].filter((part) => part !== undefined).join(' ')
}
const disruption = (world: World): object | undefined =>
  world.pod('default/web')?.status.conditions.find(({ type }) => type === 'DisruptionTarget')
const evictions = (world: World): number => world.events.filter(({ reason }) => reason === 'Evicted').length

await t.test('a pod over the limit is killed, loses its volumes, waits, and is back as the same pod', async (t) => {
  const world = await aWorld()
  const uid = uidOf(world)
  const kills: string[] = []
  world.engine.witness = ({ call, facts, signal }) => {
    if (call === 'kill') kills.push(`${facts.name} ${signal ?? ''}`)
  }
  fill(world, mebi)
  await world.clock.advance(30 * second)
  t.equal(world.running('app').length, 1, 'as much as it may hold is not too much')
  fill(world, mebi + 1)
  await world.clock.advance(11 * second)
  t.equal(status(world), `Failed Evicted ${message}`)
  t.same(kills, ['app SIGTERM'])
  t.same([world.engine.containers().length, world.volumes.size], [0, 0], 'nothing of it is left')
  t.equal(world.records.get('default/web' as never)?.evicted?.message, message)
  await world.clock.advance(12 * second)
  t.equal(world.running('app').length, 1)
  t.equal(uidOf(world), uid)
  t.match(status(world), /^Running$/)
  t.equal(evictions(world), 1)
  const told = { status: 'False', reason: 'TerminationByKubelet', message: `It was evicted, and is back: ${message}` }
  t.match(disruption(world), told, 'that it was out is told on')
  world.kill()
  await world.start()
  await world.clock.advance(second)
  t.match(disruption(world), told, 'also by another podkeep')
  await world.clock.advance(700 * second)
  t.equal(world.running('app').length, 1, 'and stays')
  t.equal(disruption(world), undefined, 'until it is long ago')
})

await t.test('the grace of what is put out is one second', async (t) => {
  const world = await aWorld({ containers: [{ name: 'app', mounts, script: 'trap "" TERM; sleep 100000' }] })
  const kills: [string, number][] = []
  world.engine.witness = ({ call, signal }) => {
    if (call === 'kill') kills.push([signal ?? '', world.clock.tickMs()])
  }
  fill(world)
  await world.clock.advance(8 * second)
  t.same(
    kills.map(([signal]) => signal),
    ['SIGTERM', 'SIGKILL'],
  )
  const [asked = 0, killed = 0] = kills.map(([, tickMs]) => tickMs)
  t.equal(killed - asked, second)
  t.equal(world.instances('app').length, 0)
})

await t.test('it waits longer each time in a row, and ten good minutes forget that', async (t) => {
  const world = await aWorld()
  const away: number[] = []
  const putOut = async (): Promise<void> => {
    fill(world)
    while (world.running('app').length > 0) await world.clock.advance(100)
    const begunTickMs = world.clock.tickMs()
    while (world.running('app').length === 0) await world.clock.advance(100)
    away.push(Math.round((world.clock.tickMs() - begunTickMs) / second))
  }
  for (let round = 0; round < 3; round++) await putOut()
  t.same(away, [10, 20, 40])
  await world.clock.advance(700 * second)
  await putOut()
  t.equal(away[3], 10)
})

await t.test('podkeep may be killed at any moment of it', async (t) => {
  for (let atMs = 4_900; atMs < 5_600; atMs += 25) {
    const world = await aWorld()
    fill(world)
    await world.clock.advance(atMs)
    const wasOut = world.records.get('default/web' as never)?.evicted !== undefined
    world.kill()
    await world.clock.advance(second)
    await world.start()
    await world.clock.advance(3 * second)
    if (wasOut) t.equal(status(world), `Failed Evicted ${message}`, `it is out after ${String(atMs)} ms`)
    await world.clock.advance(60 * second)
    t.same([world.running('app').length, world.volumeBytes.size], [1, 0], `killed after ${String(atMs)} ms`)
  }
})

await t.test('an edit tries again at once', async (t) => {
  const world = await aWorld()
  fill(world)
  await world.clock.advance(13 * second)
  t.equal(world.running('app').length, 0)
  const more = [{ name: 'cache', emptyDir: { sizeLimit: '4Mi' } }]
  world.write('web.yaml', podText({ name: 'web', volumes: more, containers: [{ name: 'app', mounts }] }))
  await world.clock.advance(2 * second)
  t.equal(world.running('app').length, 1)
})

await t.test('a limit that is raised in the manifest counts for what runs', async (t) => {
  const world = await aWorld()
  const [before] = world.running('app')
  const more = [{ name: 'cache', emptyDir: { sizeLimit: '4Mi' } }]
  world.write('web.yaml', podText({ name: 'web', volumes: more, containers: [{ name: 'app', mounts }] }))
  await world.clock.advance(2 * second)
  fill(world)
  await world.clock.advance(60 * second)
  t.same(
    world.running('app').map(({ id }) => id),
    [before?.id],
  )
})

await t.test(
  'init containers run again before a pod that was put out, also under Never with a Job’s backoffLimit',
  async (t) => {
    const limit = (count: number): Partial<PodText> => ({
      restartPolicy: 'Never',
      init: [{ name: 'prepare', script: 'exit 0' }],
      annotations: { 'podkeep.io/backoff-limit': String(count) },
    })
    const world = await aWorld(limit(1))
    const made: string[] = []
    world.engine.witness = ({ call, facts }) => {
      if (call === 'create') made.push(facts.name)
    }
    fill(world)
    await world.clock.advance(30 * second)
    t.same(made, ['POD', 'prepare', 'app'])
    fill(world)
    await world.clock.advance(900 * second)
    t.same([world.running('app').length, status(world)], [0, `Failed Evicted ${message}`], 'that was its last try')
    world.kill()
    await world.start()
    await world.clock.advance(900 * second)
    t.equal(status(world), `Failed Evicted ${message}`)
  },
)

await t.test('a pod that runs once stays out, until it is edited', async (t) => {
  const world = await aWorld({ restartPolicy: 'Never' })
  fill(world)
  await world.clock.advance(900 * second)
  t.same([world.running('app').length, status(world)], [0, `Failed Evicted ${message}`])
  world.kill()
  await world.start()
  await world.clock.advance(10 * second)
  t.same([world.running('app').length, status(world)], [0, `Failed Evicted ${message}`])
  world.write(
    'web.yaml',
    podText({ name: 'web', volumes, containers: [{ name: 'app', mounts }], graceSeconds: 7, restartPolicy: 'Never' }),
  )
  await world.clock.advance(10 * second)
  t.equal(world.running('app').length, 1)
})

await t.test(
  'a state folder that cannot be written does not keep the disk full, nor the pod away for ever',
  async (t) => {
    const world = await aWorld({ restartPolicy: 'OnFailure', init: [{ name: 'prepare', script: 'exit 0' }] })
    const made: string[] = []
    world.engine.witness = ({ call, facts }) => {
      if (call === 'create') made.push(facts.name)
    }
    fill(world)
    world.isStateFolderFull = true
    await world.clock.advance(13 * second)
    t.same([world.engine.containers().length, world.volumes.size], [0, 0])
    t.equal(status(world), `Failed Evicted ${message}`)
    world.isStateFolderFull = false
    await world.clock.advance(60 * second)
    t.equal(world.running('app').length, 1)
    t.same(made, ['POD', 'prepare', 'app'])
  },
)

await t.test('only pods with a limit on disk are measured', async (t) => {
  const world = await aWorld({ volumes: [{ name: 'cache', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }] })
  fill(world, 100 * mebi)
  await world.clock.advance(60 * second)
  t.equal(world.running('app').length, 1)
})
