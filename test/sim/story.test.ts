/** The life of pods, told step by step on the model engine: what a person who uses podkeep may rely on. */

import t from 'tap'

import { podUid, type V1ContainerStatus } from '../../lib/pod/index.js'
import { plainSandbox } from '../support/specs.js'
import { podText, type PodText } from './manifests.js'
import { worldWith } from './world-with.js'
import { image, World } from './world.js'

const minute = 60_000

async function restart(world: World): Promise<void> {
  world.kill()
  await world.start()
  await world.clock.advance(1000)
}

function waitingReason(world: World, key: string): string | undefined {
  return world.pod(key)?.status.containerStatuses[0]?.state.waiting?.reason
}

await t.test('a manifest becomes a sandbox and a container joined to it', async (t) => {
  const world = await worldWith({ name: 'web' })
  const [sandbox] = world.running('POD')
  const [app] = world.running('app')
  t.ok(sandbox)
  t.equal(app?.sandboxId, sandbox?.id)
  const status = world.pod('default/web')?.status
  t.equal(status?.phase, 'Running')
  t.equal(status?.podIP, sandbox?.ip)
  t.equal(status?.conditions.find((one) => one.type === 'Ready')?.status, 'True')
})

await t.test('a hostNetwork pod with one container has no sandbox', async (t) => {
  const world = await worldWith({ name: 'node', hostNetwork: true })
  t.equal(world.instances('POD').length, 0)
  t.equal(world.running('app').length, 1)
})

await t.test('a crash restarts at once, then after 10 s, 20 s ... and the count survives podkeep', async (t) => {
  const world = await worldWith({ name: 'web' })
  const gaps: number[] = []
  for (let crash = 0; crash < 7; crash += 1) {
    const [app] = world.running('app')
    if (app === undefined) throw new Error('it should run here')
    const diedAtMs = world.clock.wallMs()
    world.engine.crash(app.id, 1)
    if (crash === 3) await restart(world)
    while (world.running('app').length === 0) await world.clock.advance(1000)
    gaps.push(Math.round((Number(world.running('app')[0]?.startedAtMs) - diedAtMs) / 1000))
  }
  t.strictSame(gaps, [0, 10, 20, 40, 80, 160, 300])
  t.equal(world.pod('default/web')?.status.containerStatuses[0]?.restartCount, 7)
  t.ok(world.instances('app').length <= 2, 'only the newest dead one is kept')
})

await t.test('an edit of its file ends a pod’s back-off only when it is the pod’s', async (t) => {
  const world = new World()
  const crasher = podText({ name: 'crasher' })
  const put = (more: string, text = crasher): void => world.write('all.yaml', `${text}\n---\n${more}`)
  put(podText({ name: 'web' }))
  await world.start()
  await world.clock.advance(1000)
  const crash = async (): Promise<void> => {
    const [app] = world.running('app').filter(({ podName }) => podName === 'crasher')
    world.engine.crash(app!.id, 1)
    await world.clock.advance(1000)
  }
  const isUp = (): boolean => world.running('app').some(({ podName }) => podName === 'crasher')
  await crash()
  await crash()
  t.notOk(isUp(), 'it waits for 10 s')
  put('# somebody writes something else')
  await world.clock.advance(2000)
  t.notOk(isUp(), 'its neighbour has gone, and it waits on')
  put('', podText({ name: 'crasher', containers: [{ name: 'app', script: 'sleep 1001' }] }))
  await world.clock.advance(1000)
  t.ok(isUp(), 'it is another one')
})

await t.test('ten good minutes forget the crashes', async (t) => {
  const world = await worldWith({ name: 'web' })
  for (let crash = 0; crash < 3; crash += 1) {
    world.engine.crash(world.running('app')[0]!.id, 1)
    await world.clock.advance(minute)
  }
  await world.clock.advance(11 * minute)
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(100)
  t.equal(world.running('app').length, 1, 'restarted at once')
})

await t.test('a wall clock set back an hour does not stretch the back-off', async (t) => {
  const world = await worldWith({ name: 'web' })
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(100)
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(1000)
  world.clock.jumpWall(-60 * minute)
  await restart(world)
  await world.clock.advance(11_000)
  t.equal(world.running('app').length, 1)
})

await t.test('CrashLoopBackOff shows as the reason, with the last end', async (t) => {
  const world = await worldWith({ name: 'web', containers: [{ name: 'app', script: 'exit 3' }] })
  await world.clock.advance(5000)
  const [container] = world.pod('default/web')?.status.containerStatuses ?? []
  t.equal(container?.state.waiting?.reason, 'CrashLoopBackOff')
  t.equal(container?.lastState.terminated?.exitCode, 3)
  t.equal(world.pod('default/web')?.status.phase, 'Running')
})

await t.test('Never and OnFailure pods that finished do not run again, whatever restarts', async (t) => {
  const world = await worldWith(
    { name: 'job', restartPolicy: 'OnFailure', containers: [{ name: 'once', script: 'exit 0' }] },
    { name: 'fail', restartPolicy: 'Never', containers: [{ name: 'fails', script: 'exit 2' }] },
  )
  const expectDone = (when: string): void => {
    t.equal(world.pod('default/job')?.status.phase, 'Succeeded', `job ${when}`)
    t.equal(world.pod('default/fail')?.status.phase, 'Failed', `fail ${when}`)
    t.equal(world.running('once').length + world.running('fails').length, 0, when)
    t.ok(world.instances('once').length <= 1 && world.instances('fails').length <= 1, when)
    t.equal(world.instances('POD').length, 0, `sandboxes are given back ${when}`)
  }
  expectDone('at first')
  await restart(world)
  expectDone('after a restart of podkeep')
  world.engine.stop()
  await world.clock.advance(2000)
  world.engine.startAgain()
  await world.clock.advance(2000)
  expectDone('after a restart of the engine')
  for (const { id } of world.engine.containers()) world.engine.removeByHand(id)
  await world.clock.advance(2000)
  expectDone('after docker container prune')
  await restart(world)
  expectDone('after prune and a restart of podkeep')
})

await t.test('a finished pod runs again when its manifest asks for something else', async (t) => {
  const job = { name: 'job', restartPolicy: 'Never' } as const
  const world = await worldWith({ ...job, containers: [{ name: 'once', script: 'exit 0' }] })
  world.write('job.yaml', podText({ ...job, containers: [{ name: 'once', script: 'sleep 5; exit 0' }] }))
  await world.clock.advance(1000)
  t.equal(world.running('once').length, 1)
})

await t.test('a broken edit holds the pod, heals it, and says where', async (t) => {
  const world = await worldWith({ name: 'web' })
  const [before] = world.running('app')
  world.write('web.yaml', podText({ name: 'web' }).replace('"containers"', '"contaners"'))
  await world.clock.advance(minute)
  t.equal(world.running('app')[0]?.id, before?.id, 'untouched')
  const [file] = world.supervisor.board.manifests().files
  t.equal(file?.state, 'held')
  t.match(file?.problems[0]?.message, /unknown field/)
  t.equal(world.pod('default/web')?.desire, 'hold')
  await restart(world)
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(minute)
  t.equal(world.running('app').length, 1, 'restarted from the state folder')
  world.write('web.yaml', podText({ name: 'web', containers: [{ name: 'app', env: { A: '1' } }] }))
  await world.clock.advance(minute)
  t.equal(world.pod('default/web')?.desire, 'run')
  t.not(world.running('app')[0]?.hash, before?.hash)
})

await t.test('a directory that cannot be read holds everything, also from the start', async (t) => {
  const world = await worldWith({ name: 'web' })
  world.isDirectoryReadable = false
  world.rescan()
  await restart(world)
  await world.clock.advance(10 * minute)
  t.equal(world.running('app').length, 1)
  t.equal(world.supervisor.board.readiness().ready, false)
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(minute)
  t.equal(world.running('app').length, 1)
  world.isDirectoryReadable = true
  world.files.clear()
  world.rescan()
  await world.clock.advance(minute)
  t.equal(world.engine.containers().length, 0, 'and an empty one that can be read removes')
})

await t.test('a renamed file that is broken at the same time still holds its pod', async (t) => {
  const world = await worldWith({ name: 'web' })
  world.files.delete('web.yaml')
  world.write('renamed.yaml', podText({ name: 'web' }).replace('"image"', '"imge"'))
  await world.clock.advance(minute)
  t.equal(world.running('app').length, 1)
})

await t.test('the same name in two files: the one that runs stays', async (t) => {
  const world = await worldWith({ name: 'web' })
  const [before] = world.running('app')
  world.write('a.yaml', podText({ name: 'web', containers: [{ name: 'app', env: { B: '2' } }] }))
  await world.clock.advance(minute)
  t.equal(world.running('app')[0]?.id, before?.id)
  const files = world.supervisor.board.manifests().files
  t.equal(files.find((one) => one.file === 'a.yaml')?.state, 'refused')
  t.equal(files.find((one) => one.file === 'web.yaml')?.state, 'ok')
  await restart(world)
  t.equal(world.running('app')[0]?.id, before?.id, 'also after a restart')
  world.remove('web.yaml')
  await world.clock.advance(minute)
  t.not(world.running('app')[0]?.id, before?.id, 'then the other takes over')
})

await t.test('removal: stop signal, grace, SIGKILL, and nothing is left', async (t) => {
  const world = await worldWith({
    name: 'deaf',
    graceSeconds: 20,
    volumes: [{ name: 'data', emptyDir: {} }],
    containers: [{ name: 'app', script: 'trap "" TERM; wait', mounts: [{ name: 'data', mountPath: '/data' }] }],
  })
  t.equal(world.volumes.size, 1)
  world.remove('deaf.yaml')
  await world.clock.advance(19_000)
  t.equal(world.running('app').length, 1, 'still in its grace')
  await world.clock.advance(2000)
  t.equal(world.engine.containers().length, 0)
  t.equal(world.volumes.size, 0)
  t.equal(world.records.size, 0)
  t.equal(world.pod('default/deaf'), undefined)
})

await t.test('a manifest removed while podkeep was down is stopped with the grace it asked for', async (t) => {
  const world = await worldWith({
    name: 'deaf',
    graceSeconds: 45,
    containers: [{ name: 'app', script: 'trap "" TERM; wait' }],
  })
  world.kill()
  world.files.clear()
  await world.start()
  await world.clock.advance(40_000)
  t.equal(world.running('app').length, 1)
  await world.clock.advance(10_000)
  t.equal(world.engine.containers().length, 0)
})

await t.test(
  'a removal that has begun is finished, also when the directory or the file breaks meanwhile',
  async (t) => {
    const deaf: PodText = {
      name: 'deaf',
      graceSeconds: 10,
      containers: [{ name: 'app', script: 'trap "" TERM; wait' }],
    }
    const world = new World()
    world.files.set('two.yaml', `${podText(deaf)}\n---\n${podText({ name: 'stays' })}`)
    await world.start()
    await world.clock.advance(1000)
    world.write('two.yaml', podText({ name: 'stays' }))
    await world.clock.advance(1000)
    world.write('two.yaml', podText({ name: 'stays' }).replace('"image"', '"imge"'))
    world.isDirectoryReadable = false
    world.rescan()
    await world.clock.advance(minute)
    t.equal(world.pod('default/deaf'), undefined)
    t.equal(world.running('app').length, 1, 'the other one is held')
  },
)

await t.test('a pod removed and brought back while it stops is made anew', async (t) => {
  const world = await worldWith({
    name: 'deaf',
    graceSeconds: 10,
    containers: [{ name: 'app', script: 'trap "" TERM; wait' }],
  })
  const uid = world.running('app')[0]?.podUid
  const text = world.files.get('deaf.yaml')!
  world.remove('deaf.yaml')
  await world.clock.advance(3000)
  world.write('deaf.yaml', text)
  await world.clock.advance(1000)
  t.equal(world.instances('app').length, 1, 'not beside the old one')
  await world.clock.advance(10_000)
  t.equal(world.running('app').length, 1)
  t.not(world.running('app')[0]?.podUid, uid)
})

await t.test('kill -9 and start again touches nothing', async (t) => {
  const world = await worldWith(
    { name: 'a' },
    { name: 'b', hostNetwork: true },
    { name: 'c', init: [{ name: 'i', script: 'exit 0' }] },
  )
  const calls: string[] = []
  world.engine.witness = ({ call }) => calls.push(call)
  await restart(world)
  await world.clock.advance(30 * minute)
  t.strictSame(calls, [])
})

await t.test('an engine restart brings everything back without back-off, crashed often or not', async (t) => {
  const world = await worldWith({ name: 'a' }, { name: 'b', hostNetwork: true })
  for (let crash = 0; crash < 4; crash += 1) {
    for (const one of world.running('app')) world.engine.crash(one.id, 1)
    await world.clock.advance(2 * minute)
  }
  world.engine.stop()
  await world.clock.advance(3000)
  t.match(world.supervisor.board.readiness().checks.find((one) => one.name === 'engine')?.waitingFor, /engine/)
  world.engine.startAgain()
  await world.clock.advance(1500)
  t.equal(world.running('app').length, 2)
})

await t.test('an engine that is not there yet is waited for', async (t) => {
  const world = new World()
  world.files.set('web.yaml', podText({ name: 'web' }))
  world.engine.stop()
  await world.start()
  await world.clock.advance(minute)
  t.equal(world.pod('default/web')?.status.reason, 'EngineUnavailable')
  world.engine.startAgain()
  await world.clock.advance(1000)
  t.equal(world.running('app').length, 1)
})

await t.test('init containers run in order, each to success, before the others', async (t) => {
  const world = await worldWith({
    name: 'web',
    init: [
      { name: 'first', script: 'sleep 5; exit 0' },
      { name: 'second', script: 'sleep 5; exit 0' },
    ],
  })
  t.equal(world.running('first').length, 1)
  t.equal(world.instances('second').length, 0)
  t.equal(waitingReason(world, 'default/web'), 'PodInitializing')
  t.equal(world.pod('default/web')?.status.phase, 'Pending')
  await world.clock.advance(6000)
  t.equal(world.running('second').length, 1)
  t.equal(world.instances('app').length, 0)
  await world.clock.advance(6000)
  t.equal(world.running('app').length, 1)
  world.engine.crash(world.running('app')[0]!.id, 1)
  await world.clock.advance(1000)
  t.equal(world.instances('first').length, 1, 'not again when only the app died')
})

await t.test('a failing init container is retried, or fails a pod that never restarts', async (t) => {
  const init = [{ name: 'bad', script: 'exit 4' }]
  const world = await worldWith({ name: 'again', init }, { name: 'once', restartPolicy: 'Never', init })
  await world.clock.advance(minute)
  t.ok((world.pod('default/again')?.status.initContainerStatuses?.[0]?.restartCount ?? 0) >= 2)
  t.equal(world.pod('default/again')?.status.phase, 'Pending')
  t.equal(world.pod('default/once')?.status.phase, 'Failed')
  t.equal(world.instances('app').length, 0)
})

await t.test('an edit restarts only what it must', async (t) => {
  const two = (env: string, extra: Partial<PodText> = {}): string =>
    podText({
      name: 'web',
      containers: [{ name: 'app', env: { V: env }, memory: '64Mi' }, { name: 'side' }],
      ...extra,
    })
  const world = new World()
  world.files.set('web.yaml', two('1'))
  await world.start()
  await world.clock.advance(1000)
  const ids = (): (string | undefined)[] => ['POD', 'app', 'side'].map((name) => world.running(name)[0]?.id)
  const [sandbox, app, side] = ids()

  world.write('web.yaml', two('1', { labels: { a: 'b' }, graceSeconds: 5 }))
  await world.clock.advance(minute)
  t.strictSame(ids(), [sandbox, app, side], 'labels and grace: nothing')

  world.write('web.yaml', two('1').replace('64Mi', '128Mi'))
  await world.clock.advance(minute)
  t.strictSame(ids(), [sandbox, app, side], 'resources: in place')
  t.equal(world.running('app')[0]?.resources.memoryBytes, 128 * 2 ** 20)

  world.write('web.yaml', two('2').replace('64Mi', '128Mi'))
  await world.clock.advance(minute)
  t.equal(ids()[0], sandbox)
  t.not(ids()[1], app, 'env: that container')
  t.equal(ids()[2], side)
  t.equal(world.pod('default/web')?.status.containerStatuses.find((one) => one.name === 'app')?.restartCount, 1)

  world.write(
    'web.yaml',
    podText({
      name: 'web',
      containers: [{ name: 'app', env: { V: '2' }, memory: '128Mi', hostPort: 80 }, { name: 'side' }],
    }),
  )
  await world.clock.advance(minute)
  t.not(ids()[0], sandbox, 'ports: the pod')
  t.not(ids()[2], side)

  world.write(
    'web.yaml',
    podText({ name: 'web', containers: [{ name: 'app', env: { V: '2' }, memory: '128Mi', hostPort: 80 }] }),
  )
  await world.clock.advance(minute)
  t.equal(world.instances('side').length, 0, 'a container that left the manifest')
})

await t.test('an edit whose image cannot be had leaves the old container running and says so', async (t) => {
  const world = await worldWith({ name: 'web' })
  const [before] = world.running('app')
  const edited = podText({ name: 'web', containers: [{ name: 'app', image: 'app:2' }] })
  world.write('web.yaml', edited)
  await world.clock.advance(minute)
  t.equal(world.running('app')[0]?.id, before?.id)
  t.ok(world.log.some((line) => line.includes('IMAGE_NOT_FOUND') || line.includes('not found')))
  world.engine.registry.add('app:2')
  await world.clock.advance(6 * minute)
  t.equal(world.running('app')[0]?.image, 'app:2')
})

await t.test(
  'pull policies: Never waits for the image, IfNotPresent pulls, Always restarts without the registry',
  async (t) => {
    const world = await worldWith(
      { name: 'never', containers: [{ name: 'n', image: 'n:1', imagePullPolicy: 'Never' }] },
      { name: 'always', containers: [{ name: 'a', image: 'a:1', imagePullPolicy: 'Always' }] },
    )
    t.equal(waitingReason(world, 'default/never'), 'ErrImageNeverPull')
    t.equal(waitingReason(world, 'default/always'), 'ErrImagePull')
    world.engine.images.add('n:1')
    world.engine.registry.add('a:1')
    await world.clock.advance(11_000)
    t.equal(world.running('n').length, 1)
    t.equal(world.running('a').length, 1)
    world.engine.registry.clear()
    world.engine.crash(world.running('a')[0]!.id, 1)
    await world.clock.advance(1000)
    t.equal(world.running('a').length, 1)
  },
)

await t.test('a pod without a sandbox, whose image must be pulled, starts as soon as it is', async (t) => {
  const world = new World()
  world.engine.registry.add('far:1')
  const containers = [{ name: 'app', image: 'far:1', imagePullPolicy: 'IfNotPresent' }]
  world.files.set('node.yaml', podText({ name: 'node', hostNetwork: true, containers }))
  await world.start()
  await world.clock.advance(1000)
  t.equal(world.running('app').length, 1)
  t.strictSame(
    world.log.filter((line) => line.includes('action failed')),
    [],
  )
})

await t.test('a port in use keeps the pod waiting with the reason, and it starts when the port is free', async (t) => {
  const world = new World()
  const other = world.engine.runtime('other')
  const identity = {
    namespace: 'default',
    podName: 'one',
    podUid: podUid('uid-of-another'),
    kind: 'sandbox',
    name: 'POD',
  } as const
  const rest = {
    attempt: 0,
    crashes: 0,
    round: 0,
    hash: '',
    podHash: '',
    sandboxId: null,
    file: '',
    graceMs: 0,
    podStartedAtMs: 0,
  }
  const ports = [{ containerPort: 80, protocol: 'TCP', hostPort: 8080, hostIP: null }]
  const { id } = await other.createSandbox({ ...plainSandbox, identity: { ...identity, ...rest }, ports })
  await other.start(id)
  world.files.set('two.yaml', podText({ name: 'two', containers: [{ name: 'b', hostPort: 8080 }] }))
  await world.start()
  await world.clock.advance(minute)
  const status = world.pod('default/two')?.status
  t.equal(status?.containerStatuses[0]?.state.waiting?.reason, 'CreatePodSandboxError')
  t.match(status?.containerStatuses[0]?.state.waiting?.message, /allocated/)
  t.ok(world.instances('POD').length <= 3)
  await other.remove(id, true)
  await world.clock.advance(minute)
  t.equal(world.running('b').length, 1)
})

await t.test('a host path that is not there keeps the pod waiting until it is', async (t) => {
  const world = new World()
  world.missingPaths.add('/nowhere')
  world.files.set(
    'web.yaml',
    podText({
      name: 'web',
      volumes: [{ name: 'v', hostPath: { path: '/nowhere' } }],
      containers: [{ name: 'app', mounts: [{ name: 'v', mountPath: '/v' }] }],
    }),
  )
  await world.start()
  await world.clock.advance(1000)
  t.equal(waitingReason(world, 'default/web'), 'FailedMount')
  world.missingPaths.clear()
  await world.clock.advance(2 * minute)
  t.equal(world.running('app').length, 1)
})

await t.test('a command that is not in the image backs off like a crash', async (t) => {
  const world = new World()
  world.files.set('web.yaml', podText({ name: 'web' }).replace('"sleep"', '"nonsense"'))
  await world.start()
  await world.clock.advance(5000)
  const [container] = world.pod('default/web')?.status.containerStatuses ?? []
  t.equal(container?.state.waiting?.reason, 'CrashLoopBackOff')
  t.equal(container?.lastState.terminated?.reason, 'ContainerCannotRun')
})

await t.test('a dead sandbox takes the pod with it, which is made anew at once with its volumes', async (t) => {
  const world = await worldWith({
    name: 'web',
    volumes: [{ name: 'data', emptyDir: {} }],
    containers: [{ name: 'app', mounts: [{ name: 'data', mountPath: '/data' }] }],
  })
  const [sandbox] = world.running('POD')
  const uid = sandbox?.podUid
  world.engine.crash(sandbox!.id, 137)
  await world.clock.advance(1000)
  t.equal(world.running('app').length, 1)
  t.not(world.running('POD')[0]?.id, sandbox?.id)
  t.equal(world.running('app')[0]?.podUid, uid)
  t.strictSame([...world.volumes], [uid])
})

await t.test('what someone removed by hand comes back', async (t) => {
  const world = await worldWith({ name: 'web' })
  world.engine.removeByHand(world.running('app')[0]!.id)
  await world.clock.advance(1000)
  t.equal(world.running('app').length, 1)
  for (const { id } of world.engine.containers()) world.engine.removeByHand(id)
  await world.clock.advance(1000)
  t.equal(world.running('app').length, 1)
  t.equal(world.running('POD').length, 1)
})

await t.test('a lost event is made up for by the slow resync', async (t) => {
  const world = await worldWith({ name: 'web' })
  const [app] = world.running('app')
  world.engine.chaos = {
    random: { between: () => 10 ** 12, chance: () => false } as never,
    maxLatencyMs: 0,
    maxEventDelayMs: 0,
    failBefore: 0,
    failAfter: 0,
  }
  world.engine.crash(app!.id, 1)
  world.engine.chaos = null
  await world.clock.advance(6 * minute)
  t.equal(world.running('app').length, 1)
})

await t.test('stopping all pods keeps grace, and the next start runs them again without back-off', async (t) => {
  const world = await worldWith(
    { name: 'a' },
    { name: 'b', hostNetwork: true },
    { name: 'c', containers: [{ name: 'slow', script: 'trap "" TERM; wait' }], graceSeconds: 7 },
  )
  for (let round = 0; round < 3; round += 1) {
    let stopped = false
    const stopping = world.supervisor.stopPods().then(() => (stopped = true))
    await world.clock.advance(6000)
    t.notOk(stopped)
    await world.clock.advance(2000)
    t.ok(stopped)
    await stopping
    t.equal(world.engine.containers().filter((one) => one.state === 'running').length, 0)
    await world.start()
    await world.clock.advance(1000)
    t.equal(world.running('app').length + world.running('slow').length, 3)
  }
})

await t.test('containers of the image, in one pod, share one look at it', async (t) => {
  const world = new World()
  world.files.set('web.yaml', podText({ name: 'web', containers: [{ name: 'x' }, { name: 'y' }] }))
  await world.start()
  await world.clock.advance(1000)
  t.equal(world.log.filter((line) => line.includes('image looked up') && line.includes(image)).length, 1)
})

await t.test('a container’s last words are told, also after podkeep’s restart and a prune', async (t) => {
  const world = new World()
  world.lastWords.set('app/0', 'no such table\n')
  world.files.set(
    'job.yaml',
    podText({ name: 'job', restartPolicy: 'Never', containers: [{ name: 'app', script: 'exit 1' }] }),
  )
  await world.start()
  await world.clock.advance(minute)
  const told = (): unknown => world.pod('default/job')?.status.containerStatuses[0]?.state.terminated
  t.match(told(), { exitCode: 1, message: 'no such table\n' })
  world.lastWords.clear()
  await restart(world)
  t.match(told(), { exitCode: 1, message: 'no such table\n' }, 'the record tells them')
  for (const one of world.instances('app')) world.engine.removeByHand(one.id)
  await restart(world)
  t.match(told(), { exitCode: 1, message: 'no such table\n' })
})

await t.test('a container that runs again tells the last words of the instance before it', async (t) => {
  const world = new World()
  for (const attempt of [0, 1, 2]) world.lastWords.set(`app/${attempt}`, `words ${attempt}`)
  world.files.set('web.yaml', podText({ name: 'web', containers: [{ name: 'app', script: 'sleep 5; exit 1' }] }))
  await world.start()
  const status = (): V1ContainerStatus | undefined => world.pod('default/web')?.status.containerStatuses[0]
  await world.clock.advance(4000)
  t.strictSame(status()?.lastState, {})
  await world.clock.advance(3000)
  t.match(status(), { state: { running: {} }, lastState: { terminated: { message: 'words 0' } } })
  await restart(world)
  await world.clock.advance(1000)
  t.match(status(), { state: { running: {} }, lastState: { terminated: { message: 'words 0' } } })
  await world.clock.advance(4000)
  t.match(status(), {
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { message: 'words 1' } },
  })
})
