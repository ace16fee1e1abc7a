/** Jobs on the model engine: retries and their limit, an end that is kept, and completions one after the other. */

import t from 'tap'

import { image, World } from './world.js'

const second = 1000
const minute = 60 * second

interface JobText {
  readonly spec?: object
  readonly script?: string
  readonly restartPolicy?: 'Never' | 'OnFailure'
  readonly pod?: object
  readonly container?: object
}

function jobText({ spec, script = 'exit 1', restartPolicy = 'Never', pod, container }: JobText = {}): string {
  const containers = [{ name: 'app', image, command: ['sh', '-c', script], ...container }]
  return JSON.stringify({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work' },
    spec: { ...spec, template: { spec: { restartPolicy, ...pod, containers } } },
  })
}

/** How often each container was started, by pod and name. */
function starts(world: World): Map<string, number> {
  const counts = new Map<string, number>()
  const before = world.engine.witness
  world.engine.witness = (what) => {
    before(what)
    const name = `${what.facts.podName}/${what.facts.name}`
    if (what.call === 'start') counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

async function restart(world: World): Promise<void> {
  world.kill()
  await world.start()
  await world.clock.advance(second)
}

for (const restartPolicy of ['Never', 'OnFailure'] as const)
  await t.test(
    `a Job of ${restartPolicy} is retried as often as backoffLimit says, whatever is killed and pruned`,
    async (t) => {
      const world = new World()
      const counts = starts(world)
      world.files.set('job.yaml', jobText({ spec: { backoffLimit: 2 }, restartPolicy }))
      await world.start()
      await world.clock.advance(2 * second)
      await restart(world)
      await world.clock.advance(10 * minute)
      t.equal(counts.get('work/app'), 3)
      const status = world.pod('default/work')?.status
      t.match(status, {
        phase: 'Failed',
        reason: 'BackoffLimitExceeded',
        message: 'Job has reached the specified backoff limit',
        containerStatuses: [{ restartCount: 2, state: { terminated: { reason: 'Error' } } }],
      })
      t.equal(world.running('POD').length, 0, 'its sandbox is given back')
      for (const one of world.engine.containers()) world.engine.removeByHand(one.id)
      await restart(world)
      await world.clock.advance(10 * minute)
      t.equal(counts.get('work/app'), 3)
      t.equal(world.pod('default/work')?.status.phase, 'Failed')
      world.write('job.yaml', jobText({ spec: { backoffLimit: 0 }, restartPolicy, script: 'sleep 1; exit 1' }))
      await world.clock.advance(10 * minute)
      t.equal(counts.get('work/app'), 4, 'an edit counts anew')
    },
  )

await t.test('a retry under Never runs init containers again, one under OnFailure does not', async (t) => {
  for (const [restartPolicy, expected] of [
    ['Never', 3],
    ['OnFailure', 1],
  ] as const) {
    const world = new World()
    const counts = starts(world)
    const pod = { initContainers: [{ name: 'init', image, command: ['sh', '-c', 'exit 0'] }] }
    world.files.set('job.yaml', jobText({ spec: { backoffLimit: 2 }, restartPolicy, pod }))
    await world.start()
    await world.clock.advance(10 * minute)
    t.equal(counts.get('work/init'), expected, restartPolicy)
  }
})

for (const restartPolicy of ['Never', 'OnFailure'] as const)
  await t.test(`what the engine’s restart ended has not failed, and is retried: ${restartPolicy}`, async (t) => {
    const world = new World()
    const counts = starts(world)
    world.files.set('job.yaml', jobText({ spec: { backoffLimit: 0 }, script: 'sleep 60; exit 0', restartPolicy }))
    await world.start()
    await world.clock.advance(5 * second)
    world.engine.stop()
    world.engine.startAgain()
    await world.clock.advance(2 * minute)
    t.equal(world.pod('default/work')?.status.phase, 'Succeeded')
    t.equal(counts.get('work/app'), 2)
  })

for (const restartPolicy of ['Never', 'OnFailure'] as const)
  await t.test(`what had failed before the engine was restarted does not run again: ${restartPolicy}`, async (t) => {
    for (const isKilled of [false, true]) {
      const world = new World()
      const counts = starts(world)
      world.files.set('job.yaml', jobText({ spec: { backoffLimit: 0 }, script: 'exit 3', restartPolicy }))
      await world.start()
      await world.clock.advance(5 * second)
      for (let times = 0; times < 3; times += 1) {
        // The machine's restart ends podkeep as well, which then knows what its record tells.
        if (isKilled) world.kill()
        world.engine.stop()
        world.engine.startAgain()
        if (isKilled) await world.start()
        await world.clock.advance(10 * second)
      }
      t.equal(counts.get('work/app'), 1)
      t.match(world.pod('default/work')?.status, { phase: 'Failed', reason: 'BackoffLimitExceeded' })
    }
  })

for (const restartPolicy of ['Never', 'OnFailure'] as const)
  await t.test(`a Job that is stopped before it is done begins again: ${restartPolicy}`, async (t) => {
    for (const how of ['its sandbox dies', 'podkeep ends with its pods', 'so does the machine'] as const) {
      const world = new World()
      const counts = starts(world)
      world.files.set('job.yaml', jobText({ spec: { backoffLimit: 0 }, script: 'stop in 1 with 0', restartPolicy }))
      await world.start()
      await world.clock.advance(5 * second)
      if (how === 'its sandbox dies') world.engine.crash(world.running('POD')[0]!.id, 0)
      else {
        const stopped = world.supervisor.stopPods()
        await world.clock.advance(5 * second)
        await stopped
        world.kill()
        if (how === 'so does the machine') world.clock.bootId = 'boot-2'
        await world.start()
      }
      await world.clock.advance(10 * second)
      t.equal(counts.get('work/app'), 2, how)
      t.equal(world.pod('default/work')?.status.phase, 'Running', how)
    }
  })

await t.test('a container that its liveness probe ends has failed', async (t) => {
  for (const restartPolicy of ['Never', 'OnFailure'] as const) {
    const world = new World()
    const counts = starts(world)
    const livenessProbe = { exec: { command: ['alive?'] }, periodSeconds: 1, failureThreshold: 1 }
    world.files.set(
      'job.yaml',
      jobText({ spec: { backoffLimit: 2 }, script: 'sleep 1000', restartPolicy, container: { livenessProbe } }),
    )
    world.handlers.answers.set('alive?', 'failure')
    await world.start()
    await world.clock.advance(10 * minute)
    t.equal(counts.get('work/app'), 3, restartPolicy)
    t.match(world.pod('default/work')?.status, { phase: 'Failed', reason: 'BackoffLimitExceeded' })
  }
})

await t.test('after ttlSecondsAfterFinished its containers go, and it does not run again', async (t) => {
  const world = new World()
  const counts = starts(world)
  world.files.set('job.yaml', jobText({ spec: { ttlSecondsAfterFinished: 60 }, script: 'exit 0' }))
  await world.start()
  await world.clock.advance(30 * second)
  t.equal(world.instances('app').length, 1)
  await restart(world)
  await world.clock.advance(40 * second)
  t.equal(world.engine.containers().length, 0)
  t.equal(world.pod('default/work')?.status.phase, 'Succeeded')
  await restart(world)
  await world.clock.advance(10 * minute)
  t.equal(counts.get('work/app'), 1)
  t.equal(world.engine.containers().length, 0)
})

await t.test('completions run one after the other, or as many at a time as parallelism says', async (t) => {
  for (const parallelism of [1, 2]) {
    const world = new World()
    const spec = { completions: 4, parallelism, completionMode: 'Indexed' }
    world.files.set('job.yaml', jobText({ spec, script: 'sleep 10; exit 0' }))
    await world.start()
    let most = 0
    for (let step = 0; step < 120; step += 1) {
      most = Math.max(most, world.running('app').length)
      await world.clock.advance(second)
    }
    t.equal(most, parallelism)
    const pods = world.supervisor.board.pods()
    t.strictSame(
      pods.map(({ key, status }) => `${key} ${status.phase}`),
      [0, 1, 2, 3].map((n) => `default/work-${String(n)} Succeeded`),
    )
    t.match(
      world
        .instances('app')
        .map(({ podName }) => podName)
        .sort(),
      ['work-0', 'work-1', 'work-2', 'work-3'],
    )
  }
})

await t.test('replicas start in order where a StatefulSet asks for it', async (t) => {
  const world = new World()
  const container = { name: 'app', image, command: ['sleep', '1000'] }
  const spec = (replicas: number): string =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: {
        replicas,
        selector: { matchLabels: { app: 'db' } },
        template: { metadata: { labels: { app: 'db' } }, spec: { containers: [container] } },
      },
    })
  world.files.set('db.yaml', spec(2))
  await world.start()
  await world.clock.advance(5 * second)
  const ids = world.running('app').map(({ id }) => id)
  t.equal(ids.length, 2)
  world.write('db.yaml', spec(3))
  await world.clock.advance(5 * second)
  const more = world.running('app')
  t.strictSame(more.map(({ podName }) => podName).sort(), ['db-0', 'db-1', 'db-2'])
  t.ok(
    ids.every((id) => more.some((one) => one.id === id)),
    'scaling touches no other',
  )
  world.write('db.yaml', spec(1))
  await world.clock.advance(40 * second)
  t.strictSame(
    world.running('app').map(({ podName }) => podName),
    ['db-0'],
  )
})
