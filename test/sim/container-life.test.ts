/** The life of containers as Kubernetes documents it, told step by step on the model engine, with the real prober. */

import t from 'tap'

import type { V1ContainerStatus } from '../../lib/pod/index.js'
import { podText, type ContainerText, type PodText } from './manifests.js'
import { World } from './world.js'

const second = 1000
const minute = 60_000

async function worldWith(...pods: PodText[]): Promise<World> {
  const world = new World()
  for (const pod of pods) world.files.set(`${pod.name}.yaml`, podText(pod))
  await world.start()
  await world.clock.advance(100)
  return world
}

async function restarted(world: World, change = (): void => undefined): Promise<void> {
  world.kill()
  change()
  await world.start()
  await world.clock.advance(100)
}

const ask = (name: string, fields: object = {}): object => ({ exec: { command: [name] }, ...fields })
const sidecar = (name: string, fields: object = {}): ContainerText => ({
  name,
  fields: { restartPolicy: 'Always', ...fields },
})

/** What the engine was told, such as `start app` and `kill app SIGTERM`, of all but sandboxes. */
function tape(world: World): string[] {
  const deeds: string[] = []
  world.engine.witness = ({ call, facts, signal }) => {
    if (facts.kind !== 'sandbox') deeds.push([call, facts.name, signal].filter((part) => part !== undefined).join(' '))
  }
  return deeds
}

function statusOf(world: World, name: string, key = 'default/web'): V1ContainerStatus | undefined {
  const status = world.pod(key)?.status
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
    (one) => one.name === name,
  )
}

function condition(world: World, type: string, key = 'default/web'): string | undefined {
  return world.pod(key)?.status.conditions.find((one) => one.type === type)?.status
}

await t.test('sidecars are up one after another before the rest, and go in reverse after it', async (t) => {
  const world = new World()
  const deeds = tape(world)
  const pod: PodText = {
    name: 'web',
    init: [
      sidecar('one'),
      { name: 'setup', script: 'exit 0' },
      sidecar('two', { startupProbe: ask('two up?', { periodSeconds: 1 }) }),
    ],
  }
  world.handlers.answers.set('two up?', 'failure')
  world.files.set('web.yaml', podText(pod))
  await world.start()
  await world.clock.advance(2 * second)
  t.strictSame(
    deeds.filter((deed) => deed.startsWith('start')),
    ['start one', 'start setup', 'start two'],
  )
  t.equal(world.pod('default/web')?.status.phase, 'Pending')
  t.match(statusOf(world, 'two'), { started: false, ready: false })
  world.handlers.answers.set('two up?', 'success')
  await world.clock.advance(2 * second)
  t.equal(deeds.at(-1), 'start app')
  t.equal(condition(world, 'Ready'), 'True')
  deeds.length = 0
  world.remove('web.yaml')
  await world.clock.advance(minute)
  t.strictSame(
    deeds.filter((deed) => deed.startsWith('kill')),
    ['kill app SIGTERM', 'kill two SIGTERM', 'kill one SIGTERM'],
  )
  t.equal(world.engine.containers().length, 0)
})

await t.test('the wait for what they serve is taken off the grace of sidecars', async (t) => {
  const world = await worldWith({
    name: 'web',
    graceSeconds: 10,
    init: [sidecar('mesh')],
    containers: [{ name: 'app', script: 'trap "" TERM; sleep 100000' }],
  })
  const times: string[] = []
  const since = world.clock.tickMs()
  world.engine.witness = ({ call, facts, signal }) => {
    if (call === 'kill') times.push(`${(world.clock.tickMs() - since) / second} ${facts.name} ${signal}`)
  }
  world.remove('web.yaml')
  await world.clock.advance(minute)
  t.equal(times[0], '0 app SIGTERM')
  t.strictSame(times.slice(1).sort(), ['10 app SIGKILL', '10 mesh SIGTERM'], 'when it is used up, all at once')
  t.equal(world.engine.containers().length, 0)
})

await t.test('a sidecar that dies comes back, and keeps no finished pod alive', async (t) => {
  const world = await worldWith({
    name: 'web',
    restartPolicy: 'Never',
    init: [sidecar('mesh')],
    containers: [{ name: 'app' }],
  })
  world.engine.crash(world.running('mesh')[0]!.id, 1)
  await world.clock.advance(second)
  t.equal(world.running('mesh').length, 1)
  t.equal(statusOf(world, 'mesh')?.restartCount, 1)
  world.engine.crash(world.running('app')[0]!.id, 0)
  await world.clock.advance(minute)
  t.equal(world.pod('default/web')?.status.phase, 'Succeeded')
  t.equal(world.engine.containers().filter((one) => one.state === 'running').length, 0)
  await restarted(world)
  await world.clock.advance(minute)
  t.equal(world.engine.containers().filter((one) => one.state === 'running').length, 0)
})

await t.test('an edited sidecar is replaced alone', async (t) => {
  const pod = (value: string): PodText => ({ name: 'web', init: [{ ...sidecar('mesh'), env: { VERSION: value } }] })
  const world = await worldWith(pod('1'))
  const [app] = world.running('app')
  world.write('web.yaml', podText(pod('2')))
  await world.clock.advance(minute)
  t.strictSame(
    world.running('app').map(({ id }) => id),
    [app!.id],
  )
  t.equal(world.running('mesh')[0]?.attempt, 1)
})

await t.test('a pod is ready when its probe says so, and stays so across podkeep’s restart', async (t) => {
  const probe = { readinessProbe: ask('ready?', { periodSeconds: 1, failureThreshold: 1 }) }
  const world = new World()
  world.handlers.answers.set('ready?', 'failure')
  world.files.set('web.yaml', podText({ name: 'web', containers: [{ name: 'app', fields: probe }] }))
  await world.start()
  await world.clock.advance(3 * second)
  t.match(statusOf(world, 'app'), { ready: false, started: true })
  world.handlers.answers.set('ready?', 'success')
  await world.clock.advance(2 * second)
  t.equal(condition(world, 'Ready'), 'True')
  world.handlers.delaysMs.set('ready?', 700)
  await restarted(world)
  t.equal(condition(world, 'Ready'), 'True', 'before any probe was answered')
  world.handlers.answers.set('ready?', 'failure')
  await world.clock.advance(3 * second)
  t.equal(condition(world, 'Ready'), 'False')
  t.equal(world.running('app')[0]?.attempt, 0, 'and it is not restarted for it')
})

await t.test('failed liveness kills with the grace of the probe and counts as a crash', async (t) => {
  const livenessProbe = ask('alive?', { periodSeconds: 1, failureThreshold: 2, terminationGracePeriodSeconds: 3 })
  const world = await worldWith({
    name: 'web',
    containers: [{ name: 'app', script: 'trap "" TERM; sleep 100000', fields: { livenessProbe } }, { name: 'other' }],
  })
  const [other] = world.running('other')
  const times: string[] = []
  world.engine.witness = ({ call, facts, signal }) => {
    if (call === 'kill') times.push(`${facts.name} ${signal} ${world.clock.tickMs()}`)
  }
  world.handlers.answers.set('alive?', 'failure')
  await world.clock.advance(10 * second)
  const at = times.slice(0, 2).map((line) => Number(line.split(' ')[2]))
  t.match(times[0], /^app SIGTERM/)
  t.match(times[1], /^app SIGKILL/)
  t.equal(at[1]! - at[0]!, 3 * second)
  t.equal(world.instances('app').at(-1)?.crashes, 1)
  await world.clock.advance(5 * second)
  t.match(statusOf(world, 'app')?.state.waiting, {
    reason: 'CrashLoopBackOff',
    message: /^back-off 10s restarting failed container=app pod=web_default\(uid-\d+\)$/,
  })
  world.handlers.answers.set('alive?', 'success')
  await world.clock.advance(minute)
  t.equal(statusOf(world, 'app')?.ready, true)
  t.strictSame(
    world.running('other').map(({ id }) => id),
    [other!.id],
  )
})

await t.test('probes are counted over all instances of a container, until its pod is gone', async (t) => {
  const world = await worldWith({
    name: 'web',
    containers: [{ name: 'app', fields: { livenessProbe: ask('alive', { failureThreshold: 1 }) } }],
  })
  const found = (): unknown =>
    [...world.tally.probes].map(({ uid, container, probe, results }) => ({ uid, container, probe, ...results }))
  world.handlers.answers.set('alive', 'failure')
  await world.clock.advance(12 * second)
  world.handlers.answers.set('alive', 'success')
  await world.clock.advance(60 * second)
  const uid = world.pod('default/web')?.uid
  t.match(found(), [{ uid, container: 'app', probe: 'liveness', failure: 2 }])
  t.ok(([...world.tally.probes][0]?.results.success ?? 0) >= 3, 'of the instances after')
  world.remove('web.yaml')
  await world.clock.advance(120 * second)
  t.strictSame(found(), [])
})

await t.test('under Never a container that fails its liveness probe is stopped for good', async (t) => {
  const livenessProbe = ask('alive?', { periodSeconds: 1, failureThreshold: 1 })
  const world = await worldWith({
    name: 'web',
    restartPolicy: 'Never',
    containers: [{ name: 'app', fields: { livenessProbe } }],
  })
  world.handlers.answers.set('alive?', 'failure')
  await world.clock.advance(minute)
  t.equal(world.instances('app').length, 1)
  t.equal(world.pod('default/web')?.status.phase, 'Failed')
})

await t.test('an edited probe counts at once and restarts nothing', async (t) => {
  const pod = (name: string): PodText => ({
    name: 'web',
    containers: [{ name: 'app', fields: { readinessProbe: ask(name, { periodSeconds: 1, failureThreshold: 1 }) } }],
  })
  const world = await worldWith(pod('good?'))
  const [app] = world.running('app')
  world.handlers.answers.set('bad?', 'failure')
  world.write('web.yaml', podText(pod('bad?')))
  await world.clock.advance(3 * second)
  t.equal(condition(world, 'Ready'), 'False')
  t.strictSame(
    world.running('app').map(({ id }) => id),
    [app!.id],
  )
})

await t.test('postStart runs once, right after the start, and delays nobody else', async (t) => {
  const world = new World()
  world.handlers.delaysMs.set('hello', 20 * second)
  const fields = { lifecycle: { postStart: ask('hello') } }
  world.files.set('web.yaml', podText({ name: 'web', containers: [{ name: 'app', fields }, { name: 'other' }] }))
  await world.start()
  await world.clock.advance(second)
  t.equal(world.running('other').length, 1)
  t.match(statusOf(world, 'app'), { started: false })
  await world.clock.advance(minute)
  t.match(statusOf(world, 'app'), { started: true })
  await restarted(world)
  await world.clock.advance(minute)
  t.equal(world.handlers.hooks.length, 1, 'not again when podkeep is')
})

await t.test('a failed postStart ends the container, which tries again after the back-off', async (t) => {
  const world = new World()
  world.handlers.answers.set('hello', 'failure')
  const fields = { lifecycle: { postStart: ask('hello') } }
  world.files.set('web.yaml', podText({ name: 'web', containers: [{ name: 'app', fields }] }))
  await world.start()
  await world.clock.advance(5 * second)
  t.match(statusOf(world, 'app')?.state.waiting, { reason: 'PostStartHookError', message: /it said no/ })
  world.handlers.answers.set('hello', 'success')
  await world.clock.advance(minute)
  t.equal(world.running('app').length, 1)
})

for (const [title, hook, delayMs, expected] of [
  ['preStop comes before the signal', ask('bye'), 4 * second, ['4 SIGTERM', '10 SIGKILL']],
  ['a preStop that takes the whole grace leaves two seconds', ask('bye'), minute, ['10 SIGTERM', '12 SIGKILL']],
  ['a preStop that sleeps', { sleep: { seconds: 3 } }, 0, ['3 SIGTERM', '10 SIGKILL']],
] as const) {
  await t.test(`${title}, and both share the grace`, async (t) => {
    const fields = { lifecycle: { preStop: 'sleep' in hook ? hook : hook } }
    const world = await worldWith({
      name: 'web',
      graceSeconds: 10,
      containers: [{ name: 'app', script: 'trap "" TERM; sleep 100000', fields }],
    })
    world.handlers.delaysMs.set('bye', delayMs)
    const times: string[] = []
    const since = world.clock.tickMs()
    world.engine.witness = ({ call, signal }) => {
      if (call === 'kill') times.push(`${(world.clock.tickMs() - since) / second} ${signal}`)
    }
    world.remove('web.yaml')
    await world.clock.advance(minute)
    t.strictSame(times, expected)
    t.equal(world.engine.containers().length, 0)
  })
}

await t.test('preStop runs although podkeep was down when the manifest went', async (t) => {
  const fields = { lifecycle: { preStop: ask('bye') } }
  const world = await worldWith({ name: 'web', containers: [{ name: 'app', fields }] }, { name: 'other' })
  await world.clock.advance(second)
  await restarted(world, () => world.files.delete('web.yaml'))
  await world.clock.advance(minute)
  t.strictSame(
    world.handlers.hooks.map(({ name }) => name),
    ['bye'],
  )
})

await t.test('a pod past its deadline has failed, and stays so', async (t) => {
  const world = await worldWith({ name: 'web', spec: { activeDeadlineSeconds: 60 } })
  await world.clock.advance(30 * second)
  await restarted(world)
  await world.clock.advance(20 * second)
  t.equal(world.running('app').length, 1)
  await world.clock.advance(minute)
  t.match(world.pod('default/web')?.status, { phase: 'Failed', reason: 'DeadlineExceeded' })
  t.equal(world.engine.containers().filter((one) => one.state === 'running').length, 0)
  await restarted(world, () => {
    for (const one of world.engine.containers()) world.engine.removeByHand(one.id)
  })
  await world.clock.advance(minute)
  t.equal(world.running('app').length, 0, 'also when it was pruned')
  t.match(world.pod('default/web')?.status, { phase: 'Failed', reason: 'DeadlineExceeded' })
})

await t.test('a deadline that passes before any container could be made is the end too', async (t) => {
  const fields = { image: 'absent', imagePullPolicy: 'Never' }
  const world = await worldWith({
    name: 'web',
    spec: { activeDeadlineSeconds: 2 },
    containers: [{ name: 'app', fields }],
  })
  const failed = { phase: 'Failed', reason: 'DeadlineExceeded' }
  await world.clock.advance(10 * second)
  t.match(world.pod('default/web')?.status, failed)
  t.equal(world.engine.containers().length, 0)
  let calls = 0
  world.engine.witness = () => calls++
  await world.clock.advance(10 * minute)
  await restarted(world)
  world.engine.images.add('absent')
  await world.clock.advance(10 * minute)
  t.match(world.pod('default/web')?.status, failed)
  t.equal(calls, 0)
})

await t.test('a job that ended in time has succeeded, however long ago', async (t) => {
  const world = await worldWith({
    name: 'web',
    restartPolicy: 'Never',
    spec: { activeDeadlineSeconds: 60 },
    containers: [{ name: 'app', script: 'exit 0' }],
  })
  await world.clock.advance(10 * minute)
  t.equal(world.pod('default/web')?.status.phase, 'Succeeded')
})

await t.test('RestartAllContainers: all begin again, from the init containers on, in the same sandbox', async (t) => {
  const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }]
  const world = new World()
  const deeds = tape(world)
  world.files.set(
    'web.yaml',
    podText({
      name: 'web',
      init: [{ name: 'setup', script: 'exit 0' }, sidecar('mesh')],
      containers: [{ name: 'app', fields: { restartPolicy: 'Never', restartPolicyRules: rules } }, { name: 'other' }],
    }),
  )
  await world.start()
  await world.clock.advance(second)
  const [sandbox] = world.running('POD')
  deeds.length = 0
  world.engine.crash(world.running('app')[0]!.id, 42)
  await world.clock.advance(5 * second)
  t.strictSame(deeds.filter((deed) => deed.startsWith('kill')).sort(), ['kill mesh SIGKILL', 'kill other SIGKILL'])
  t.strictSame(
    deeds.filter((deed) => deed.startsWith('start')),
    ['start setup', 'start mesh', 'start app', 'start other'],
  )
  t.strictSame(
    world.running('POD').map(({ id }) => id),
    [sandbox!.id],
  )
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(minute)
  t.equal(world.running('app').length, 0, 'another exit code is the policy’s affair')
  t.equal(world.running('other').length, 1)
})

await t.test('what began after RestartAllContainers stays, although someone sets the clock back', async (t) => {
  const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }]
  const world = await worldWith({
    name: 'web',
    containers: [{ name: 'app', fields: { restartPolicy: 'Never', restartPolicyRules: rules } }, { name: 'other' }],
  })
  world.engine.crash(world.running('app')[0]!.id, 42)
  world.clock.jumpWall(-60 * minute)
  await world.clock.advance(minute)
  const [app, other] = [world.running('app'), world.running('other')]
  t.equal(app.length, 1)
  t.equal(other.length, 1)
  world.engine.crash(other[0]!.id, 1)
  await world.clock.advance(5 * minute)
  world.kill()
  await world.start()
  await world.clock.advance(5 * minute)
  t.strictSame(
    world.running('app').map(({ id }) => id),
    [app[0]!.id],
  )
  t.equal(world.running('other')[0]?.attempt, other[0]!.attempt + 1)
})

await t.test('the back-off is the pod’s own, and any edit ends it', async (t) => {
  const pod = (label: string): PodText => ({
    name: 'web',
    labels: { label },
    annotations: { 'podkeep.io/back-off-base': '40s' },
  })
  const world = await worldWith(pod('a'))
  for (let crash = 0; crash < 2; crash += 1) {
    world.engine.crash(world.running('app')[0]!.id, 1)
    await world.clock.advance(second)
  }
  t.match(statusOf(world, 'app')?.state.waiting, { reason: 'CrashLoopBackOff', message: /^back-off 40s / })
  world.write('web.yaml', podText(pod('b')))
  await world.clock.advance(second)
  t.equal(world.running('app').length, 1)
})

await t.test('the higher priority starts first', async (t) => {
  const world = new World()
  const started: string[] = []
  world.engine.witness = ({ call, facts }) => {
    if (call === 'create' && facts.kind === 'sandbox') started.push(facts.podName)
  }
  for (const [name, priority] of [
    ['a', 0],
    ['b', 5],
    ['c', -3],
    ['d', 2_000_001_000],
  ] as const) {
    const spec = name === 'd' ? { priorityClassName: 'system-node-critical' } : { priority }
    world.files.set(`${name}.yaml`, podText({ name, spec }))
  }
  await world.start()
  await world.clock.advance(minute)
  t.strictSame(started, ['d', 'b', 'a', 'c'])
  world.engine.stop()
  started.length = 0
  await world.clock.advance(second)
  world.engine.startAgain()
  await world.clock.advance(minute)
  t.strictSame(started, ['d', 'b', 'a', 'c'], 'at boot too')
})

await t.test('a dependency that an edit adds is checked at once', async (t) => {
  const world = await worldWith({ name: 'web' })
  world.write('web.yaml', podText({ name: 'web', annotations: { 'podkeep.io/depends-on': 'absent' } }))
  t.match(world.supervisor.board.manifests().files[0]?.problems, [{ message: /absent/ }])
  t.equal(world.running('app').length, 1)
})

await t.test('a pod waits for those it depends on, at boot too, and never when it runs', async (t) => {
  const probe = { readinessProbe: ask('db ready?', { periodSeconds: 1, failureThreshold: 1 }) }
  const world = new World()
  world.handlers.answers.set('db ready?', 'failure')
  world.files.set('db.yaml', podText({ name: 'db', containers: [{ name: 'db', fields: probe }] }))
  world.files.set('web.yaml', podText({ name: 'web', annotations: { 'podkeep.io/depends-on': 'db' } }))
  await world.start()
  await world.clock.advance(5 * second)
  t.equal(world.instances('app').length, 0)
  t.match(world.pod('default/web')?.status, {
    phase: 'Pending',
    reason: 'DependenciesNotReady',
    message: /default\/db/,
  })
  world.handlers.answers.set('db ready?', 'success')
  await world.clock.advance(5 * second)
  t.equal(world.running('app').length, 1)
  world.handlers.answers.set('db ready?', 'failure')
  await world.clock.advance(5 * second)
  t.equal(world.running('app').length, 1, 'what runs is not touched')
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(5 * second)
  t.equal(world.running('app').length, 1, 'nor is a restart held up')
  world.engine.stop()
  await world.clock.advance(second)
  world.engine.startAgain()
  await world.clock.advance(10 * second)
  t.equal(world.running('app').length, 0)
  world.handlers.answers.set('db ready?', 'success')
  await world.clock.advance(10 * second)
  t.equal(world.running('app').length, 1)
})
