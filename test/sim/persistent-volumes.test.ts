/** Claims and PersistentVolumes: whoever has data in one place is never led to another, whatever comes, breaks or goes. */

import t from 'tap'

import { World } from './world.js'
import { podText } from './manifests.js'

const second = 1000
const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }]
const appText = podText({
  name: 'app',
  graceSeconds: 1,
  volumes,
  containers: [{ name: 'app', mounts: [{ name: 'v', mountPath: '/d' }] }],
})
const claimText = (terms: object, name = 'data'): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...terms },
  })
const volumeText = (path: string, terms: object = {}, name = 'disk'): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path }, ...terms },
  })
const manual = { storageClassName: 'manual' }
const noClass = { storageClassName: '' }

async function started(files: Readonly<Record<string, string>>): Promise<World> {
  const world = new World()
  for (const [file, text] of Object.entries(files)) world.files.set(file, text)
  await world.start()
  await world.clock.advance(30 * second)
  return world
}
const changed = async (world: World): Promise<void> => {
  world.rescan()
  await world.clock.advance(30 * second)
}
/** Where the running container has its data; null: it does not run. */
const dataOf = (world: World): string | null => {
  const [one] = world.running('app')
  return one === undefined ? null : (world.engine.mounts(one.id)[0] ?? null)
}
const onEngine = 'claim default/data'
const waitsOf = (world: World): string[] =>
  (world.supervisor.board.plans().find(({ key }) => key === 'default/app')?.waits ?? []).map(
    ({ reason, message }) => `${reason}: ${message}`,
  )
const restarted = async (world: World): Promise<void> => {
  world.kill()
  await world.start()
  await world.clock.advance(30 * second)
}
/** The engine lost it: the next one mounts what podkeep says by now. */
const crashed = async (world: World): Promise<void> => {
  const [one] = world.running('app')
  if (one !== undefined) world.engine.crash(one.id, 1)
  await world.clock.advance(120 * second)
}

await t.test(
  'a claim without a class waits for its PersistentVolume, and starts by itself once that is there',
  async (t) => {
    const world = await started({ 'app.yaml': appText, 'claim.yaml': claimText(noClass) })
    t.equal(dataOf(world), null)
    t.same(world.instances('app'), [])
    t.same([...world.engine.volumes], [], 'nothing is made for it meanwhile')
    t.same(waitsOf(world), [
      'FailedMount: volume "v": the claim default/data is unbound, and waits for a PersistentVolume without a class, of at least 1Gi, with ReadWriteOnce (there is none)',
    ])
    t.match(world.pod('default/app')?.status.containerStatuses, [{ state: { waiting: { reason: 'FailedMount' } } }])
    world.files.set('pv.yaml', volumeText('/srv/data'))
    await changed(world)
    t.equal(dataOf(world), '/srv/data')
    t.same(waitsOf(world), [])
  },
)

await t.test(
  'a claim of a class has its PersistentVolume, and where there is none a volume of the engine',
  async (t) => {
    const bound = await started({
      'app.yaml': appText,
      'claim.yaml': claimText(manual),
      'pv.yaml': volumeText('/srv/data', manual),
    })
    t.equal(dataOf(bound), '/srv/data')
    t.same([...bound.engine.volumes], [])
    const provisioned = await started({ 'app.yaml': appText, 'claim.yaml': claimText(manual) })
    t.equal(dataOf(provisioned), onEngine)
  },
)

await t.test('data on a volume of the engine stays where it is when a PersistentVolume comes', async (t) => {
  const world = await started({ 'app.yaml': appText, 'claim.yaml': claimText(manual) })
  const [before] = world.running('app')
  world.files.set('pv.yaml', volumeText('/srv/data', { ...manual, claimRef: { namespace: 'default', name: 'data' } }))
  await changed(world)
  t.equal(world.running('app')[0]?.id, before?.id, 'the pod runs on, untouched')
  const told = world.supervisor.board
    .manifests()
    .files.flatMap(({ warnings }) => warnings.map(({ message }) => message))
  t.match(told, [/^the claim default\/data stays on its volume of the engine, where its data is/])
  await restarted(world)
  await crashed(world)
  t.equal(dataOf(world), onEngine, 'also after podkeep’s restart')
  world.remove('app.yaml')
  await world.clock.advance(30 * second)
  world.engine.volumes.clear()
  world.files.set('app.yaml', appText)
  await changed(world)
  t.equal(dataOf(world), '/srv/data', 'once that volume is removed by hand')
})

for (const [what, damage] of [
  ['breaks', (text: string): string => text.replace('"spec"', '"spek"')],
  ['goes', () => null],
] as const)
  await t.test(
    `a claim keeps its PersistentVolume when the file of that ${what}, and through podkeep’s restart`,
    async (t) => {
      const files = { 'app.yaml': appText, 'claim.yaml': claimText(manual), 'pv.yaml': volumeText('/srv/data', manual) }
      const world = await started(files)
      const [before] = world.running('app')
      const after = damage(files['pv.yaml'])
      if (after === null) world.files.delete('pv.yaml')
      else world.files.set('pv.yaml', after)
      await changed(world)
      t.equal(world.running('app')[0]?.id, before?.id)
      await restarted(world)
      t.equal(world.running('app')[0]?.id, before?.id, 'nothing is touched by that')
      await crashed(world)
      t.not(world.running('app')[0]?.id, before?.id)
      t.equal(dataOf(world), '/srv/data', 'what crashes has its data again')
      world.files.set('other.yaml', volumeText('/srv/other', { ...manual, capacity: { storage: '1Gi' } }, 'a-disk'))
      await changed(world)
      await restarted(world)
      t.equal(dataOf(world), '/srv/data', 'another that fits changes nothing')
      t.same([...world.engine.volumes], [])
    },
  )

await t.test('all files break while podkeep is down: what crashes has its data again', async (t) => {
  const files = { 'app.yaml': appText, 'claim.yaml': claimText(noClass), 'pv.yaml': volumeText('/srv/data') }
  const world = await started(files)
  world.kill()
  for (const [file, text] of Object.entries(files)) world.files.set(file, text.replace('"spec"', '"spek"'))
  world.files.set('other.yaml', volumeText('/srv/other', {}, 'a-disk'))
  await world.start()
  await world.clock.advance(30 * second)
  await crashed(world)
  t.equal(dataOf(world), '/srv/data')
})

await t.test('the directory is gone when podkeep starts: what crashes has its data again', async (t) => {
  const world = await started({
    'app.yaml': appText,
    'claim.yaml': claimText(manual),
    'pv.yaml': volumeText('/d', manual),
  })
  world.kill()
  world.isDirectoryReadable = false
  await world.start()
  await world.clock.advance(30 * second)
  await crashed(world)
  t.equal(dataOf(world), '/d')
})

await t.test('no new claim gets an empty volume while a PersistentVolume may stand in a broken file', async (t) => {
  const broken = volumeText('/srv/data', manual).replace('"spec"', '"spek"')
  const world = await started({ 'app.yaml': appText, 'claim.yaml': claimText(manual), 'pv.yaml': broken })
  t.equal(dataOf(world), null)
  t.match(waitsOf(world), [
    /^FailedMount: volume "v": the claim default\/data gets no storage while its PersistentVolume may stand in what cannot be read: pv\.yaml:1:\d+: spek: unknown field/,
  ])
  world.files.set('pv.yaml', volumeText('/srv/data', manual))
  await changed(world)
  t.equal(dataOf(world), '/srv/data')
})

await t.test('an edit of its path replaces the container; a path that is not there stops nobody', async (t) => {
  const world = await started({
    'app.yaml': appText,
    'claim.yaml': claimText(manual),
    'pv.yaml': volumeText('/old', manual),
  })
  world.missingPaths.add('/new')
  world.files.set('pv.yaml', volumeText('/new', manual))
  await changed(world)
  t.equal(dataOf(world), '/old')
  world.missingPaths.delete('/new')
  await world.clock.advance(300 * second)
  t.equal(dataOf(world), '/new')
  world.files.set('a-copy.yaml', volumeText('/copy', manual))
  await changed(world)
  t.equal(dataOf(world), '/new', 'another file of the same name is the one that is wrong')
  world.files.delete('a-copy.yaml')
  world.files.delete('pv.yaml')
  await changed(world)
  await crashed(world)
  t.equal(dataOf(world), '/new', 'and that is what is remembered')
})

await t.test('of two pods with a claim that is for one pod the second waits, whatever its storage is', async (t) => {
  const once = { accessModes: ['ReadWriteOncePod'] }
  const text = claimText({ ...manual, ...once })
  const world = await started({
    'app.yaml': appText,
    'claim.yaml': text,
    'pv.yaml': volumeText('/d', { ...manual, ...once }),
  })
  world.files.set('b.yaml', appText.replaceAll('"app"', '"b"'))
  await changed(world)
  t.same([world.running('app').length, world.running('b').length], [1, 0])
  world.files.delete('app.yaml')
  await changed(world)
  t.equal(world.running('b').length, 1)
})

await t.test('the replicas of a StatefulSet have a PersistentVolume each', async (t) => {
  const set = JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { a: 'b' } },
      volumeClaimTemplates: [JSON.parse(claimText(noClass)) as object].map((one) => ({
        ...one,
        metadata: { name: 'v' },
      })),
      template: {
        metadata: { labels: { a: 'b' } },
        spec: { containers: [{ name: 'app', image: 'app:1', volumeMounts: [{ name: 'v', mountPath: '/d' }] }] },
      },
    },
  })
  const world = await started({ 'db.yaml': set, 'one.yaml': volumeText('/one', {}, 'one') })
  const paths = (): string[] => world.running('app').map(({ id }) => world.engine.mounts(id)[0] ?? '')
  t.same(paths(), ['/one'])
  world.files.set('two.yaml', volumeText('/two', {}, 'two'))
  await changed(world)
  t.same(paths(), ['/one', '/two'])
})

for (const [terms, path] of [
  [noClass, '/one'],
  [manual, 'claim default/v-db-0'],
] as const)
  await t.test(
    `an edit whose turn has not come leaves a replica with its data, through podkeep’s restart: ${path}`,
    async (t) => {
      const set = (command: string): string =>
        JSON.stringify({
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name: 'db' },
          spec: {
            updateStrategy: { type: 'OnDelete' },
            selector: { matchLabels: { a: 'b' } },
            volumeClaimTemplates: [
              { metadata: { name: 'v' }, spec: (JSON.parse(claimText(terms)) as { spec: object }).spec },
            ],
            template: {
              metadata: { labels: { a: 'b' } },
              spec: {
                containers: [
                  {
                    name: 'app',
                    image: 'app:1',
                    command: ['sleep', command],
                    volumeMounts: [{ name: 'v', mountPath: '/d' }],
                  },
                ],
              },
            },
          },
        })
      const world = await started({ 'db.yaml': set('100000'), 'one.yaml': volumeText('/one', {}, 'one') })
      const [before] = world.running('app')
      world.kill()
      world.files.set('db.yaml', set('200000'))
      await world.start()
      await world.clock.advance(30 * second)
      t.equal(world.running('app')[0]?.id, before?.id)
      await crashed(world)
      t.equal(dataOf(world), path)
    },
  )

await t.test(
  'a pod of which nothing was made yet gets no empty volume while the directory cannot be read',
  async (t) => {
    const pod = JSON.parse(appText) as { spec: object }
    const world = await started({
      'app.yaml': JSON.stringify({ ...pod, spec: { ...pod.spec, runtimeClassName: 'gvisor' } }),
    })
    t.same([world.records.size, world.engine.containers().length], [1, 0], 'it is known')
    world.kill()
    world.isDirectoryReadable = false
    world.engine.runtimes = ['runc', 'gvisor']
    world.files.set('pv.yaml', volumeText('/srv/data', { claimRef: { namespace: 'default', name: 'data' } }))
    await world.start()
    await world.clock.advance(30 * second)
    t.same([...world.engine.volumes], [])
    t.match(waitsOf(world).join(), 'may stand in what cannot be read: the manifests directory was not read yet')
    world.isDirectoryReadable = true
    await changed(world)
    t.equal(dataOf(world), '/srv/data')
    t.match(world.log.join('\n'), /claim is bound to its PersistentVolume .*"claim":"default\/data","volume":"disk"/)
  },
)
