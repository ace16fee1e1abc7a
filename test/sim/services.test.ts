/** Services as names, told from the directory to the hosts files of the pods that run. */

import t from 'tap'

import { podText } from './manifests.js'
import { World } from './world.js'

const second = 1000

const serviceText = (name: string, selector: Record<string, string>): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector, ports: [{ port: 80 }] } })

/** What the pod's sandbox says of others, `ip name name ...` */
function hostsOf(world: World, pod: string): string[] {
  const sandbox = world.engine.containers().find((one) => one.podName === pod && one.kind === 'sandbox')
  return sandbox === undefined ? [] : world.engine.hosts(sandbox.id).map(({ ip, names }) => `${ip} ${names.join(' ')}`)
}

function ipOf(world: World, pod: string): string {
  return world.engine.containers().find((one) => one.podName === pod && one.ip !== null)?.ip ?? 'none'
}

const forms = 'web.default.svc.cluster.local web.default.svc web.default web'

async function aShop(): Promise<World> {
  const world = new World()
  for (const name of ['web-a', 'web-b']) world.files.set(`${name}.yaml`, podText({ name, labels: { app: 'web' } }))
  world.files.set('client.yaml', podText({ name: 'client' }))
  world.files.set('service.yaml', serviceText('web', { app: 'web' }))
  await world.start()
  await world.clock.advance(10 * second)
  return world
}

await t.test('pods come to stand behind a name, leave it when they end, and nobody is recreated for it', async (t) => {
  const world = await aShop()
  const both = [`${ipOf(world, 'web-a')} ${forms}`, `${ipOf(world, 'web-b')} ${forms}`].sort()
  t.same(hostsOf(world, 'client').sort(), both)
  const before = world.engine
    .containers()
    .filter(({ podName }) => podName === 'client')
    .map(({ id }) => id)
  world.remove('web-a.yaml')
  await world.clock.advance(60 * second)
  t.same(hostsOf(world, 'client'), [`${ipOf(world, 'web-b')} ${forms}`])
  world.remove('web-b.yaml')
  await world.clock.advance(60 * second)
  t.same(hostsOf(world, 'client'), [], 'a Service without pods leads nowhere')
  t.same(
    world.engine
      .containers()
      .filter(({ podName }) => podName === 'client')
      .map(({ id }) => id),
    before,
  )
})

await t.test('a Service that comes or goes while everything runs is known at once', async (t) => {
  const world = await aShop()
  world.remove('service.yaml')
  await world.clock.advance(second)
  t.same(hostsOf(world, 'client'), [])
  world.write('service.yaml', serviceText('web', { app: 'web' }))
  await world.clock.advance(second)
  t.equal(hostsOf(world, 'client').length, 2)
})

await t.test(
  'a Service takes its name from a pod that it does not select, also while nobody is behind it',
  async (t) => {
    const world = await aShop()
    const only = (pod: string): string[] => [`${ipOf(world, pod)} ${forms}`]
    world.write('web.yaml', podText({ name: 'web', labels: { app: 'other' } }))
    world.remove('web-b.yaml')
    await world.clock.advance(60 * second)
    t.same(hostsOf(world, 'client'), only('web-a'))
    t.match(
      world.supervisor.board.manifests().files.find(({ file }) => file === 'service.yaml'),
      {
        state: 'ok',
        warnings: [
          { file: 'service.yaml', field: 'metadata.name', message: /^pod default\/web in web\.yaml has this name too/ },
        ],
      },
    )
    t.equal(world.log.filter((line) => line.includes('has this name too')).length, 1)
    world.remove('web-a.yaml')
    await world.clock.advance(60 * second)
    t.same(hostsOf(world, 'client'), [`255.255.255.255 ${forms}`])
    world.write('web-a.yaml', podText({ name: 'web-a', labels: { app: 'web' } }))
    await world.clock.advance(60 * second)
    t.same(hostsOf(world, 'client'), only('web-a'))
    world.write('web.yaml', podText({ name: 'web', labels: { app: 'web' } }))
    await world.clock.advance(60 * second)
    t.same(
      hostsOf(world, 'client').sort(),
      [...only('web-a'), ...only('web')].sort(),
      'one that it selects is behind it',
    )
    t.same(world.supervisor.board.manifests().files.find(({ file }) => file === 'service.yaml')?.warnings, [])
  },
)

await t.test('names stay while podkeep is away, and its restart takes none of them for a moment', async (t) => {
  const world = await aShop()
  const before = hostsOf(world, 'client')
  world.kill()
  t.same(hostsOf(world, 'client'), before)
  const client = world.engine.containers().find((one) => one.podName === 'client' && one.kind === 'sandbox')!
  const written: number[] = []
  world.engine.onNames = (id, entries) => {
    if (id === client.id) written.push(entries.length)
  }
  await world.start()
  await world.clock.advance(10 * second)
  t.same(hostsOf(world, 'client'), before)
  t.same(written, [2], 'it wrote once, and all of them')
})

await t.test(
  'a Service in a broken file keeps its names through podkeep’s restart, and pods still come and go behind them',
  async (t) => {
    const world = await aShop()
    const before = hostsOf(world, 'client')
    world.write('service.yaml', serviceText('web', { app: 'web' }).replace('"selector"', '"selecter"'))
    await world.clock.advance(second)
    t.same(hostsOf(world, 'client'), before)
    world.kill()
    await world.start()
    await world.clock.advance(10 * second)
    t.same(hostsOf(world, 'client'), before)
    t.match(
      world.supervisor.board.manifests().files.find(({ file }) => file === 'service.yaml'),
      { state: 'held', problems: [{ message: /unknown field/ }] },
    )
    world.remove('web-a.yaml')
    await world.clock.advance(60 * second)
    t.same(hostsOf(world, 'client'), [`${ipOf(world, 'web-b')} ${forms}`])
    world.remove('service.yaml')
    await world.clock.advance(second)
    t.same(
      [hostsOf(world, 'client'), [...world.services]],
      [[], []],
      'and once its file is gone, it is, from the state folder too',
    )
  },
)

await t.test('a directory that cannot be read when podkeep starts takes no name away', async (t) => {
  const world = await aShop()
  const before = hostsOf(world, 'client')
  world.kill()
  world.isDirectoryReadable = false
  await world.start()
  await world.clock.advance(10 * second)
  t.same(hostsOf(world, 'client'), before)
  const isOfWebA = ({ podName, kind, state }: { podName: string; kind: string; state: string }): boolean =>
    podName === 'web-a' && kind === 'container' && state === 'running'
  for (let crash = 0; crash < 2; crash++) {
    world.engine.crash(world.engine.containers().find(isOfWebA)!.id, 1)
    await world.clock.advance(2 * second)
  }
  t.same(hostsOf(world, 'client'), [`${ipOf(world, 'web-b')} ${forms}`], 'who is not ready leaves them all the same')
  await world.clock.advance(60 * second)
  t.same(hostsOf(world, 'client').length, 2)
  world.kill()
  world.services.clear()
  await world.start()
  await world.clock.advance(10 * second)
  t.same(hostsOf(world, 'client').length, 2, 'where the state folder tells of no Service, what is there may be right')
})

await t.test('what a Service said last is what is kept, and a full disk only puts it off', async (t) => {
  const world = await aShop()
  world.isStateFolderFull = true
  world.write('service.yaml', serviceText('web', { app: 'none' }))
  await world.clock.advance(60 * second)
  t.match([...world.services.values()], [{ selector: { app: 'web' } }])
  t.equal(world.log.filter((line) => line.includes('Services cannot be remembered')).length, 1)
  world.isStateFolderFull = false
  await world.clock.advance(60 * second)
  t.match([...world.services.values()], [{ selector: { app: 'none' } }])
})
