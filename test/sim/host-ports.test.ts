/** Ports of the host that two pods want: the second waits and says for whom, the engine is never asked in vain, and nothing that runs is touched. */

import t from 'tap'

import { podText } from './manifests.js'
import { World } from './world.js'

const second = 1000
const web = (name: string, hostPort: number, more: object = {}): string =>
  podText({ name, graceSeconds: 1, containers: [{ name, hostPort, ...more }] })

const worldWith = async (files: Readonly<Record<string, string>>): Promise<World> => {
  const world = new World()
  for (const [file, text] of Object.entries(files)) world.files.set(file, text)
  await world.start()
  await world.clock.advance(5 * second)
  return world
}
const runs = (world: World): string[] =>
  world.engine
    .containers()
    .filter((one) => one.state === 'running' && one.kind === 'container')
    .map(({ name }) => name)
    .sort()
/** The first of each. */
const portsOf = (world: World): Record<string, number | undefined> => {
  const sandboxes = world.engine.containers().filter((one) => one.kind === 'sandbox' && one.state === 'running')
  return Object.fromEntries(sandboxes.map(({ podName, ports }) => [podName, ports?.[0]?.hostPort]))
}

await t.test('the second waits, says for whom, and starts by itself when the first goes', async (t) => {
  const world = await worldWith({ 'a.yaml': web('a', 80), 'b.yaml': web('b', 80) })
  t.same(runs(world), ['a'])
  t.match(world.pod('default/b')?.status, {
    phase: 'Pending',
    reason: 'HostPortConflict',
    message: 'port 80/TCP of the host is taken by pod default/a',
  })
  t.notOk(
    world.log.some((line) => line.includes('already allocated')),
    'the engine was never asked for it',
  )
  world.remove('a.yaml')
  await world.clock.advance(10 * second)
  t.same(runs(world), ['b'])
})

await t.test('who is there keeps it, whatever the other is called', async (t) => {
  const world = await worldWith({ 'b.yaml': web('b', 80) })
  world.write('a.yaml', web('a', 80))
  await world.clock.advance(5 * second)
  t.same(runs(world), ['b'])
  world.kill()
  await world.start()
  await world.clock.advance(5 * second)
  t.same(runs(world), ['b'], 'also after podkeep’s restart')
})

await t.test('a pod that an edit makes anew does not wait for itself', async (t) => {
  const world = await worldWith({ 'a.yaml': web('a', 80) })
  world.write('a.yaml', web('a', 80, { env: { NEW: '1' } }))
  await world.clock.advance(5 * second)
  world.write(
    'a.yaml',
    podText({ name: 'a', graceSeconds: 1, spec: { hostname: 'other' }, containers: [{ name: 'a', hostPort: 80 }] }),
  )
  await world.clock.advance(5 * second)
  t.same(runs(world), ['a'])
  t.match(world.pod('default/a')?.status, { phase: 'Running' })
})

await t.test('an edit that wants another’s port leaves what runs as it is until the other goes', async (t) => {
  const world = await worldWith({ 'a.yaml': web('a', 80), 'b.yaml': web('b', 81) })
  const before = world.instances('b').length
  world.write('b.yaml', web('b', 80))
  await world.clock.advance(5 * second)
  t.same(runs(world), ['a', 'b'])
  t.equal(world.instances('b').length, before)
  world.write('a.yaml', web('a', 82))
  await world.clock.advance(10 * second)
  t.same(runs(world), ['a', 'b'])
  t.ok(world.instances('b').length > before, 'then it is made anew')
})

await t.test('what is finished gives its port back; a pod on the host’s network has those it declares', async (t) => {
  const once = podText({
    name: 'a',
    restartPolicy: 'Never',
    containers: [{ name: 'a', hostPort: 80, script: 'exit 0' }],
  })
  const finished = await worldWith({ 'a.yaml': once, 'b.yaml': web('b', 80) })
  await finished.clock.advance(10 * second)
  t.same(runs(finished), ['b'])
  const onHost = podText({
    name: 'a',
    hostNetwork: true,
    containers: [{ name: 'a', fields: { ports: [{ containerPort: 80 }] } }],
  })
  t.same(runs(await worldWith({ 'a.yaml': onHost, 'b.yaml': web('b', 80) })), ['a'])
})

await t.test(
  'two that an edit makes swap their ports: both run with the other’s, and one of the two goes first',
  async (t) => {
    const world = await worldWith({ 'a.yaml': web('a', 80), 'b.yaml': web('b', 81) })
    world.files.set('a.yaml', web('a', 81))
    world.write('b.yaml', web('b', 80))
    await world.clock.advance(10 * second)
    t.same(runs(world), ['a', 'b'])
    t.same(portsOf(world), { a: 81, b: 80 })
    t.notOk(
      world.log.some((line) => line.includes('already allocated')),
      'nobody asked the engine in vain',
    )
  },
)

await t.test(
  'two that want each other’s ports, one of which a third has: neither is stopped before that one moves',
  async (t) => {
    const world = await worldWith({ 'a.yaml': web('a', 80), 'b.yaml': web('b', 81), 'c.yaml': web('c', 82) })
    const both = [{ containerPort: 80, hostPort: 80 }, ...[{ containerPort: 81, hostPort: 82 }]]
    world.files.set('a.yaml', web('a', 81))
    world.write('b.yaml', podText({ name: 'b', graceSeconds: 1, containers: [{ name: 'b', fields: { ports: both } }] }))
    await world.clock.advance(10 * second)
    t.same(portsOf(world), { a: 80, b: 81, c: 82 })
    t.same([world.instances('a').length, world.instances('b').length], [1, 1], 'both run on')
    t.equal(world.pod('default/a')?.status.message, 'port 81/TCP of the host is taken by pod default/b')
    const told = 'port 80/TCP of the host is taken by pod default/a; port 82/TCP of the host is taken by pod default/c'
    t.equal(world.pod('default/b')?.status.message, told)
    world.write('c.yaml', web('c', 83))
    await world.clock.advance(10 * second)
    t.same(portsOf(world), { a: 81, b: 80, c: 83 })
    t.same(runs(world), ['a', 'b', 'c'])
  },
)

await t.test('of two that swap their ports neither is stopped while the image of one is nowhere', async (t) => {
  const world = await worldWith({ 'a.yaml': web('a', 80), 'b.yaml': web('b', 81) })
  const before = world.engine.containers().map(({ id }) => id)
  world.write('a.yaml', web('a', 81))
  world.write('b.yaml', web('b', 80, { image: 'nowhere:1' }))
  await world.clock.advance(60 * second)
  t.same(runs(world), ['a', 'b'])
  t.same(
    world.engine.containers().map(({ id }) => id),
    before,
    'untouched',
  )
  world.engine.registry.add('nowhere:1')
  await world.clock.advance(600 * second)
  t.same(runs(world), ['a', 'b'])
  t.same(world.running('b')[0]?.image, 'nowhere:1', 'and once it is there both move')
})
