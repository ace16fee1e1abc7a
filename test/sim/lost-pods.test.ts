/** Ways a directory or a neighbour once made podkeep remove pods that nobody wanted gone. */

import t from 'tap'

import { podText, type PodText } from './manifests.js'
import { worldWith } from './world-with.js'
import { World } from './world.js'

const minute = 60_000

async function restart(world: World, change: () => void): Promise<void> {
  world.kill()
  change()
  await world.start()
  await world.clock.advance(minute)
}

/** Another podkeep of the same node name on the same engine: its own directory, its own state folder. */
async function neighbourOf(world: World, ...pods: PodText[]): Promise<World> {
  const neighbour = new World(world)
  neighbour.stateFolderId = 'folder-2'
  for (const pod of pods) neighbour.files.set(`${pod.name}.yaml`, podText(pod))
  await neighbour.start()
  await world.clock.advance(minute)
  return neighbour
}

const broken = (pod: PodText): string => `${podText(pod)} }`

await t.test('a podkeep with another state folder leaves alone what it was not told of, and says so', async (t) => {
  const world = await worldWith({ name: 'web' })
  const [app] = world.running('app')
  const neighbour = await neighbourOf(world, { name: 'api' })
  t.strictSame(
    world.engine.containers().filter((one) => one.podName === 'web' && one.state === 'running').length,
    2,
    'sandbox and app',
  )
  t.equal(neighbour.pod('default/web')?.desire, 'hold')
  t.ok(neighbour.log.some((line) => line.includes('pod is left alone')))
  t.equal(world.pod('default/api')?.desire, 'hold')
  const stopping = neighbour.supervisor.stopPods()
  await world.clock.advance(minute)
  await stopping
  t.equal(world.instances('app').find((one) => one.id === app!.id)?.state, 'running', 'also when it stops its pods')
})

await t.test(
  'a lost state folder costs no pod: what has a manifest is taken over, the rest is left alone',
  async (t) => {
    const world = await worldWith({ name: 'web' }, { name: 'old' })
    const before = world.running('app').map((one) => one.id)
    await restart(world, () => {
      world.records.clear()
      world.believed.directoryId = null
      world.stateFolderId = 'folder-2'
      world.files.delete('old.yaml')
    })
    t.strictSame(
      world.running('app').map((one) => one.id),
      before,
    )
    t.equal(world.pod('default/web')?.desire, 'run')
    t.equal(world.pod('default/old')?.desire, 'hold')
    world.remove('web.yaml')
    await world.clock.advance(minute)
    t.equal(world.pod('default/web'), undefined, 'what was taken over is removed with its manifest')
    t.equal(world.running('app').length, 1)
  },
)

await t.test(
  'a directory that is empty because its disk is not mounted is not believed at the next start either',
  async (t) => {
    const world = await worldWith({ name: 'web' })
    const files = [...world.files]
    await restart(world, () => {
      world.files.clear()
      world.directoryId = 'mount point'
    })
    t.equal(world.running('app').length, 1)
    t.match(world.supervisor.board.readiness().checks[0]?.waitingFor, /replaced by an empty one .*touch/)
    t.equal(world.log.filter((line) => line.includes('manifest is broken')).length, 0, 'no manifest is')
    await restart(world, () => undefined)
    t.equal(world.running('app').length, 1)
    for (const [name, text] of files) world.files.set(name, text)
    world.directoryId = 'disk'
    world.rescan()
    t.equal(world.pod('default/web')?.desire, 'run')
  },
)

await t.test('a directory whose last file was deleted while podkeep was down is empty', async (t) => {
  const world = await worldWith({ name: 'web' })
  await restart(world, () => world.files.clear())
  t.equal(world.engine.containers().length, 0)
})

await t.test('an empty directory in the place of another is believed when it is so on purpose', async (t) => {
  const world = await worldWith({ name: 'web' })
  world.directoryId = 'new'
  world.files.clear()
  world.rescan()
  await world.clock.advance(minute)
  t.equal(world.running('app').length, 1)
  world.write('.podkeep-empty', '')
  await world.clock.advance(minute)
  t.equal(world.engine.containers().length, 0)
  world.remove('.podkeep-empty')
  t.equal(world.supervisor.board.readiness().ready, true)
})

await t.test('a first start on an empty directory waits for nothing', async (t) => {
  const world = await worldWith()
  t.equal(world.supervisor.board.readiness().ready, true)
  world.directoryId = 'another'
  world.rescan()
  t.equal(world.supervisor.board.readiness().ready, true, 'without pods there is nothing to lose')
})

for (const isDown of [false, true]) {
  const when = isDown ? 'while podkeep was down' : 'at once'
  const change = async (world: World, doing: () => void): Promise<void> => {
    if (isDown) {
      await restart(world, doing)
      return
    }
    doing()
    world.rescan()
    await world.clock.advance(minute)
  }

  await t.test(`a broken file that is renamed keeps its pod: ${when}`, async (t) => {
    const world = await worldWith({ name: 'web' })
    world.write('web.yaml', broken({ name: 'web' }))
    await change(world, () => {
      world.files.delete('web.yaml')
      world.files.set('renamed.yaml', broken({ name: 'web' }))
    })
    t.equal(world.running('app').length, 1)
    t.match(world.supervisor.board.manifests().files, [{ file: 'renamed.yaml', state: 'held', pods: ['default/web'] }])
    world.write('renamed.yaml', podText({ name: 'web' }))
    t.equal(world.pod('default/web')?.desire, 'run')
    world.write('renamed.yaml', broken({ name: 'other' }))
    t.equal(world.pod('default/web')?.desire, 'hold', 'what it last said well')
  })

  await t.test(`a pod that is moved into a file with a syntax error is kept: ${when}`, async (t) => {
    const world = await worldWith({ name: 'web' }, { name: 'api' })
    await change(world, () => {
      world.files.delete('web.yaml')
      world.files.set('api.yaml', `${podText({ name: 'api' })}\n---\n${broken({ name: 'web' })}`)
    })
    t.equal(world.running('app').length, 2)
    world.write('api.yaml', `${podText({ name: 'api' })}\n---\n${broken({ name: 'db' })}`)
    await world.clock.advance(minute)
    t.equal(world.running('app').length, 1, 'a broken file that does not name it keeps nothing')
  })

  await t.test(`a pod whose file went as another came that cannot be read is kept: ${when}`, async (t) => {
    const world = await worldWith({ name: 'web' })
    await change(world, () => {
      world.files.delete('web.yaml')
      world.files.set('unreadable.yaml', '')
    })
    t.equal(world.running('app').length, 1)
    t.match(world.supervisor.board.manifests().files, [{ state: 'held', pods: ['default/web'] }])
    world.remove('unreadable.yaml')
    await world.clock.advance(minute)
    t.equal(world.engine.containers().length, 0)
  })

  await t.test(`the file in force is renamed, and its duplicate stays the one that is refused: ${when}`, async (t) => {
    const first: PodText = { name: 'web', labels: { from: 'first' } }
    const world = new World()
    world.files.set('a.yaml', podText(first))
    await world.start()
    world.write('b.yaml', podText({ name: 'web', labels: { from: 'copy' } }))
    await world.clock.advance(minute)
    await change(world, () => {
      world.files.delete('a.yaml')
      world.files.set('z.yaml', podText(first))
    })
    t.match(world.pod('default/web'), { file: 'z.yaml', manifest: { metadata: { labels: { from: 'first' } } } })
  })
}

await t.test('what could not be recorded is not taken back by an older record when the file breaks', async (t) => {
  const world = await worldWith({ name: 'web' })
  const older = world.records.get('default/web' as never)
  world.write('web.yaml', podText({ name: 'web', containers: [{ name: 'app', env: { VERSION: '2' } }] }))
  await world.clock.advance(minute)
  const [newer] = world.running('app')
  await restart(world, () => {
    world.records.set('default/web' as never, older!)
    world.files.set('web.yaml', broken({ name: 'web' }))
  })
  t.strictSame(
    world.running('app').map((one) => one.id),
    [newer!.id],
  )
  world.engine.crash(newer!.id, 1)
  await world.clock.advance(minute)
  t.equal(world.running('app').length, 1, 'and it is healed')
})
