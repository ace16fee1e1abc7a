/** What happens rarely, told step by step on the model engine: each of these once ended otherwise. */

import t from 'tap'

import { podText, type PodText } from './manifests.js'
import { worldWith } from './world-with.js'
import type { World } from './world.js'

const second = 1000
const minute = 60_000

function waitingMessage(world: World, key: string): string | undefined {
  return world.pod(key)?.status.containerStatuses[0]?.state.waiting?.message
}

function edit(world: World, pod: PodText): void {
  world.write(`${pod.name}.yaml`, podText(pod))
}

await t.test('a failed container that someone pruned during its back-off is restarted all the same', async (t) => {
  const world = await worldWith({
    name: 'job',
    restartPolicy: 'OnFailure',
    containers: [{ name: 'app', script: 'exit 1' }],
  })
  await world.clock.advance(40 * second)
  for (const one of world.instances('app')) world.engine.removeByHand(one.id)
  await world.clock.advance(10 * minute)
  t.ok(world.instances('app').length > 0)
})

await t.test('a pod that gets a sandbox by an edit keeps running until the images are there', async (t) => {
  const world = await worldWith({ name: 'web', hostNetwork: true })
  const [before] = world.running('app')
  edit(world, { name: 'web', containers: [{ name: 'app', image: 'app:2' }] })
  await world.clock.advance(minute)
  t.equal(world.running('app')[0]?.id, before?.id)
  world.engine.registry.add('app:2')
  await world.clock.advance(6 * minute)
  t.equal(world.running('app')[0]?.image, 'app:2')
})

await t.test('a pod that loses its sandbox by an edit keeps running until the images are there', async (t) => {
  const world = await worldWith({ name: 'web' })
  const [before] = world.running('app')
  edit(world, { name: 'web', hostNetwork: true, containers: [{ name: 'app', image: 'app:2' }] })
  await world.clock.advance(minute)
  t.equal(world.running('app')[0]?.id, before?.id)
})

await t.test('another metadata.uid is another pod, whose images are there before the old one is stopped', async (t) => {
  const world = await worldWith({ name: 'web' })
  const [before] = world.running('app')
  edit(world, { name: 'web', uid: 'u-2', containers: [{ name: 'app', image: 'app:2' }] })
  await world.clock.advance(minute)
  t.equal(world.running('app')[0]?.id, before?.id)
  world.engine.registry.add('app:2')
  await world.clock.advance(6 * minute)
  t.equal(world.running('app')[0]?.image, 'app:2')
  t.equal(world.running('app')[0]?.podUid, 'u-2')
})

await t.test(
  'a renamed container runs on until the image of the new one is there, and ends before it starts',
  async (t) => {
    const world = await worldWith({ name: 'web', containers: [{ name: 'old', script: 'stop in 3' }] })
    const [before] = world.running('old')
    edit(world, { name: 'web', containers: [{ name: 'new', image: 'app:2' }] })
    await world.clock.advance(minute)
    t.equal(world.running('old')[0]?.id, before?.id)
    world.engine.registry.add('app:2')
    let both = false
    world.engine.witness = ({ call, facts }) => {
      if (call === 'start' && facts.name === 'new' && world.running('old').length > 0) both = true
    }
    await world.clock.advance(6 * minute)
    t.equal(world.running('new').length, 1)
    t.equal(world.instances('old').length, 0)
    t.notOk(both)
  },
)

await t.test('what podkeep itself stopped has not finished: OnFailure and an exit code of 0', async (t) => {
  const service: PodText = {
    name: 'web',
    restartPolicy: 'OnFailure',
    containers: [{ name: 'app', script: 'stop in 3 with 0' }],
  }
  const world = await worldWith(service)
  world.engine.crash(world.running('POD')[0]!.id, 137)
  await world.clock.advance(10 * second)
  t.equal(world.running('app').length, 1, 'its sandbox died')
  const stopping = world.supervisor.stopPods()
  await world.clock.advance(10 * second)
  await stopping
  await world.start()
  await world.clock.advance(10 * second)
  t.equal(world.running('app').length, 1, 'podkeep stopped its pods')
})

await t.test('an edit taken back while its container stops leaves it running', async (t) => {
  const job: PodText = {
    name: 'job',
    restartPolicy: 'OnFailure',
    containers: [{ name: 'app', script: 'stop in 3 with 0' }],
  }
  const world = await worldWith(job)
  edit(world, { ...job, containers: [{ name: 'app', script: 'stop in 3 with 0', env: { A: '1' } }] })
  await world.clock.advance(second)
  edit(world, job)
  await world.clock.advance(10 * second)
  t.equal(world.running('app').length, 1)
})

await t.test('an init container that an edit interrupted has not succeeded', async (t) => {
  const init = { name: 'prep', script: 'stop in 1 with 0' }
  const world = await worldWith({ name: 'web', init: [{ ...init, memory: '64Mi' }] })
  edit(world, { name: 'web', init: [init] })
  await world.clock.advance(10 * second)
  t.equal(world.running('prep')[0]?.resources.memoryBytes, 0)
  t.equal(world.instances('app').length, 0)
})

await t.test('a memory limit that is lifted restarts the container, but not one that never restarts', async (t) => {
  for (const restartPolicy of ['OnFailure', 'Never'] as const) {
    const job = (memory?: string): PodText => ({
      name: 'job',
      restartPolicy,
      containers: [{ name: 'app', script: 'stop in 3 with 0', ...(memory !== undefined && { memory }) }],
    })
    const world = await worldWith(job('64Mi'))
    edit(world, job())
    await world.clock.advance(10 * second)
    t.equal(world.running('app').length, 1)
    t.equal(world.running('app')[0]?.resources.memoryBytes, restartPolicy === 'Never' ? 64 * 2 ** 20 : 0)
  }
})

await t.test('--stop-pods with no grace is no crash either', async (t) => {
  const world = await worldWith({ name: 'net', hostNetwork: true, graceSeconds: 0 })
  for (let round = 0; round < 4; round += 1) {
    const stopping = world.supervisor.stopPods()
    await world.clock.advance(second)
    await stopping
    await world.start()
    await world.clock.advance(second)
    t.equal(world.running('app').length, 1)
  }
})

await t.test('--stop-pods waits for no pull', async (t) => {
  const world = await worldWith({ name: 'web' })
  world.engine.chaos = {
    random: { between: (_low: number, high: number) => high, chance: () => false } as never,
    maxLatencyMs: 20 * minute,
    maxEventDelayMs: 0,
    failBefore: 0,
    failAfter: 0,
  }
  edit(world, { name: 'web', containers: [{ name: 'app', image: 'app:2', imagePullPolicy: 'Always' }] })
  await world.clock.advance(second)
  world.engine.chaos = null
  let stopped = false
  const stopping = world.supervisor.stopPods().then(() => (stopped = true))
  await world.clock.advance(minute)
  t.ok(stopped)
  await stopping
})

await t.test('a finished pod with a metadata.uid that is removed and brought back runs again', async (t) => {
  const job: PodText = {
    name: 'job',
    uid: 'u-1',
    restartPolicy: 'Never',
    containers: [
      { name: 'once', script: 'exit 0' },
      { name: 'deaf', script: 'trap "" TERM; wait' },
    ],
  }
  const world = await worldWith(job)
  let starts = 0
  world.engine.witness = ({ call, facts }) => {
    if (call === 'start' && facts.name === 'once') starts += 1
  }
  world.remove('job.yaml')
  await world.clock.advance(second)
  edit(world, job)
  await world.clock.advance(minute)
  t.equal(starts, 1)
})

await t.test('status tells of an edit that cannot be carried out yet', async (t) => {
  const world = await worldWith({ name: 'web' })
  edit(world, { name: 'web', containers: [{ name: 'app', image: 'app:2' }] })
  await world.clock.advance(minute)
  const status = world.pod('default/web')?.status
  t.equal(status?.phase, 'Running')
  t.equal(status?.reason, 'ImagePullBackOff')
  t.match(status?.message, /app:2/)
})

await t.test('a pod whose file was renamed is removed with its file, whatever its old name holds now', async (t) => {
  const world = await worldWith({ name: 'web' })
  world.files.delete('web.yaml')
  world.write('renamed.yaml', podText({ name: 'web' }))
  await world.clock.advance(minute)
  world.write('web.yaml', '{ "apiVersion": "v1", "kind": "Pod", "metadata": ')
  world.remove('renamed.yaml')
  await world.clock.advance(minute)
  t.equal(world.engine.containers().length, 0)
})

await t.test('a file that was away and is back, broken, before anything was removed holds its pod', async (t) => {
  const world = await worldWith({ name: 'web' })
  world.engine.stop()
  await world.clock.advance(second)
  world.remove('web.yaml')
  await world.clock.advance(second)
  world.write('web.yaml', podText({ name: 'web' }).replace('"image"', '"imge"'))
  world.engine.startAgain()
  await world.clock.advance(minute)
  t.equal(world.running('app').length, 1)
})

await t.test('two pods never share a metadata.uid, nor the files that live under it', async (t) => {
  const data = {
    volumes: [{ name: 'data', emptyDir: {} }],
    containers: [{ name: 'app', mounts: [{ name: 'data', mountPath: '/data' }] }],
  }
  const world = await worldWith({ name: 'web', uid: 'u-1', ...data })
  edit(world, { name: 'copy', uid: 'u-1', ...data })
  await world.clock.advance(minute)
  t.equal(
    waitingMessage(world, 'default/copy'),
    'metadata.uid is that of pod default/web: leave it out, or set another',
  )
  world.remove('copy.yaml')
  await world.clock.advance(minute)
  t.equal(world.running('app').length, 1)
  t.ok(world.volumes.has('u-1'))
  world.files.delete('web.yaml')
  edit(world, { name: 'renamed', uid: 'u-1', ...data })
  await world.clock.advance(minute)
  t.equal(world.running('app')[0]?.podName, 'renamed')
  t.ok(world.volumes.has('u-1'), 'renaming the pod')
  const twins = await worldWith({ name: 'one', uid: 'u-1', ...data }, { name: 'two', uid: 'u-1', ...data })
  await twins.clock.advance(minute)
  t.strictSame(
    twins.running('app').map((one) => one.podName),
    ['one'],
    'two that come together',
  )
})
