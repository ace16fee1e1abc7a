/** Changed configuration told by a signal: told stories, and random lives; PODKEEP_SIM_SEED and PODKEEP_SIM_RUNS as in chaos.test.ts. */

import t, { type Test } from 'tap'

import { podText } from './manifests.js'
import { SignalLife } from './signal-life.js'
import { World } from './world.js'

const second = 1000
const minute = 60 * second

const map = (version: string): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app' }, data: { version } })
const web = (annotation: string, script?: string): string =>
  podText({
    name: 'web',
    annotations: { 'podkeep.io/on-config-change': annotation },
    volumes: [{ name: 'conf', configMap: { name: 'app' } }],
    containers: [
      { name: 'app', mounts: [{ name: 'conf', mountPath: '/conf' }], ...(script !== undefined && { script }) },
      {
        name: 'plain',
        fields: { env: [{ name: 'V', valueFrom: { configMapKeyRef: { name: 'app', key: 'version' } } }] },
      },
    ],
  })

async function started(annotation = 'SIGHUP', script?: string): Promise<{ world: World; heard: string[] }> {
  const world = new World()
  const heard: string[] = []
  world.engine.witness = ({ call, facts, signal }) => {
    const [files] = [...world.writtenVolumes.values()]
    if (call === 'kill') heard.push(`${facts.name} ${signal ?? ''} finds ${files?.get('version') ?? ''}`)
  }
  world.files.set('app.yaml', map('1'))
  world.files.set('web.yaml', web(annotation, script))
  await world.start()
  await world.clock.advance(minute)
  return { world, heard }
}

await t.test('who mounts it is told when it is written, nobody is replaced, and the event says so', async (t) => {
  const { world, heard } = await started()
  const ids = (): unknown => [...world.running('app'), ...world.running('plain')].map(({ id }) => id)
  const before = ids()
  world.write('app.yaml', map('2'))
  await world.clock.advance(second)
  t.strictSame(heard, ['app SIGHUP finds 2'])
  world.write('app.yaml', map('2'))
  world.write('other.yaml', map('2').replace('"app"', '"other"'))
  await world.clock.advance(minute)
  t.equal(heard.length, 1, 'what did not change is told nobody')
  t.strictSame(ids(), before)
  t.equal(world.events.filter(({ reason }) => reason === 'Signalled').length, 1)
})

await t.test('podkeep’s restart forgets nothing: what was told is not told again, what was missed is', async (t) => {
  const { world, heard } = await started()
  world.write('app.yaml', map('2'))
  await world.clock.advance(minute)
  world.kill()
  await world.start()
  await world.clock.advance(minute)
  t.strictSame(heard.splice(0), ['app SIGHUP finds 2'])
  world.kill()
  world.write('app.yaml', map('3'))
  await world.start()
  await world.clock.advance(minute)
  t.strictSame(heard, ['app SIGHUP finds 3'])
})

await t.test('one that crashed or was made after the change knows it; a frozen one hears of it later', async (t) => {
  const { world, heard } = await started()
  const frozen = world.running('app')[0]!
  world.engine.pauseByHand(frozen.id, true)
  world.write('app.yaml', map('2'))
  await world.clock.advance(minute)
  t.strictSame(heard.splice(0), [])
  world.engine.pauseByHand(frozen.id, false)
  await world.clock.advance(second)
  t.strictSame(heard.splice(0), ['app SIGHUP finds 2'])
  world.engine.stop()
  world.write('app.yaml', map('3'))
  world.engine.startAgain()
  await world.clock.advance(minute)
  t.strictSame([heard, world.running('app').length], [[], 1])
})

await t.test('a program that ends on its signal is restarted with what there is', async (t) => {
  const { world, heard } = await started('app=SIGHUP', 'trap "exit 0" HUP; work')
  const [first] = world.running('app')
  world.write('app.yaml', map('2'))
  await world.clock.advance(minute)
  t.strictSame(heard, ['app SIGHUP finds 2'])
  t.equal(world.running('app')[0]?.attempt, first!.attempt + 1)
})

await t.test('an annotation that comes later counts from the next change on', async (t) => {
  const { world, heard } = await started('none')
  world.write('app.yaml', map('2'))
  await world.clock.advance(minute)
  t.strictSame(heard, [])
  world.write('web.yaml', web('SIGUSR2'))
  await world.clock.advance(minute)
  t.strictSame(heard.splice(0), ['app SIGUSR2 finds 2'], 'it began with 1')
  world.write('app.yaml', map('3'))
  await world.clock.advance(minute)
  t.strictSame(heard, ['app SIGUSR2 finds 3'])
})

const runs = Number(process.env['PODKEEP_SIM_RUNS'] ?? 60)
const onlySeed = process.env['PODKEEP_SIM_SEED']
const seeds = onlySeed === undefined ? Array.from({ length: runs }, (_, index) => index + 1) : [Number(onlySeed)]

for (const seed of seeds) {
  await t.test(`seed ${String(seed)}`, async (t: Test) => {
    const life = new SignalLife(seed)
    t.teardown(() => onlySeed !== undefined && t.comment(life.world.log.slice(-4000).join('\n')))
    await life.play()
    t.strictSame(life.violations, [], 'no invariant is broken')
    t.strictSame(await life.quiet(), [], 'and everything ends as asked')
  })
}
