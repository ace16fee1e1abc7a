/** CronJobs on the model engine: when runs begin, which stay, and that no kill, no clock and no fault runs one twice. */

import t from 'tap'

import type { ContainerFacts } from '../../lib/pod/index.js'
import { Random } from './random.js'
import { image, World } from './world.js'

const second = 1000
const minute = 60 * second

interface CronText {
  readonly spec?: object
  readonly script?: string
  readonly restartPolicy?: string
  readonly job?: object
}

function cronText({ spec, script = 'sleep 5; exit 0', restartPolicy = 'Never', job }: CronText = {}): string {
  const containers = [{ name: 'app', image, command: ['sh', '-c', script] }]
  const pod = { restartPolicy, terminationGracePeriodSeconds: 5, containers }
  return JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'dump' },
    spec: {
      schedule: '* * * * *',
      timeZone: 'UTC',
      ...spec,
      jobTemplate: { spec: { ...job, template: { spec: pod } } },
    },
  })
}

async function worldWith(text: string): Promise<World> {
  const world = new World()
  world.files.set('dump.yaml', text)
  await world.start()
  await world.clock.advance(second)
  return world
}

async function restart(world: World): Promise<void> {
  world.kill()
  await world.start()
  await world.clock.advance(second)
}

/** The pods there are, oldest first. */
function runs(world: World): string[] {
  return world.supervisor.board.pods().map(({ key, status }) => `${key.replace('default/dump-', '')} ${status.phase}`)
}

function minuteNumber(world: World, ahead = 0): string {
  return String(Math.floor(world.clock.wallMs() / minute) + ahead)
}

await t.test('each minute a run begins, named by its minute, and three that succeeded stay', async (t) => {
  const world = await worldWith(cronText())
  t.strictSame(runs(world), [], 'no time has come since it was first seen')
  const first = minuteNumber(world, 1)
  await world.clock.advance(minute)
  t.strictSame(runs(world), [`${first} Running`])
  await world.clock.advance(30 * second)
  t.strictSame(runs(world), [`${first} Succeeded`])
  await world.clock.advance(4 * minute)
  t.strictSame(
    runs(world),
    [2, 3, 4].map((n) => `${String(Number(first) + n)} Succeeded`),
  )
  const owner = world.supervisor.board.pods()[0]?.manifest?.metadata['ownerReferences']
  t.match(owner, [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'dump', controller: true }])
})

await t.test('Forbid passes over while a run is not over, and makes up for the last time once it is', async (t) => {
  const world = await worldWith(cronText({ spec: { concurrencyPolicy: 'Forbid' }, script: 'sleep 150; exit 0' }))
  const first = Number(minuteNumber(world, 1))
  await world.clock.advance(2.9 * minute)
  t.strictSame(runs(world), [`${String(first)} Running`])
  t.ok(world.log.some((line) => line.includes('a time of a CronJob is passed over')))
  await world.clock.advance(0.8 * minute)
  t.strictSame(runs(world), [`${String(first)} Succeeded`, `${String(first + 2)} Running`])
})

await t.test('Replace ends what runs and begins anew; Allow lets them run beside each other', async (t) => {
  const replaced = await worldWith(cronText({ spec: { concurrencyPolicy: 'Replace' }, script: 'sleep 500; exit 0' }))
  const first = Number(minuteNumber(replaced, 1))
  await replaced.clock.advance(2.5 * minute)
  t.strictSame(runs(replaced), [`${String(first + 1)} Running`])
  const allowed = await worldWith(cronText({ script: 'sleep 500; exit 0' }))
  await allowed.clock.advance(2.5 * minute)
  t.equal(runs(allowed).length, 2)
})

await t.test('a suspended CronJob begins nothing, and keeps its runs', async (t) => {
  const world = await worldWith(cronText())
  await world.clock.advance(1.5 * minute)
  world.write('dump.yaml', cronText({ spec: { suspend: true } }))
  await world.clock.advance(10 * minute)
  t.equal(runs(world).length, 1)
  world.write('dump.yaml', cronText())
  await world.clock.advance(second)
  t.equal(runs(world).length, 2, 'the last time that was missed is made up for')
})

await t.test('of the times missed while podkeep was down one is made up for, unless it is too late', async (t) => {
  const world = await worldWith(cronText({ spec: { schedule: '*/10 * * * *' } }))
  world.kill()
  await world.clock.advance(35 * minute)
  const missed = Math.floor(Number(minuteNumber(world)) / 10) * 10
  await world.start()
  await world.clock.advance(30 * second)
  t.strictSame(runs(world), [`${String(missed)} Succeeded`])
  const late = await worldWith(cronText({ spec: { schedule: '*/10 * * * *', startingDeadlineSeconds: 60 } }))
  late.kill()
  await late.clock.advance(35 * minute)
  await late.start()
  await late.clock.advance(30 * second)
  t.strictSame(runs(late), [])
  t.ok(late.log.some((line) => line.includes('"reason":"too late"')))
})

await t.test(
  'an edit of the schedule makes up for nothing, an edit of the template counts from the next run on',
  async (t) => {
    const world = await worldWith(cronText({ spec: { schedule: '45 22 * * *' } }))
    world.write('dump.yaml', cronText({ spec: { schedule: '20 22 * * *' } }))
    await world.clock.advance(10 * minute)
    t.strictSame(runs(world), [], '22:20 was before the edit')
    world.write('dump.yaml', cronText({ script: 'sleep 500; exit 0' }))
    await world.clock.advance(1.2 * minute)
    const [running] = world.running('app')
    world.write('dump.yaml', cronText({ script: 'sleep 600; exit 0' }))
    await world.clock.advance(10 * second)
    t.equal(world.running('app')[0]?.id, running?.id, 'what runs is not touched')
  },
)

await t.test('without its manifest its runs are removed; in a broken file, a moved one, it goes on', async (t) => {
  const world = await worldWith(cronText({ script: 'sleep 500; exit 0' }))
  await world.clock.advance(1.2 * minute)
  world.write('dump.yaml', `${cronText()}\n---\n{broken`)
  await world.clock.advance(minute)
  t.equal(runs(world).length, 2, 'the last good word is in force')
  await restart(world)
  await world.clock.advance(minute)
  t.equal(runs(world).length, 3, 'also after a restart')
  t.equal(world.running('app').length, 3)
  world.files.delete('dump.yaml')
  world.write('other.yaml', cronText({ script: 'sleep 500; exit 0' }))
  await world.clock.advance(second)
  t.equal(world.running('app').length, 3, 'the runs stay with their CronJob')
  world.remove('other.yaml')
  await world.clock.advance(30 * second)
  t.strictSame(runs(world), [])
  t.strictSame(
    [world.engine.containers().length, world.records.size, world.cronRecords.size, world.volumes.size],
    [0, 0, 0, 0],
  )
})

await t.test(
  'a clock that was set back a little repeats no time; one that was far wrong is believed now',
  async (t) => {
    const world = await worldWith(cronText({ spec: { successfulJobsHistoryLimit: 0 } }))
    let starts = 0
    const before = world.engine.witness
    world.engine.witness = (what) => {
      before(what)
      if (what.call === 'start' && what.facts.name === 'app') starts += 1
    }
    await world.clock.advance(5 * minute)
    t.equal(starts, 5)
    world.clock.jumpWall(-3 * minute)
    await world.clock.advance(2.9 * minute)
    t.equal(starts, 5, 'these times had their runs')
    await world.clock.advance(1.2 * minute)
    t.equal(starts, 6)
    world.clock.jumpWall(1000 * 24 * 60 * minute)
    await world.clock.advance(1.5 * minute)
    world.clock.jumpWall(-1000 * 24 * 60 * minute)
    const wrong = starts
    await world.clock.advance(3 * minute)
    t.ok(starts >= wrong + 2, 'it does not wait for a thousand days')
  },
)

for (const seed of Array.from({ length: 16 }, (_, n) => n + 1))
  await t.test(`life ${String(seed)}: no run is lost, none comes twice, whatever is killed and set when`, async (t) => {
    const random = new Random(seed)
    const concurrencyPolicy = random.pick(['Allow', 'Forbid', 'Replace'])
    const world = new World()
    world.engine.chaos = {
      random: new Random(seed + 1),
      maxLatencyMs: 300,
      maxEventDelayMs: 500,
      failBefore: 0.02,
      failAfter: 0.02,
    }
    const script = random.pick(['sleep 5; exit 0', 'sleep 90; exit 0', 'exit 1'])
    const limits = { successfulJobsHistoryLimit: random.between(0, 2), failedJobsHistoryLimit: random.between(0, 2) }
    world.files.set('dump.yaml', cronText({ spec: { concurrencyPolicy, ...limits }, script, job: { backoffLimit: 0 } }))
    const started = new Map<string, Set<string>>()
    const faults: string[] = []
    world.engine.witness = ({ call, facts }: { call: string; facts: ContainerFacts }) => {
      if (call !== 'start' || facts.kind === 'sandbox') return
      const ids = started.get(facts.podName) ?? new Set()
      ids.add(facts.id)
      started.set(facts.podName, ids)
      if (ids.size > 1) faults.push(`${facts.podName} was run ${String(ids.size)} times`)
    }
    await world.start()
    const fromMinute = Math.floor(world.clock.wallMs() / minute)
    let upMs = 0
    for (let step = 0; step < 30; step += 1) {
      const deeds: readonly (() => void | Promise<void>)[] = [
        () => undefined,
        () => undefined,
        () => (world.isRunning ? world.kill() : world.start()),
        () => world.engine.dropEvents(),
        () => world.clock.jumpWall(random.between(-20, 20) * second),
      ]
      await random.pick(deeds)()
      const ms = random.pick([0, 30, 400, 7 * second, 50 * second])
      if (world.isRunning) upMs += ms
      await world.clock.advance(ms)
    }
    world.engine.chaos = null
    if (!world.isRunning) await world.start()
    await world.clock.advance(10 * minute)
    t.strictSame(faults, [])
    const last = [...started.keys()].map((name) => Number(name.replace('dump-', ''))).sort((a, b) => a - b)
    const now = Math.floor(world.clock.wallMs() / minute)
    if (concurrencyPolicy !== 'Forbid') t.ok((last.at(-1) ?? 0) >= now - 1, 'it still runs')
    t.ok(upMs === 0 || last.every((number) => number >= fromMinute), 'no time before it was there')
    const names = new Set([...world.cronRecords.values()].flatMap((record) => record.runs.map((run) => run.name)))
    const strays = world.engine.containers().filter((one) => !names.has(one.podName))
    t.strictSame(
      strays.map((one) => one.podName),
      [],
      'nothing is left of runs that are forgotten',
    )
  })
