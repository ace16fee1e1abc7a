/** Claims that only one pod may use: who has it keeps it, and who comes second waits and touches nothing. */

import t from 'tap'

import { podText } from './manifests.js'
import { World } from './world.js'

const second = 1000

const claimText = (mode: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: [mode], resources: { requests: { storage: '1Gi' } } },
  })
const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }]
const mounts = [{ name: 'v', mountPath: '/data' }]
const user = (name: string, fields: object = {}): string =>
  podText({ name, volumes, containers: [{ name, mounts }], ...fields })

async function twoPods(mode: string): Promise<World> {
  const world = new World()
  world.files.set('claim.yaml', claimText(mode))
  world.files.set('b.yaml', user('b'))
  await world.start()
  await world.clock.advance(10 * second)
  world.write('a.yaml', user('a'))
  await world.clock.advance(10 * second)
  return world
}

const taken = 'volume "v": the claim default/data is ReadWriteOncePod, and pod default/b uses it'
const whyNot = (world: World, key: string): string[] =>
  (world.supervisor.board.plans().find((plan) => plan.key === key)?.waits ?? [])
    .filter(({ reason }) => reason === 'FailedMount')
    .map(({ message }) => message)

await t.test('the second pod waits for a claim that is for one pod, and starts once the first is gone', async (t) => {
  const world = await twoPods('ReadWriteOncePod')
  t.same([world.running('a').length, world.running('b').length], [0, 1])
  t.same(whyNot(world, 'default/a'), [taken])
  t.equal(
    world.engine.containers().filter(({ podName }) => podName === 'a').length,
    0,
    'nothing of it is made meanwhile, its sandbox neither',
  )
  world.remove('b.yaml')
  await world.clock.advance(60 * second)
  t.same([world.running('a').length, world.instances('b').length], [1, 0])
  t.same(whyNot(world, 'default/a'), [])
})

await t.test('other access modes are for any number of pods of this machine', async (t) => {
  const world = await twoPods('ReadWriteOnce')
  t.same([world.running('a').length, world.running('b').length], [1, 1])
})

await t.test('a pod keeps its claim while it crashes, and when podkeep is killed', async (t) => {
  const world = await twoPods('ReadWriteOncePod')
  for (let crash = 0; crash < 3; crash++) {
    const [running] = world.running('b')
    if (running !== undefined) world.engine.crash(running.id, 1)
    await world.clock.advance(5 * second)
    t.equal(world.running('a').length, 0)
  }
  world.kill()
  const [running] = world.running('b')
  if (running !== undefined) world.engine.crash(running.id, 1)
  await world.start()
  await world.clock.advance(600 * second)
  t.same([world.running('a').length, world.running('b').length], [0, 1])
  t.same(whyNot(world, 'default/a'), [taken])
})

await t.test('of two that come at the same time the first by name has it; one that is done gives it up', async (t) => {
  const world = new World()
  world.files.set('claim.yaml', claimText('ReadWriteOncePod'))
  const job = [{ name: 'a', mounts, script: 'sleep 5; exit 0' }]
  world.files.set('a.yaml', user('a', { restartPolicy: 'Never', containers: job }))
  world.files.set('b.yaml', user('b'))
  await world.start()
  await world.clock.advance(3 * second)
  t.same([world.running('a').length, world.running('b').length], [1, 0])
  await world.clock.advance(60 * second)
  t.same([world.running('a').length, world.running('b').length], [0, 1])
})

await t.test('an edit that asks for a claim of another leaves the pod running as it was', async (t) => {
  const world = new World()
  world.files.set('claim.yaml', claimText('ReadWriteOncePod'))
  world.files.set('a.yaml', podText({ name: 'a', containers: [{ name: 'a' }] }))
  world.files.set('b.yaml', user('b'))
  await world.start()
  await world.clock.advance(10 * second)
  const [before] = world.running('a')
  world.write('a.yaml', user('a'))
  await world.clock.advance(60 * second)
  t.same(
    world.running('a').map(({ id }) => id),
    [before?.id],
  )
  t.same(whyNot(world, 'default/a'), [taken])
  world.remove('claim.yaml')
  await world.clock.advance(60 * second)
  t.equal(world.running('a').length, 1)
  t.not(world.running('a')[0]?.id, before?.id, 'without the document the claim is for any number of pods')
})

await t.test('a claim in a file that is broken when podkeep starts is for one pod all the same', async (t) => {
  const world = await twoPods('ReadWriteOncePod')
  world.kill()
  world.files.set('claim.yaml', claimText('ReadWriteOncePod').replace('"spec"', '"sepc"'))
  await world.start()
  await world.clock.advance(60 * second)
  t.same([world.running('a').length, world.running('b').length], [0, 1])
  t.same(whyNot(world, 'default/a'), [taken])
})

await t.test('an edit that drops the claim gives it up when the old containers are gone', async (t) => {
  const world = await twoPods('ReadWriteOncePod')
  const slow = { containers: [{ name: 'b', mounts, script: 'stop in 5' }] }
  world.write('b.yaml', user('b', slow))
  await world.clock.advance(60 * second)
  t.same([world.running('a').length, world.running('b').length], [0, 1])
  const [before] = world.running('b')
  world.write('b.yaml', podText({ name: 'b', containers: [{ name: 'b', script: 'stop in 5' }] }))
  await world.clock.advance(3 * second)
  t.same([world.running('a').length, world.running('b')[0]?.id], [0, before?.id], 'it is still being stopped')
  world.kill()
  await world.start()
  await world.clock.advance(0)
  t.same(whyNot(world, 'default/a'), [taken], 'also to another podkeep')
  await world.clock.advance(10 * second)
  t.same([world.running('a').length, world.running('b').length], [1, 1])
})

await t.test('two pods that swap claims for one pod each do so one after the other', async (t) => {
  const other = claimText('ReadWriteOncePod').replace('"data"', '"more"')
  const using = (name: string, claimName: string): string =>
    podText({
      ...{ name, volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }], containers: [{ name, mounts }] },
      graceSeconds: 1,
    })
  const world = new World()
  for (const [file, text] of Object.entries({ 'claim.yaml': claimText('ReadWriteOncePod'), 'more.yaml': other }))
    world.files.set(file, text)
  world.files.set('a.yaml', using('a', 'data'))
  world.files.set('b.yaml', using('b', 'more'))
  await world.start()
  await world.clock.advance(10 * second)
  world.files.set('a.yaml', using('a', 'more'))
  world.write('b.yaml', using('b', 'data'))
  await world.clock.advance(20 * second)
  t.same([world.running('a').length, world.running('b').length], [1, 1])
  const sandboxes = world.engine.containers().filter(({ kind }) => kind === 'sandbox')
  t.same(Object.fromEntries(sandboxes.map(({ podName, claims }) => [podName, claims])), { a: ['more'], b: ['data'] })
})
