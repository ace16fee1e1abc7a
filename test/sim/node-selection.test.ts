/** Pods that are for other nodes: nothing of them is made here, they take nothing from others, and what was begun here goes on. */

import t from 'tap'

import { usualPolicy } from '../../lib/manifest/index.js'
import { nodeIdentity } from '../../lib/pod/index.js'
import { podText } from './manifests.js'
import { World } from './world.js'

const second = 1000
const pod = (name: string, disk: string, more: object = {}): string =>
  podText({ name, graceSeconds: 1, spec: { nodeSelector: { disk } }, containers: [{ name, ...more }] })

const worldWith = async (files: Readonly<Record<string, string>>): Promise<World> => {
  const world = new World()
  for (const image of ['a:1', 'a:2', 'b:1', 'c:1']) world.engine.registry.add(image)
  world.policy = { ...usualPolicy, node: nodeIdentity('model', 'amd64', { disk: 'ssd' }) }
  for (const [file, text] of Object.entries(files)) world.files.set(file, text)
  await world.start()
  await world.clock.advance(5 * second)
  return world
}
const runs = (world: World): string[] =>
  world.engine
    .containers()
    .filter((one) => one.state === 'running' && one.kind === 'container')
    .map(({ name, image }) => `${name} ${image}`)
    .sort()

await t.test('a pod for another node waits and says why; nothing is made of it, and no image pulled', async (t) => {
  const world = await worldWith({ 'a.yaml': pod('a', 'hdd'), 'b.yaml': pod('b', 'ssd', { image: 'b:1' }) })
  t.same(runs(world), ['b b:1'])
  t.equal(world.engine.containers().length, 2, 'one and its sandbox')
  const message = 'nodeSelector asks for the label disk=hdd, where this node has disk=ssd'
  t.match(world.pod('default/a')?.status, { phase: 'Pending', reason: 'NodeAffinity', message })
  t.match(world.pod('default/a')?.status.containerStatuses[0]?.state.waiting, { reason: 'NodeAffinity', message })
  const told = world.events.filter(({ reason }) => reason === 'NodeAffinity')
  t.match(told, [{ type: 'Warning', message }], 'told once')
  world.write('a.yaml', pod('a', 'ssd', { image: 'a:1' }))
  await world.clock.advance(5 * second)
  t.same(runs(world), ['a a:1', 'b b:1'], 'an edit makes it one for this node')
})

await t.test('it takes no port of the host from a pod that is for this node', async (t) => {
  const world = await worldWith({
    'a.yaml': pod('a', 'hdd', { hostPort: 80 }),
    'b.yaml': pod('b', 'ssd', { hostPort: 80, image: 'b:1' }),
  })
  t.same(runs(world), ['b b:1'])
})

await t.test(
  'what was begun here goes on when its manifest asks for another node, over its crashes and podkeep’s restart',
  async (t) => {
    const world = await worldWith({ 'a.yaml': pod('a', 'ssd', { image: 'a:1' }) })
    const [first] = world.engine.containers().filter(({ kind }) => kind === 'container')
    world.write('a.yaml', pod('a', 'hdd', { image: 'a:1' }))
    await world.clock.advance(5 * second)
    t.equal(world.engine.containers().find(({ kind }) => kind === 'container')?.id, first?.id, 'untouched')
    t.match(world.pod('default/a')?.status, {
      phase: 'Running',
      reason: 'NodeAffinity',
      message: /^nodeSelector asks .*; what was begun here stays until its manifest goes$/,
    })
    world.kill()
    await world.start()
    await world.clock.advance(5 * second)
    t.equal(world.engine.containers().find(({ kind }) => kind === 'container')?.id, first?.id, 'still untouched')
    world.write('a.yaml', pod('a', 'hdd', { image: 'a:2' }))
    await world.clock.advance(60 * second)
    t.same(runs(world), ['a a:2'], 'edits reach it')
    world.remove('a.yaml')
    await world.clock.advance(10 * second)
    t.same(world.engine.containers(), [])
    world.write('a.yaml', pod('a', 'hdd', { image: 'a:2' }))
    await world.clock.advance(10 * second)
    t.same(world.engine.containers(), [], 'once it was removed it is for the other node')
  },
)

await t.test('a file that breaks makes no pod of it one for this node', async (t) => {
  const world = await worldWith({ 'a.yaml': pod('a', 'hdd', { image: 'a:1' }) })
  world.write('a.yaml', `${pod('a', 'hdd', { image: 'a:1' })}\nbroken: [`)
  await world.clock.advance(10 * second)
  t.match(world.pod('default/a'), { desire: 'hold' })
  t.same(world.engine.containers(), [])
  t.match(world.pod('default/a')?.status, { phase: 'Pending' })
})

await t.test('a pod that only waited was not begun', async (t) => {
  const world = await worldWith({
    'b.yaml': pod('b', 'ssd', { hostPort: 80, image: 'b:1' }),
    'c.yaml': pod('c', 'ssd', { hostPort: 80, image: 'c:1' }),
  })
  t.same(runs(world), ['b b:1'])
  world.write('c.yaml', pod('c', 'hdd', { hostPort: 80, image: 'c:1' }))
  await world.clock.advance(2 * second)
  world.remove('b.yaml')
  await world.clock.advance(10 * second)
  t.same(world.engine.containers(), [])
})

await t.test('an edit that makes the pods of a Deployment ones for another node reaches them all', async (t) => {
  const deployment = (disk: string, image: string): string =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { nodeSelector: { disk }, terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image }] },
        },
      },
    })
  const world = await worldWith({ 'web.yaml': deployment('ssd', 'a:1') })
  t.same(runs(world), ['c a:1', 'c a:1', 'c a:1'])
  world.write('web.yaml', deployment('hdd', 'a:2'))
  await world.clock.advance(60 * second)
  t.same(runs(world), ['c a:2', 'c a:2', 'c a:2'])
})

await t.test('a CronJob for another node has no runs here', async (t) => {
  const cronJob = (disk: string): string =>
    JSON.stringify({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'tick' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: {
          spec: {
            template: {
              spec: { restartPolicy: 'Never', nodeSelector: { disk }, containers: [{ name: 'c', image: 'c:1' }] },
            },
          },
        },
      },
    })
  const world = await worldWith({ 'tick.yaml': cronJob('hdd') })
  await world.clock.advance(150 * second)
  t.same(world.engine.containers(), [])
  world.write('tick.yaml', cronJob('ssd'))
  await world.clock.advance(61 * second)
  t.not(world.engine.containers().length, 0)
})
