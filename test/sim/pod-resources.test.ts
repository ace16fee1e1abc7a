/** Limits of pods as a whole, through the life of a pod and of podkeep. */

import t from 'tap'

import { podText } from './manifests.js'
import { World } from './world.js'

const second = 1000
const podWith = (memory: string | null): string =>
  podText({ name: 'web', graceSeconds: 1, spec: memory === null ? {} : { resources: { limits: { memory } } } })

await t.test('the group comes before the pod, is changed by an edit, and goes with the pod', async (t) => {
  const world = new World()
  const early: string[] = []
  world.engine.witness = ({ call, facts }) => {
    if (call === 'create' && world.podCgroups.size === 0) early.push(facts.name)
  }
  world.files.set('web.yaml', podWith('64Mi'))
  await world.start()
  await world.clock.advance(5 * second)
  t.same(early, [], 'nothing is made before its group is there')
  t.same(
    [...world.podCgroups.values()].map((one) => one.memoryBytes),
    [64 * 2 ** 20],
  )
  t.equal(world.running('app')[0]?.resources.memoryBytes, 64 * 2 ** 20, 'a container without a limit has the pod’s')
  const [before] = world.running('app')
  world.write('web.yaml', podWith('128Mi'))
  await world.clock.advance(5 * second)
  t.same(
    [...world.podCgroups.values()].map((one) => one.memoryBytes),
    [128 * 2 ** 20],
  )
  t.equal(world.running('app')[0]?.id, before?.id, 'as it runs')
  world.kill()
  world.podCgroups.clear()
  await world.start()
  await world.clock.advance(5 * second)
  t.equal(world.podCgroups.size, 1, 'set once more after podkeep’s restart')
  world.remove('web.yaml')
  await world.clock.advance(10 * second)
  t.equal(world.podCgroups.size, 0)
  t.equal(world.engine.containers().length, 0)
})

await t.test('a group whose pod went while podkeep was down is swept', async (t) => {
  const world = new World()
  world.files.set('web.yaml', podWith('64Mi'))
  await world.start()
  await world.clock.advance(5 * second)
  world.kill()
  world.files.delete('web.yaml')
  world.files.set('other.yaml', podText({ name: 'other' }))
  await world.start()
  await world.clock.advance(10 * second)
  world.kill()
  await world.start()
  await world.clock.advance(5 * second)
  t.equal(world.podCgroups.size, 0)
})

await t.test('an edit that takes the limits away makes the pod anew, and its group goes', async (t) => {
  const world = new World()
  world.files.set('web.yaml', podWith('64Mi'))
  await world.start()
  await world.clock.advance(5 * second)
  world.write('web.yaml', podWith(null))
  await world.clock.advance(10 * second)
  t.equal(world.podCgroups.size, 0)
  t.equal(world.running('app').length, 1)
})
