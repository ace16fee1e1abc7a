/** Edits of Deployments and StatefulSets on the model engine: one after the other, and a broken one goes no further. */

import t from 'tap'

import { Random } from './random.js'
import { image, World } from './world.js'

t.setTimeout(300_000)

const second = 1000
const minute = 60 * second

interface Shape {
  readonly kind?: 'Deployment' | 'StatefulSet'
  readonly replicas?: number
  readonly version: string
  /** Fields of the workload's spec. */
  readonly more?: object
  readonly command?: readonly string[]
  readonly image?: string
}

function workload({
  kind = 'Deployment',
  replicas = 4,
  version,
  more = {},
  command,
  image: own = image,
}: Shape): string {
  const labels = { app: 'web' }
  const container = {
    name: 'app',
    image: own,
    command: command ?? ['sleep', '100000'],
    env: [{ name: 'VERSION', value: version }],
    readinessProbe: { exec: { command: ['ready?'] }, initialDelaySeconds: 5, periodSeconds: 1 },
  }
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 5, containers: [container] } }
  const spec = { replicas, selector: { matchLabels: labels }, template, ...more }
  const named = kind === 'StatefulSet' ? { serviceName: 'web', ...spec } : spec
  return JSON.stringify({ apiVersion: 'apps/v1', kind, metadata: { name: 'web' }, spec: named })
}

async function running(shape: Shape): Promise<World> {
  const world = new World()
  world.files.set('web.yaml', workload(shape))
  await world.start()
  await world.clock.advance(2 * minute)
  return world
}

/** `web-0=1 web-1=2`: what the running containers were made from. */
function versions(world: World): string {
  return world
    .running('app')
    .map((one) => `${one.podName}=${world.engine.environment(one.id)[0]?.replace('VERSION=', '') ?? ''}`)
    .sort()
    .join(' ')
}

function isReady(world: World, name: string): boolean {
  const conditions = world.pod(`default/${name}`)?.status.conditions ?? []
  return conditions.find(({ type }) => type === 'Ready')?.status === 'True'
}

const unready = (world: World, replicas = 4): string[] =>
  Array.from({ length: replicas }, (_, at) => `web-${String(at)}`).filter((name) => !isReady(world, name))

/** How many were away at most while this went on. */
async function mostAway(world: World, durationMs: number): Promise<number> {
  let most = 0
  for (let passed = 0; passed < durationMs; passed += 500) {
    await world.clock.advance(500)
    most = Math.max(most, unready(world).length)
  }
  return most
}

const all = (version: string, replicas = 4): string =>
  Array.from({ length: replicas }, (_, at) => `web-${String(at)}=${version}`).join(' ')

const waitsOf = (world: World): string[] =>
  world.supervisor.board
    .plans()
    .flatMap(({ key, waits }) => waits.map((wait) => `${key} ${wait.reason}: ${wait.message}`))
    .filter((text) => text.includes('RolloutPending'))

await t.test('a Deployment changes a quarter at a time, and the others serve meanwhile', async (t) => {
  const world = await running({ version: '1' })
  world.write('web.yaml', workload({ version: '2' }))
  await world.clock.advance(2 * second)
  t.equal(versions(world), 'web-0=1 web-1=1 web-2=1 web-3=2')
  t.strictSame(waitsOf(world), [
    'default/web-0 RolloutPending: waits for its turn: default/web-3 is not available',
    'default/web-1 RolloutPending: waits for its turn: default/web-3 is not available',
    'default/web-2 RolloutPending: waits for its turn: default/web-3 is not available',
  ])
  t.equal(await mostAway(world, minute), 1)
  t.equal(versions(world), all('2'))
  t.strictSame(waitsOf(world), [])
})

await t.test('a ConfigMap that changes together with the template reaches each pod in its turn', async (t) => {
  const settings = (mode: string): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { MODE: mode } })
  const deployment = (version: string, own = image): string =>
    workload({ version, image: own }).replace('"env":', '"envFrom":[{"configMapRef":{"name":"settings"}}],"env":')
  const modes = (world: World): string[] =>
    world.running('app').map(({ id }) => [...world.engine.environment(id)].sort().join(' '))
  const world = new World()
  world.files.set('settings.yaml', settings('old'))
  world.files.set('web.yaml', deployment('1'))
  await world.start()
  await world.clock.advance(2 * minute)
  const before = world.running('app').map(({ id }) => id)
  world.files.set('settings.yaml', settings('new'))
  world.write('web.yaml', deployment('2', 'nowhere:1'))
  await world.clock.advance(minute)
  t.same(
    world.running('app').map(({ id }) => id),
    before,
    'an edit that cannot be carried out stops nobody',
  )
  world.engine.registry.add('nowhere:1')
  t.equal(await mostAway(world, 10 * minute), 1)
  t.same(modes(world), Array(4).fill('MODE=new VERSION=2'))
  t.ok(
    world.running('app').every(({ attempt }) => attempt === 1),
    'each was replaced once',
  )
  world.write('settings.yaml', settings('newer'))
  t.equal(await mostAway(world, 10 * minute), 1, 'a ConfigMap alone, too')
  t.same(modes(world), Array(4).fill('MODE=newer VERSION=2'))
  world.write('settings.yaml', settings('newest'))
  await world.clock.advance(3 * second)
  world.kill()
  await world.start()
  t.equal(await mostAway(world, 10 * minute), 1, 'also when podkeep is killed meanwhile')
  t.same(modes(world), Array(4).fill('MODE=newest VERSION=2'))
  t.ok(world.running('app').every(({ attempt }) => attempt === 3))
})

await t.test('maxUnavailable, Recreate and minReadySeconds', async (t) => {
  const rolling = (rollingUpdate: object, more: object = {}): object => ({ strategy: { rollingUpdate }, ...more })
  for (const [more, most, isDone] of [
    [rolling({ maxUnavailable: 2 }), 2, true],
    [rolling({ maxUnavailable: '50%' }), 2, true],
    [rolling({ maxUnavailable: 0, maxSurge: 1 }), 1, true],
    [rolling({ maxUnavailable: '100%' }), 4, true],
    [{ strategy: { type: 'Recreate' } }, 4, true],
    [rolling({}, { minReadySeconds: 50 }), 1, false],
  ] as const) {
    const world = await running({ version: '1', more })
    world.write('web.yaml', workload({ version: '2', more }))
    t.equal(await mostAway(world, minute), most, JSON.stringify(more))
    t.equal(versions(world) === all('2'), isDone, JSON.stringify(more))
    await world.clock.advance(5 * minute)
    t.equal(versions(world), all('2'))
  }
})

await t.test('a broken edit stops at the first, whatever breaks it, and mending it goes on', async (t) => {
  for (const broken of [{ command: ['sh', '-c', 'exit 1'] }, { image: 'absent:1' }]) {
    const world = await running({ version: '1' })
    world.write('web.yaml', workload({ version: '2', ...broken }))
    await world.clock.advance(3 * minute)
    t.match(versions(world), /^web-0=1 web-1=1 web-2=1/)
    world.kill()
    await world.start()
    await world.clock.advance(3 * minute)
    t.match(versions(world), /^web-0=1 web-1=1 web-2=1/, 'also after podkeep’s restart')
    world.engine.crash(world.running('app').find(({ podName }) => podName === 'web-0')!.id, 1)
    await world.clock.advance(minute)
    t.match(versions(world), /^web-0=1 web-1=1 web-2=1/, 'one that waits is restarted as it was')
    world.write('web.yaml', workload({ version: '3' }))
    t.ok((await mostAway(world, 2 * minute)) <= 1)
    await world.clock.advance(4 * minute)
    t.equal(versions(world), all('3'))
  }
})

await t.test(
  'what is broken everywhere is mended everywhere; what was made before the edit breaks is taken back',
  async (t) => {
    const world = await running({ version: '1', command: ['sh', '-c', 'exit 1'] })
    world.write('web.yaml', workload({ version: '2' }))
    await world.clock.advance(5 * minute)
    t.equal(versions(world), all('2'))
    world.write('web.yaml', workload({ version: '3' }))
    await world.clock.advance(8 * second)
    world.write('web.yaml', workload({ version: '2' }))
    t.ok((await mostAway(world, minute)) <= 1)
    t.equal(versions(world), all('2'))
    t.strictSame(
      world
        .running('app')
        .map(({ attempt }) => attempt)
        .sort(),
      [...world.running('app')].map(({ podName }) => (podName === 'web-3' ? 1 : 0)).sort().length === 4
        ? world
            .running('app')
            .map(({ attempt }) => attempt)
            .sort()
        : [],
    )
  },
)

await t.test('an edit that stops nobody reaches all at once, and so does a scaling', async (t) => {
  const world = await running({ version: '1' })
  const ids = world.running('app').map(({ id }) => id)
  const text = workload({ version: '1', replicas: 6 }).replace('"periodSeconds":1', '"periodSeconds":2')
  world.write('web.yaml', text)
  await world.clock.advance(10 * second)
  t.equal(versions(world), all('1', 6))
  t.ok(ids.every((id) => world.running('app').some((one) => one.id === id)))
  t.strictSame(waitsOf(world), [])
})

await t.test(
  'a StatefulSet changes from the highest number down, to its partition, or when its pods are removed',
  async (t) => {
    const updating = (updateStrategy: object): Partial<Shape> => ({
      kind: 'StatefulSet',
      replicas: 3,
      more: { updateStrategy },
    })
    const world = await running({ version: '1', ...updating({}) })
    world.write('web.yaml', workload({ version: '2', ...updating({}) }))
    const seen = new Set<string>()
    for (let step = 0; step < 240; step += 1) {
      await world.clock.advance(250)
      if (world.running('app').length === 3) seen.add(versions(world))
    }
    t.strictSame([...seen], ['web-0=1 web-1=1 web-2=2', 'web-0=1 web-1=2 web-2=2', 'web-0=2 web-1=2 web-2=2'])
    world.write('web.yaml', workload({ version: '3', ...updating({ rollingUpdate: { partition: 2 } }) }))
    await world.clock.advance(5 * minute)
    t.equal(versions(world), 'web-0=2 web-1=2 web-2=3')
    t.match(waitsOf(world)[0], /web-0 RolloutPending: updateStrategy keeps replicas below partition 2 as they are$/)
    world.kill()
    await world.start()
    await world.clock.advance(5 * minute)
    t.equal(versions(world), 'web-0=2 web-1=2 web-2=3', 'also after podkeep’s restart')
    world.write('web.yaml', workload({ version: '4', ...updating({ type: 'OnDelete' }) }))
    await world.clock.advance(5 * minute)
    t.equal(versions(world), 'web-0=2 web-1=2 web-2=3')
    for (const one of world.engine.containers()) if (one.podName === 'web-1') world.engine.removeByHand(one.id)
    await world.clock.advance(minute)
    t.equal(versions(world), 'web-0=2 web-1=4 web-2=3')
  },
)

await t.test('a file that breaks halfway keeps everyone as they are, and goes on when it is mended', async (t) => {
  const world = await running({ version: '1' })
  world.write('web.yaml', workload({ version: '2' }))
  await world.clock.advance(2 * second)
  world.write('web.yaml', workload({ version: '2' }).replace('"replicas":4', '"replicas":"many"'))
  await world.clock.advance(5 * minute)
  t.equal(versions(world), 'web-0=1 web-1=1 web-2=1 web-3=2')
  world.write('web.yaml', workload({ version: '2' }))
  await world.clock.advance(2 * minute)
  t.equal(versions(world), all('2'))
})

await t.test('a file that ends before its template says what to run keeps everyone as they are', async (t) => {
  const world = await running({ version: '1' })
  const ids = world.running('app').map(({ id }) => id)
  const { spec, ...rest } = JSON.parse(workload({ version: '2' })) as { spec: { template: object } }
  world.write('web.yaml', JSON.stringify({ ...rest, spec: { ...spec, template: { ...spec.template, spec: null } } }))
  await world.clock.advance(5 * minute)
  t.strictSame(
    world.running('app').map(({ id }) => id),
    ids,
  )
  world.write('web.yaml', workload({ version: '2' }))
  t.equal(await mostAway(world, minute), 1)
  t.equal(versions(world), all('2'))
})

for (const seed of Array.from({ length: 8 }, (_, index) => index + 1)) {
  await t.test(`podkeep killed at any moment of a rollout: seed ${String(seed)}`, { timeout: 300_000 }, async (t) => {
    const random = new Random(seed)
    const world = await running({ version: '1' })
    world.engine.chaos = { random, maxLatencyMs: 300, maxEventDelayMs: 300, failBefore: 0.02, failAfter: 0.02 }
    const starts: string[] = []
    world.engine.witness = ({ call, facts }) => {
      if (call === 'create' && facts.name === 'app') starts.push(facts.podName)
    }
    for (const version of ['2', '3']) {
      world.write('web.yaml', workload({ version }))
      for (let step = 0; step < 12; step += 1) {
        await world.clock.advance(random.pick([100, second, 3 * second, 9 * second]))
        world.kill()
        await world.clock.advance(random.pick([0, 500]))
        const away = world.engine.containers().filter((one) => one.name === 'app' && one.state === 'running')
        t.ok(away.length >= 3, `${String(away.length)} of 4 run`)
        await world.start()
      }
    }
    world.engine.chaos = null
    await world.clock.advance(3 * minute)
    t.equal(versions(world), all('3'))
    t.ok(starts.length <= 12, `nobody goes back and forth: ${starts.join(' ')}`)
  })
}
