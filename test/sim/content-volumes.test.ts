/** Volumes made of ConfigMaps, Secrets and the pod itself, on the model engine: told stories. */

import t from 'tap'

import { podText } from './manifests.js'
import { World } from './world.js'

const minute = 60_000

const map = (data: object): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app' }, data })
const secret = (stringData: object): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, stringData })

const volumes = [
  { name: 'conf', configMap: { name: 'app' } },
  { name: 'keys', secret: { secretName: 'db', items: [{ key: 'p', path: 'sub/password', mode: 0o400 }] } },
  {
    name: 'me',
    downwardAPI: {
      items: ['labels', 'annotations'].map((path) => ({ path, fieldRef: { fieldPath: `metadata.${path}` } })),
    },
  },
  {
    name: 'all',
    projected: {
      sources: [
        { configMap: { name: 'app', items: [{ key: 'a', path: 'x' }] } },
        { secret: { name: 'db', items: [{ key: 'p', path: 'y' }], optional: true } },
      ],
    },
  },
]

const web = (label = 'one', annotations: Record<string, string> = {}): string =>
  podText({
    name: 'web',
    labels: { b: label, a: 'x' },
    annotations: { note: 'x "y"', ...annotations },
    volumes,
    containers: [
      { name: 'app', mounts: volumes.map(({ name }) => ({ name, mountPath: `/${name}` })) },
      { name: 'plain' },
    ],
  })

async function started(files: Readonly<Record<string, string>>): Promise<World> {
  const world = new World()
  for (const [name, text] of Object.entries(files)) world.files.set(name, text)
  await world.start()
  await world.clock.advance(minute)
  return world
}

const everything = { 'app.yaml': map({ a: 'one', z: 'last' }), 'db.yaml': secret({ p: 'hunter2' }), 'web.yaml': web() }

function contents(world: World, volume: string): Record<string, string> {
  const [, files = new Map<string, string>()] =
    [...world.writtenVolumes].find(([key]) => key.endsWith(`/${volume}`)) ?? []
  return Object.fromEntries(files)
}

await t.test('each key is a file, items choose and rename, and the pod tells of itself', async (t) => {
  const world = await started(everything)
  t.strictSame(contents(world, 'conf'), { a: 'one', z: 'last' })
  t.strictSame(contents(world, 'keys'), { 'sub/password': 'hunter2' })
  t.strictSame(contents(world, 'me'), { labels: 'a="x"\nb="one"', annotations: 'note="x \\"y\\""' })
  t.strictSame(contents(world, 'all'), { x: 'one', y: 'hunter2' })
  t.equal(world.running('app').length, 1)
})

await t.test('what changes is rewritten in the running pod, and nobody is replaced', async (t) => {
  const world = await started(everything)
  const before = ['app', 'plain'].map((name) => world.running(name)[0]?.id)
  world.write('app.yaml', map({ a: 'two' }))
  world.write('db.yaml', secret({ p: 'swordfish' }))
  world.write('web.yaml', web('other'))
  await world.clock.advance(1000)
  t.strictSame(contents(world, 'conf'), { a: 'two' })
  t.strictSame(contents(world, 'keys'), { 'sub/password': 'swordfish' })
  t.match(contents(world, 'me')['labels'], /b="other"$/)
  t.strictSame(contents(world, 'all'), { x: 'two', y: 'swordfish' })
  t.strictSame(
    ['app', 'plain'].map((name) => world.running(name)[0]?.id),
    before,
  )
  const told = (): string[] =>
    world.events.filter(({ reason }) => reason === 'VolumeRewritten').map(({ message }) => message)
  const rewritten = ['all', 'conf', 'keys', 'me'].map(
    (name) => `Volume ${name} was rewritten: what it is made of has changed`,
  )
  t.strictSame([...new Set(told())].sort(), rewritten)
  const count = told().length
  world.kill()
  await world.start()
  await world.clock.advance(minute)
  t.equal(told().length, count, 'what is taken over has changed in nothing')
})

await t.test('an edit of a volume that is taken back is carried out too', async (t) => {
  const withVolume = (source: object): string =>
    podText({
      name: 'web',
      volumes: [{ name: 'conf', ...source }],
      containers: [{ name: 'app', mounts: [{ name: 'conf', mountPath: '/conf' }] }],
    })
  const whole = { configMap: { name: 'app' } }
  const renamed = { configMap: { name: 'app', items: [{ key: 'a', path: 'q' }] } }
  const world = await started({ ...everything, 'web.yaml': withVolume(whole) })
  const shown = async (source: object): Promise<object> => {
    world.write('web.yaml', withVolume(source))
    await world.clock.advance(5000)
    return contents(world, 'conf')
  }
  for (const between of [{}, { secret: { secretName: 'db' } }, { emptyDir: {} }]) {
    t.strictSame(await shown(renamed), { q: 'one' })
    if ('secret' in between || 'emptyDir' in between) await shown(between)
    t.strictSame(await shown(whole), { a: 'one', z: 'last' }, JSON.stringify(between))
  }
})

await t.test('what is missing is waited for by name; what goes while the pod runs changes nothing', async (t) => {
  const world = await started({ 'web.yaml': web() })
  const waiting = (): unknown => world.pod('default/web')?.status.containerStatuses[0]?.state.waiting
  t.match(waiting(), {
    reason: 'CreateContainerConfigError',
    message: 'volume "conf": ConfigMap default/app is in no manifest here',
  })
  world.write('app.yaml', map({ b: 'x' }))
  world.write('db.yaml', everything['db.yaml'])
  await world.clock.advance(1000)
  t.match(waiting(), { message: 'volume "all": ConfigMap default/app has no key "a"; it has: b' })
  world.write('app.yaml', everything['app.yaml'])
  await world.clock.advance(1000)
  const [app] = world.running('app')
  t.ok(app, 'it starts by itself')
  world.remove('app.yaml')
  world.remove('db.yaml')
  await world.clock.advance(minute)
  t.strictSame(contents(world, 'conf'), { a: 'one', z: 'last' })
  t.equal(world.running('app')[0]?.id, app!.id)
  t.match(world.pod('default/web')?.status, {
    phase: 'Running',
    reason: 'FailedMount',
    message: 'volume "conf": ConfigMap default/app is in no manifest here',
  })
  const unread = world.events.filter(({ reason, message }) => reason === 'FailedMount' && message.includes('"conf"'))
  t.ok(unread.length > 0, 'and it is told')
  t.match(world.pod('default/web')?.status.containerStatuses[0]?.ready, true)
  world.write('app.yaml', map({ a: 'three' }))
  world.write('db.yaml', everything['db.yaml'])
  await world.clock.advance(1000)
  t.strictSame(contents(world, 'conf'), { a: 'three' })
  t.equal(world.pod('default/web')?.status.reason, undefined)
})

await t.test('podkeep’s own restart rewrites and replaces nothing that is as it should be', async (t) => {
  const world = await started(everything)
  const [app] = world.running('app')
  world.kill()
  world.write('app.yaml', map({ a: 'three' }))
  await world.start()
  await world.clock.advance(minute)
  t.strictSame(contents(world, 'conf'), { a: 'three' }, 'what changed meanwhile is made good')
  t.equal(world.running('app')[0]?.id, app!.id)
})

await t.test('on-config-change: restart replaces those that mount what changed, and only those', async (t) => {
  const annotations = { 'podkeep.io/on-config-change': 'restart' }
  const world = await started({ ...everything, 'web.yaml': web('one', annotations) })
  const [app, plain] = [world.running('app')[0]!, world.running('plain')[0]!]
  world.write('app.yaml', map({ a: 'two' }))
  await world.clock.advance(minute)
  t.equal(world.running('app')[0]?.attempt, app.attempt + 1)
  t.equal(world.running('plain')[0]?.id, plain.id)
  t.strictSame(contents(world, 'conf'), { a: 'two' })
})

await t.test('no value of a Secret is in the log', async (t) => {
  const world = await started(everything)
  world.write('db.yaml', secret({ p: 'swordfish' }))
  await world.clock.advance(minute)
  const told = [
    ...world.log,
    JSON.stringify(world.supervisor.board.pods()),
    JSON.stringify(world.supervisor.board.plans()),
  ]
  t.notMatch(told.join('\n'), /hunter2|swordfish/)
})
