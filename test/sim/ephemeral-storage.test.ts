/** Containers that have more on the disk than their limits say: their pod is put out, waits, and begins again with nothing of it. */

import t from 'tap'

import { podText, type ContainerText } from './manifests.js'
import { image, World } from './world.js'

const second = 1000
const mebi = 2 ** 20

const limit = (size: string): Partial<ContainerText> => ({
  fields: { resources: { limits: { 'ephemeral-storage': size } } },
})
const manifest = (size: string, other: Partial<ContainerText> = {}): string =>
  podText({
    name: 'web',
    volumes: [{ name: 'scratch', emptyDir: {} }],
    containers: [
      { name: 'app', ...limit(size), mounts: [{ name: 'scratch', mountPath: '/scratch' }] },
      { name: 'beside', ...other },
    ],
  })
const appMessage = 'Container app exceeded its local ephemeral storage limit "10Mi".'
const podMessage = (size: string): string =>
  `Pod ephemeral local storage usage exceeds the total limit of containers ${size}.`

async function aWorld(text = manifest('10Mi', limit('20Mi'))): Promise<World> {
  const world = new World()
  world.files.set('web.yaml', text)
  world.engine.images.add(image)
  await world.start()
  await world.clock.advance(5 * second)
  return world
}

function write(world: World, container: string, bytes: number): void {
  for (const { id } of world.running(container)) world.engine.diskBytes.set(id, bytes)
}
const status = (world: World): string => {
  const { phase, reason, message } = world.pod('default/web')?.status ?? {}
  return [phase, reason, message].filter((part) => part !== undefined).join(' ')
}

await t.test(
  'a container over its limit puts its pod out; it is back as the same pod, with nothing written',
  async (t) => {
    const world = await aWorld()
    const uid = world.instances('app').at(-1)?.podUid
    write(world, 'app', 10 * mebi)
    await world.clock.advance(30 * second)
    t.equal(world.running('app').length, 1, 'as much as it may have is not too much')
    write(world, 'app', 10 * mebi + 1)
    await world.clock.advance(11 * second)
    t.equal(status(world), `Failed Evicted ${appMessage}`)
    t.same([world.engine.containers().length, world.volumes.size], [0, 0], 'nothing of it is left')
    t.equal(world.records.get('default/web' as never)?.evicted?.message, appMessage)
    t.same(
      world.events.filter(({ reason }) => reason === 'Evicted').map(({ message }) => message),
      [appMessage],
    )
    world.kill()
    await world.clock.advance(second)
    await world.start()
    await world.clock.advance(2 * second)
    t.equal(status(world), `Failed Evicted ${appMessage}`, 'another podkeep knows of it')
    await world.clock.advance(12 * second)
    t.same([world.running('app').length, status(world)], [1, 'Running'])
    t.equal(world.instances('app').at(-1)?.podUid, uid)
    await world.clock.advance(700 * second)
    t.equal(world.running('app').length, 1, 'and stays')
  },
)

await t.test('all containers and emptyDirs together count against the sum of the limits', async (t) => {
  const world = await aWorld(manifest('10Mi'))
  write(world, 'app', 4 * mebi)
  write(world, 'beside', 4 * mebi)
  await world.clock.advance(30 * second)
  t.equal(world.running('app').length, 1)
  const uid = world.instances('app').at(-1)?.podUid ?? 'none'
  world.volumeBytes.set(`${uid}/scratch`, 2 * mebi + 1)
  await world.clock.advance(12 * second)
  t.equal(status(world), `Failed Evicted ${podMessage('10Mi')}`)
  await world.clock.advance(30 * second)
  t.same([world.running('app').length, world.volumeBytes.size], [1, 0])
})

await t.test('podkeep may be killed at any moment of it', async (t) => {
  for (let atMs = 4_900; atMs < 5_600; atMs += 25) {
    const world = await aWorld()
    write(world, 'app', 11 * mebi)
    await world.clock.advance(atMs)
    world.kill()
    await world.clock.advance(second)
    await world.start()
    await world.clock.advance(60 * second)
    const over = world.running('app').filter(({ id }) => (world.engine.diskBytes.get(id) ?? 0) > 10 * mebi)
    t.same([world.running('app').length, over.length], [1, 0], `killed after ${String(atMs)} ms`)
  }
})

await t.test('an edit of the limit counts at once, and replaces nothing', async (t) => {
  const world = await aWorld()
  const ids = world.running('app').map(({ id }) => id)
  write(world, 'app', 6 * mebi)
  await world.clock.advance(20 * second)
  world.write('web.yaml', manifest('7Mi', limit('20Mi')))
  await world.clock.advance(2 * second)
  t.same(
    world.running('app').map(({ id }) => id),
    ids,
  )
  world.write('web.yaml', manifest('5Mi', limit('20Mi')))
  await world.clock.advance(2 * second)
  t.equal(status(world), 'Failed Evicted Container app exceeded its local ephemeral storage limit "5Mi".')
  await world.clock.advance(5 * second)
  t.match(status(world), /^Failed Evicted /, 'and waits its time')
})

await t.test('containers without a limit in their pod are never measured', async (t) => {
  const world = await aWorld(podText({ name: 'web', containers: [{ name: 'app' }] }))
  write(world, 'app', 1000 * mebi)
  await world.clock.advance(60 * second)
  t.equal(world.running('app').length, 1)
})
