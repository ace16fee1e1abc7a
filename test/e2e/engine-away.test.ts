/** A running pod is sacred: what the engine's absence, a broken manifest and an administrator may not do to it. */

import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { appOf, containersOf, pruneContainers } from './engine-view.js'
import { engineWithImage } from './engine-with-image.js'
import { forEver, podYaml } from './manifests.js'
import { get, Node } from './podkeep-process.js'
import { until } from './until.js'

const engine = await engineWithImage()
const { host, socketPath } = engine

await t.test('only this machine may ask, and only ask', async (t) => {
  const node = new Node(t, 'asked')
  const supervisor = await node.start(host)
  const place = { port: supervisor.port }
  t.equal((await get(place, '/pods')).status, 200)
  t.equal((await get(place, '/pods', { host: 'evil.example' })).status, 403)
  t.equal((await get(place, '/pods', { method: 'DELETE' })).status, 405)
  t.equal((await get(place, '/healthz')).status, 200)
  t.equal((await get({ socketPath: join(node.root, 'podkeep.sock') }, '/pods')).status, 200)
  t.equal(await supervisor.kill('SIGTERM'), 0)
})

await t.test('an engine that is not there yet is waited for, with the reason visible', async (t) => {
  const node = new Node(t, 'early')
  node.put('web.yaml', podYaml({ name: 'web' }))
  const late = join(node.directory, 'late.sock')
  const supervisor = await node.start(`unix://${late}`, '--stop-pods')
  const { status, body } = await until('readyz tells', async () => {
    const answer = await get({ port: supervisor.port }, '/readyz')
    return answer.body.includes('late.sock') ? answer : undefined
  })
  t.equal(status, 503)
  t.match(body, /engine/i)
  t.equal((await get({ port: supervisor.port }, '/healthz')).status, 200)
  symlinkSync(socketPath, late)
  await supervisor.running('web')
  t.equal(await supervisor.kill('SIGTERM'), 0)
})

await t.test(
  'a pod whose manifest is broken is restarted from its last good word, also by the next podkeep',
  async (t) => {
    const node = new Node(t, 'held')
    node.put('web.yaml', podYaml({ name: 'web' }))
    const first = await node.start(host)
    await first.running('web')
    node.put('web.yaml', 'kind: Pod\n\tnonsense: [')
    await first.file('web.yaml', 'held')
    process.kill((await appOf(socketPath, node.name, 'web')).pid, 'SIGKILL')
    await first.running('web', 1)
    await first.kill('SIGKILL')
    process.kill((await appOf(socketPath, node.name, 'web')).pid, 'SIGKILL')
    const second = await node.start(host, '--stop-pods')
    const again = await second.running('web', 2)
    t.equal(again.ready, true)
    t.match(await second.file('web.yaml', 'held'), { pods: ['default/web'] })
    t.strictSame((await appOf(socketPath, node.name, 'web')).command, ['sh', '-c', forEver])
    t.equal(await second.kill('SIGTERM'), 0)
  },
)

await t.test('the engine restarts: what ran runs again, and what is done stays done', async (t) => {
  const node = new Node(t, 'restart')
  const script = 'echo once >> /shared/runs'
  node.put('job.yaml', podYaml({ name: 'job', script, restartPolicy: 'Never', shared: node.shared }))
  node.put('web.yaml', podYaml({ name: 'web' }))
  const first = await node.start(host)
  const isDone = async (podkeep: typeof first): Promise<void> => {
    await podkeep.container('job', ({ state }) => state.terminated?.exitCode === 0)
    const job = (await podkeep.pods()).find((pod) => pod.metadata.name === 'job')!
    t.equal(job.status.phase, 'Succeeded')
    t.equal(readFileSync(join(node.shared, 'runs'), 'utf8'), 'once\n')
  }
  await isDone(first)
  await first.running('web')

  await engine.restart()
  // Until podkeep has seen the engine again it shows what it saw last.
  await first.container(
    'web',
    ({ state, ready, restartCount }) => state.running !== undefined && ready && restartCount === 1,
  )
  t.notOk(
    first.log.find((line) => line['reason'] === 'CrashLoopBackOff'),
    'back without a round of back-off',
  )
  await isDone(first)

  await first.kill('SIGKILL')
  const second = await node.start(host)
  await second.ready()
  await isDone(second)

  await pruneContainers(socketPath)
  t.notOk((await containersOf(socketPath, node.name)).find((one) => one.pod === 'job' && one.kind === 'container'))
  await isDone(second)
  t.equal(await second.kill('SIGTERM'), 0)
  await pruneContainers(socketPath)
  const third = await node.start(host, '--stop-pods')
  await third.ready()
  await third.running('web', 1)
  await isDone(third)
  t.equal(await third.kill('SIGTERM'), 0)
})
