/** NFS servers that are away: who mounts from one waits for it, without a crash, and nobody else does. */

import t from 'tap'

import type { ContainerFacts } from '../../lib/pod/index.js'
import { podText } from './manifests.js'
import { World } from './world.js'

const second = 1000
const volumes = [{ name: 'v', nfs: { server: 'nas', path: '/export' } }]
const withShare = podText({
  name: 'web',
  graceSeconds: 1,
  volumes,
  containers: [{ name: 'app', mounts: [{ name: 'v', mountPath: '/data' }] }, { name: 'helper' }],
})
const withoutShare = podText({ name: 'web', graceSeconds: 1, containers: [{ name: 'app' }, { name: 'helper' }] })

async function waiting(): Promise<World> {
  const world = new World()
  world.files.set('web.yaml', withShare)
  await world.start()
  await world.clock.advance(60 * second)
  return world
}
const whyNot = (world: World): string[] =>
  (world.supervisor.board.plans().find(({ key }) => key === 'default/web')?.waits ?? []).map(
    ({ reason, container, message }) => `${reason} ${container ?? ''}: ${message}`,
  )
const running = (world: World): ContainerFacts[] =>
  world.engine.containers().filter(({ kind, state }) => kind === 'container' && state === 'running')
const runs = (world: World): string[] =>
  running(world)
    .map(({ name, attempt }) => `${name} ${String(attempt)}`)
    .sort()

await t.test(
  'one container waits and says so; it starts once the server is there, and has never crashed',
  async (t) => {
    const world = await waiting()
    t.same(runs(world), ['helper 0'])
    t.match(whyNot(world), [/^FailedMount app: starting a container: no NFS server nas \(is the server up/])
    t.match(world.pod('default/web')?.status.containerStatuses, [
      { name: 'app', restartCount: 0, state: { waiting: { reason: 'FailedMount', message: /no NFS server nas/ } } },
      { name: 'helper', restartCount: 0, ready: true },
    ])
    world.kill()
    await world.start()
    await world.clock.advance(60 * second)
    t.match(whyNot(world), [/^FailedMount app/], 'also after podkeep’s restart')
    world.engine.nfsServers.add('nas')
    await world.clock.advance(400 * second)
    t.same(runs(world), ['app 0', 'helper 0'])
    t.same(whyNot(world), [])
  },
)

await t.test('an edit that takes the volume out starts it, and leaves the other as it runs', async (t) => {
  const world = await waiting()
  const [helper] = running(world)
  world.write('web.yaml', withoutShare)
  await world.clock.advance(10 * second)
  t.equal(running(world).length, 2)
  t.equal(running(world).find(({ name }) => name === 'helper')?.id, helper?.id)
})
