/** Answers that are lost, late or wrong, told step by step on the model engine: each of these once ended otherwise. */

import t from 'tap'

import { podText, type PodText } from './manifests.js'
import { worldWith } from './world-with.js'
import type { World } from './world.js'

const second = 1000
const minute = 60_000

function edit(world: World, pod: PodText): void {
  world.write(`${pod.name}.yaml`, podText(pod))
}

await t.test('a creation that is answered after the pod was removed and brought back disturbs nothing', async (t) => {
  const world = await worldWith({ name: 'web' })
  const delays = [0, 0, 0, 20 * second]
  world.engine.chaos = {
    random: { between: () => delays.shift() ?? 0, chance: () => false } as never,
    maxLatencyMs: 0,
    maxEventDelayMs: 0,
    failBefore: 0,
    failAfter: 0,
  }
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(100)
  world.remove('web.yaml')
  await world.clock.advance(second)
  edit(world, { name: 'web' })
  const kills: string[] = []
  world.engine.witness = ({ call, facts }) => {
    if (call === 'kill') kills.push(facts.name)
  }
  await world.clock.advance(minute)
  t.equal(world.running('app').length, 1)
  t.strictSame(kills, [])
  t.equal(new Set(world.engine.containers().map((one) => one.podUid)).size, 1)
})

await t.test('a look at a dead container that fails is made again soon', async (t) => {
  const world = await worldWith({ name: 'web' })
  let failing = true
  world.engine.chaos = {
    random: { between: () => 0, chance: (p: number) => p > 0 && failing } as never,
    maxLatencyMs: 0,
    maxEventDelayMs: 0,
    failBefore: 1,
    failAfter: 0,
  }
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(100)
  failing = false
  await world.clock.advance(15 * second)
  t.equal(world.running('app').length, 1)
})

await t.test('looks at everything that are asked for at the wrong moment do not add up', async (t) => {
  const world = await worldWith({ name: 'web', containers: [{ name: 'app' }, { name: 'side' }] })
  let lists = 0
  const listed = world.engine.containersOf.bind(world.engine)
  world.engine.containersOf = (node) => {
    lists += 1
    return listed(node)
  }
  let isFailing = true
  world.engine.chaos = {
    random: { between: () => 700, chance: (p: number) => p > 0 && isFailing } as never,
    maxLatencyMs: 0,
    maxEventDelayMs: 0,
    failBefore: 0,
    failAfter: 1,
  }
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(1500)
  world.engine.crash(world.running('side')[0]!.id, 1)
  await world.clock.advance(10 * second)
  isFailing = false
  await world.clock.advance(minute)
  world.engine.chaos = null
  t.equal(world.running('app').length + world.running('side').length, 2)
  lists = 0
  await world.clock.advance(60 * minute)
  t.ok(lists >= 11 && lists <= 13, `${String(lists)} in an hour`)
})

await t.test(
  'an image that is there for the pull and absent for the container is not pulled without end',
  async (t) => {
    const world = await worldWith()
    world.engine.chaos = {
      random: { between: (_low: number, high: number) => high, chance: () => false } as never,
      maxLatencyMs: 10,
      maxEventDelayMs: 0,
      failBefore: 0,
      failAfter: 0,
    }
    world.engine.registry.add('app:2')
    world.engine.images.add = () => world.engine.images
    edit(world, { name: 'web', containers: [{ name: 'app', image: 'app:2' }] })
    await world.clock.advance(minute)
    const pulls = world.log.filter((line) => line.includes('image pulled')).length
    t.ok(pulls > 0 && pulls < 10, `${String(pulls)} pulls`)
  },
)

for (const dies of ['nothing', 'the sandbox']) {
  await t.test(`a job whose start was never answered has had its run: ${dies} dies`, async (t) => {
    const world = await worldWith()
    let starts = 0
    let isFailing = false
    world.engine.chaos = {
      random: { between: () => 0, chance: (p: number) => p > 0 && isFailing } as never,
      maxLatencyMs: 0,
      maxEventDelayMs: 10 * second,
      failBefore: 0,
      failAfter: 1,
    }
    world.engine.witness = ({ call, facts }) => {
      if (call !== 'start' || facts.name !== 'once') return
      starts += 1
      isFailing = true
    }
    world.write(
      'job.yaml',
      podText({ name: 'job', restartPolicy: 'Never', containers: [{ name: 'once', script: 'exit 0' }] }),
    )
    await world.clock.advance(100)
    if (dies === 'the sandbox') world.engine.crash(world.running('POD')[0]!.id, 137)
    await world.clock.advance(100)
    isFailing = false
    await world.clock.advance(minute)
    t.equal(starts, 1)
    t.equal(world.pod('default/job')?.status.phase, 'Succeeded')
  })
}

await t.test('a dead container that is pruned while its successor is being made gets no second one', async (t) => {
  const world = await worldWith({ name: 'web' })
  const delays = [0, 0, 0, second]
  world.engine.chaos = {
    random: { between: () => delays.shift() ?? 0, chance: () => false } as never,
    maxLatencyMs: 0,
    maxEventDelayMs: 0,
    failBefore: 0,
    failAfter: 0,
  }
  const [dead] = world.running('app')
  const starts: string[] = []
  world.engine.witness = ({ call, facts }) => {
    if (call === 'start') starts.push(facts.name)
  }
  world.engine.crash(dead!.id, 1)
  await world.clock.advance(100)
  world.engine.removeByHand(dead!.id)
  await world.clock.advance(minute)
  t.strictSame(starts, ['app'])
})
