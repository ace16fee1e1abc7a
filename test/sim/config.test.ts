/**
 * ConfigMaps and Secrets in the life of pods, on the model engine: told stories, and random lives in which objects come, go, change
 * and break.
 *
 * V1  A container is stopped for a change only when it read what changed.
 * V2  Once everything is at rest, no container that lasts runs with a value that its object no longer has.
 * V3  What is at rest plans nothing.
 * V4  No value of a Secret is in the log, the state folder, a label or the status.
 */

import t from 'tap'

import { podText } from './manifests.js'
import { Random } from './random.js'
import { troubles } from './troubles.js'
import { World } from './world.js'

const minute = 60_000

const map = (name: string, data: object): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })
const secret = (name: string, stringData: object): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData })

const keyRef = (kind: 'configMap' | 'secret', name: string, key: string, optional = false): object => ({
  name: `${name}_${key}`.toUpperCase(),
  valueFrom: { [`${kind}KeyRef`]: { name, key, optional } },
})

/** One container reads key a of ConfigMap app, one key p of Secret db, one nothing. */
const readers = podText({
  name: 'web',
  containers: [
    { name: 'app', fields: { env: [keyRef('configMap', 'app', 'a')] } },
    { name: 'db', fields: { env: [keyRef('secret', 'db', 'p')] } },
    { name: 'plain' },
  ],
})

const valuesOf = (world: World, name: string): readonly string[] =>
  world.running(name).flatMap(({ id }) => world.engine.environment(id))
const attempts = (world: World): number[] => ['app', 'db', 'plain'].map((name) => world.running(name)[0]?.attempt ?? -1)

async function started(files: Readonly<Record<string, string>>): Promise<World> {
  const world = new World()
  for (const [name, text] of Object.entries(files)) world.files.set(name, text)
  await world.start()
  await world.clock.advance(minute)
  return world
}

const everything = {
  'app.yaml': map('app', { a: 'one', z: '' }),
  'db.yaml': secret('db', { p: 'hunter2' }),
  'web.yaml': readers,
}

await t.test('what is missing is waited for by name, and starts by itself once it is there', async (t) => {
  const world = await started({ 'web.yaml': readers })
  const waiting = world.pod('default/web')?.status.containerStatuses.map(({ state }) => state.waiting)
  t.match(waiting, [
    { reason: 'CreateContainerConfigError', message: 'env APP_A: ConfigMap default/app is in no manifest here' },
    { reason: 'CreateContainerConfigError', message: 'env DB_P: Secret default/db is in no manifest here' },
    undefined,
  ])
  t.strictSame(attempts(world), [-1, -1, 0], 'the others run')
  world.write('app.yaml', map('app', { b: 'two' }))
  await world.clock.advance(1000)
  t.match(world.pod('default/web')?.status.containerStatuses[0]?.state.waiting?.message, /has no key "a"; it has: b$/)
  world.write('app.yaml', everything['app.yaml'])
  world.write('db.yaml', everything['db.yaml'])
  await world.clock.advance(1000)
  t.strictSame(attempts(world), [0, 0, 0], 'and nothing was restarted for it')
  t.strictSame([valuesOf(world, 'app'), valuesOf(world, 'db')], [['APP_A=one'], ['DB_P=hunter2']])
})

await t.test('an edit replaces just the containers that read what changed, also when podkeep was down', async (t) => {
  const world = await started(everything)
  world.write('app.yaml', map('app', { a: 'one', z: 'other' }))
  await world.clock.advance(minute)
  t.strictSame(attempts(world), [0, 0, 0], 'nobody reads that key')
  world.write('app.yaml', map('app', { a: 'two' }))
  await world.clock.advance(minute)
  t.strictSame([attempts(world), valuesOf(world, 'app')], [[1, 0, 0], ['APP_A=two']])
  world.kill()
  world.files.set('db.yaml', secret('db', { p: 'swordfish' }))
  await world.start()
  await world.clock.advance(minute)
  t.strictSame([attempts(world), valuesOf(world, 'db')], [[1, 1, 0], ['DB_P=swordfish']])
  world.kill()
  await world.start()
  await world.clock.advance(minute)
  t.strictSame(attempts(world), [1, 1, 0], 'and adopted as it is')
})

await t.test('a lost state folder takes its key with it: containers are adopted as they are', async (t) => {
  const world = await started(everything)
  world.kill()
  world.stateFolderId = 'folder-2'
  world.files.set('app.yaml', map('app', { a: 'two' }))
  await world.start()
  await world.clock.advance(minute)
  t.strictSame(attempts(world), [0, 0, 0])
})

await t.test('what is gone leaves what runs as it is, and what dies waits for it', async (t) => {
  const world = await started(everything)
  world.remove('app.yaml')
  await world.clock.advance(minute)
  t.strictSame(attempts(world), [0, 0, 0])
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(minute)
  t.strictSame(attempts(world), [-1, 0, 0])
  t.match(world.pod('default/web')?.status.containerStatuses[0]?.state.waiting?.reason, 'CreateContainerConfigError')
  world.write('app.yaml', everything['app.yaml'])
  await world.clock.advance(1000)
  t.strictSame(attempts(world), [1, 0, 0])
})

await t.test(
  'an edit that names what is not there leaves what runs as it is, says why, and counts once it is there',
  async (t) => {
    const before = podText({ name: 'web' })
    const hostVolume = [{ name: 'v', hostPath: { path: '/nowhere' } }]
    const mounting = (volumes: readonly unknown[], more: object = {}): string =>
      podText({
        name: 'web',
        volumes,
        containers: [{ name: 'app', mounts: [{ name: 'v', mountPath: '/v', ...more }] }],
      })
    const fileKeyRef = { volumeName: 'v', path: 'env', key: 'X' }
    const reading = (key: string): string =>
      podText({ name: 'web', containers: [{ name: 'app', fields: { env: [keyRef('configMap', 'app', key)] } }] })
    const edits: readonly (readonly [string, RegExp, (world: World) => void])[] = [
      [
        reading('x'),
        /env APP_X: ConfigMap default\/app has no key "x"/,
        (world) => world.write('app.yaml', map('app', { x: '' })),
      ],
      [
        mounting([{ name: 'v', secret: { secretName: 'db' } }]),
        /volume "v": Secret default\/db is in no manifest here/,
        (world) => world.write('db.yaml', everything['db.yaml']),
      ],
      [
        mounting([{ name: 'v', configMap: { name: 'app' } }], { subPath: 'nginx.conf' }),
        /subPath "nginx.conf" of volume "v": there is no such file; it has: /,
        (world) => world.write('app.yaml', map('app', { 'nginx.conf': '' })),
      ],
      [
        podText({
          name: 'web',
          volumes: [{ name: 'v', emptyDir: {} }],
          containers: [{ name: 'app', fields: { env: [{ name: 'X', valueFrom: { fileKeyRef } }] } }],
        }),
        /env X: the file env in volume "v" is not there/,
        (world) => world.volumeFiles.set('v/env', "X='1'\n"),
      ],
      [mounting(hostVolume), /hostPath \/nowhere is not there/, (world) => world.missingPaths.clear()],
    ]
    for (const [edit, why, mend] of edits) {
      const world = await started({ 'web.yaml': before, 'app.yaml': everything['app.yaml'] })
      world.missingPaths.add('/nowhere')
      const [old] = world.running('app')
      world.write('web.yaml', edit)
      await world.clock.advance(10 * minute)
      t.strictSame(
        world.running('app').map(({ id }) => id),
        [old?.id],
        edit,
      )
      t.match(JSON.stringify(world.pod('default/web')).replaceAll('\\"', '"'), why)
      world.kill()
      await world.start()
      await world.clock.advance(minute)
      t.strictSame(
        world.running('app').map(({ id }) => id),
        [old?.id],
        'also after a restart of podkeep',
      )
      mend(world)
      await world.clock.advance(10 * minute)
      t.strictSame(
        world.running('app').map(({ attempt }) => attempt),
        [1],
        'and then it counts',
      )
    }
  },
)

await t.test(
  'a broken file keeps its objects; after a restart its Secrets are not known, and their pods run on',
  async (t) => {
    const both = `${everything['app.yaml']}\n---\n${everything['db.yaml']}`
    const world = await started({ 'both.yaml': both, 'web.yaml': readers })
    world.write('both.yaml', both.replace('"one"', '"two"').replace('"stringData"', '"stringDta"'))
    await world.clock.advance(minute)
    world.engine.crash(world.running('db')[0]!.id, 1)
    await world.clock.advance(minute)
    t.strictSame(
      [attempts(world), valuesOf(world, 'app'), valuesOf(world, 'db')],
      [[0, 1, 0], ['APP_A=one'], ['DB_P=hunter2']],
    )
    world.kill()
    await world.start()
    await world.clock.advance(minute)
    t.strictSame(attempts(world), [0, 1, 0])
    for (const name of ['app', 'db']) world.engine.crash(world.running(name)[0]!.id, 1)
    await world.clock.advance(minute)
    t.strictSame(valuesOf(world, 'app'), ['APP_A=one'], 'the ConfigMap is remembered')
    t.match(
      world.pod('default/web')?.status.containerStatuses[1]?.state.waiting?.message,
      /^env DB_P: Secret default\/db may stand in a file that cannot be used: both\.yaml:/,
    )
    world.write('both.yaml', both)
    await world.clock.advance(1000)
    t.strictSame(valuesOf(world, 'db'), ['DB_P=hunter2'])
  },
)

/** Everything that anybody but the engine's own administrator can see. */
function shown(world: World): string {
  const labels = world.engine.containers().map(({ config, hash, podHash }) => ({ config, hash, podHash }))
  const pods = world.isRunning ? world.supervisor.board.pods() : []
  const manifests = world.isRunning ? world.supervisor.board.manifests() : null
  return JSON.stringify([world.log, [...world.records], [...world.configs], labels, pods, manifests])
}

const runs = Number(process.env['PODKEEP_SIM_RUNS'] ?? 30)
const onlySeed = process.env['PODKEEP_SIM_SEED']
const seeds = onlySeed === undefined ? Array.from({ length: runs }, (_, at) => at + 1) : [Number(onlySeed)]

for (const seed of seeds) {
  await t.test(`random life, seed ${String(seed)}`, async (t) => {
    const random = new Random(seed)
    const world = new World()
    const violations: string[] = []
    /** When a value that the container reads last became another one, in the directory's eyes. */
    const changedTickMs = new Map<string, number>()
    const secretValues: string[] = []
    let [a, p] = ['a-0', 'hunter2-0']
    const fresh = (): string => `hunter2-${String(secretValues.push('') + random.between(0, 1e6))}`
    const write = (): void => {
      world.write('app.yaml', map('app', { a, z: String(random.between(0, 9)) }))
      world.write('db.yaml', secret('db', { p }))
    }
    const change = (who: 'app' | 'db'): void => {
      if (who === 'app') a = `a-${String(random.between(1, 1e6))}`
      else p = fresh()
      changedTickMs.set(who, world.clock.tickMs())
      write()
    }
    world.engine.chaos = troubles(seed)
    const asked = new Set<string>()
    world.engine.witness = ({ call, facts }) => {
      if (call !== 'kill' || facts.kind === 'sandbox' || asked.has(facts.id)) return
      asked.add(facts.id)
      // It may have been made from an older value long ago, and be replaced late, but never before anything changed.
      if ((changedTickMs.get(facts.name) ?? Number.POSITIVE_INFINITY) > world.clock.tickMs())
        violations.push(`V1 at ${String(world.clock.tickMs())}: ${facts.name} was told to stop`)
    }
    world.files.set('web.yaml', readers)
    write()
    await world.start()
    for (let step = 0; step < 25; step += 1) {
      random.pick([
        () => change('app'),
        () => change('db'),
        () => write(),
        () => world.remove('app.yaml'),
        () => world.remove('db.yaml'),
        () => world.write('db.yaml', '{ "kind": "Secret", "metadata": {"name": "db"'),
        () => world.write('app.yaml', map('app', { a }).replace('"data"', '"date"')),
        () => {
          const running = world.engine.containers().filter((one) => one.state === 'running' && one.kind !== 'sandbox')
          if (running.length > 0) world.engine.crash(random.pick(running).id, 1)
        },
        () => (world.isRunning ? world.kill() : undefined),
      ])()
      if (!world.isRunning && random.chance(0.5)) await world.start()
      await world.clock.advance(random.pick([0, 50, 300, 2000, 15_000, minute]))
      if (shown(world).includes('hunter2')) violations.push(`V4 at ${String(world.clock.tickMs())}`)
    }
    world.engine.chaos = null
    if (!world.isRunning) await world.start()
    write()
    await world.clock.advance(30 * minute)
    t.strictSame(violations, [])
    t.strictSame([valuesOf(world, 'app'), valuesOf(world, 'db')], [[`APP_A=${a}`], [`DB_P=${p}`]], 'V2')
    const deeds: string[] = []
    world.engine.witness = ({ call, facts }) => deeds.push(`${call} ${facts.name}`)
    await world.clock.advance(10 * minute)
    world.kill()
    await world.start()
    await world.clock.advance(10 * minute)
    t.strictSame(deeds, [], 'V3')
  })
}
