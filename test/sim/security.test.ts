/** What a pod may do, told on the model engine: verified before it runs, and never at the cost of what runs already. */

import t from 'tap'

import { usualPolicy } from '../../lib/manifest/index.js'
import { podText, type PodText } from './manifests.js'
import { World } from './world.js'

const second = 1000

async function worldWith(pod: PodText, prepare: (world: World) => void = () => undefined): Promise<World> {
  const world = new World()
  prepare(world)
  world.files.set(`${pod.name}.yaml`, podText(pod))
  await world.start()
  await world.clock.advance(100)
  return world
}

const web = (securityContext: object, fields: object = {}): PodText => ({
  name: 'web',
  spec: { securityContext },
  containers: [{ name: 'app', fields }],
})

function waitingOf(world: World): object | undefined {
  return world.pod('default/web')?.status.containerStatuses[0]?.state.waiting
}

await t.test('runAsNonRoot keeps an image of root from running, until it is built anew', async (t) => {
  const world = await worldWith(web({ runAsNonRoot: true }))
  t.same(waitingOf(world), {
    reason: 'CreateContainerConfigError',
    message:
      'container has runAsNonRoot and image will run as root (set runAsUser to another number than 0, or build the image with USER)',
  })
  t.equal(world.instances('app').length, 0)
  await world.clock.advance(60 * second)
  t.equal(world.instances('app').length, 0)
  world.engine.imageUsers.set('app:1', '1000')
  await world.clock.advance(11 * second)
  const [app] = world.running('app')
  t.equal(app && world.engine.userOf(app.id), '1000')
})

await t.test('... or until an edit says as whom', async (t) => {
  const world = await worldWith(web({ runAsNonRoot: true }))
  world.write('web.yaml', podText(web({ runAsNonRoot: true, runAsUser: 7, runAsGroup: 8 })))
  await world.clock.advance(second)
  const [app] = world.running('app')
  t.equal(app && world.engine.userOf(app.id), '7:8')
})

await t.test(
  'the user that was verified is the one that runs, though the image’s name means another by then',
  async (t) => {
    const world = await worldWith(web({ runAsNonRoot: true }), ({ engine }) => engine.imageUsers.set('app:1', '1000'))
    const [app] = world.running('app')
    world.engine.imageUsers.set('app:1', '')
    t.equal(app && world.engine.userOf(app.id), '1000')
  },
)

await t.test('an edit that cannot be made leaves what runs, and says so', async (t) => {
  const world = await worldWith(web({}))
  const [before] = world.running('app')
  world.write('web.yaml', podText(web({ runAsNonRoot: true })))
  await world.clock.advance(60 * second)
  t.equal(world.running('app')[0]?.id, before?.id)
  t.ok(world.log.some((line) => line.includes('image will run as root')))
  world.write('web.yaml', podText(web({ seccompProfile: { type: 'Localhost', localhostProfile: 'a.json' } })))
  await world.clock.advance(60 * second)
  t.equal(world.running('app')[0]?.id, before?.id)
  world.profiles.set('seccomp a.json', '{}')
  await world.clock.advance(60 * second)
  t.not(world.running('app')[0]?.id, before?.id, 'and is made as soon as it can be')
  t.equal(world.running('app').length, 1)
})

await t.test('a pod that names no profile and demands no user costs no look at either', async (t) => {
  const world = await worldWith(web({ runAsUser: 7, runAsNonRoot: true }))
  t.equal(world.running('app').length, 1)
  t.notOk(world.log.some((line) => line.includes('security profile')))
})

await t.test('a policy that comes later holds what runs, also across restarts, and refuses what is new', async (t) => {
  const pod = web({}, { securityContext: { privileged: true } })
  const world = await worldWith(pod)
  const [before] = world.running('app')
  await world.clock.advance(second)
  world.kill()
  world.policy = { ...usualPolicy, podSecurity: 'baseline' }
  world.files.set('other.yaml', podText({ ...pod, name: 'other' }))
  await world.start()
  await world.clock.advance(60 * second)
  t.equal(world.pod('default/web')?.desire, 'hold')
  t.same(
    world.running('app').map((one) => one.id),
    [before?.id],
  )
  if (before !== undefined) world.engine.crash(before.id, 1)
  await world.clock.advance(60 * second)
  t.equal(world.running('app').length, 1, 'and it is restarted when it crashes')
  const files = world.supervisor.board.manifests().files.map(({ file, state }) => [file, state])
  t.same(files, [
    ['other.yaml', 'refused'],
    ['web.yaml', 'held'],
  ])
})
