/** What is told as events and revisions while pods live. */

import t from 'tap'

import { podText } from './manifests.js'
import { worldWith } from './world-with.js'
import type { World } from './world.js'

const second = 1000

function reasons(world: World, from = 0): string[] {
  return world.events
    .slice(from)
    .map(({ reason, subject }) => `${reason}${subject.kind === 'Pod' ? '' : ` ${subject.kind}`}`)
}

await t.test('a pod that starts is told in the order of the kubelet, and one that runs tells nothing', async (t) => {
  const world = await worldWith({ name: 'web' })
  await world.clock.advance(5 * second)
  t.strictSame(
    reasons(world).filter((reason) => !reason.endsWith('Node')),
    ['Scheduled', 'Pulled', 'Created', 'Started'],
  )
  const before = world.events.length
  await world.clock.advance(3600 * second)
  world.kill()
  await world.start()
  await world.clock.advance(5 * second)
  t.strictSame(reasons(world, before), ['NodeReady Node'], 'nor does one that is taken over')
  t.strictSame(world.revisions.slice(0, 3), [
    'default/web wanted web.yaml',
    'default/web became pending',
    'default/web became ready',
  ])
})

await t.test('an edit, its restart and its outcome are told', async (t) => {
  const world = await worldWith({ name: 'web' })
  await world.clock.advance(5 * second)
  const [before, revisions] = [world.events.length, world.revisions.length]
  world.write('web.yaml', podText({ name: 'web', containers: [{ name: 'app', env: { A: 'secret' } }] }))
  await world.clock.advance(60 * second)
  t.strictSame(reasons(world, before), ['ManifestChanged', 'Killing', 'Pulled', 'Created', 'Started'])
  t.match(world.events[before]?.message, /^The manifest changed: spec\.containers\[app\]\.env$/)
  t.notMatch(JSON.stringify(world.events), /secret/)
  t.strictSame(world.revisions.slice(revisions), [
    'default/web wanted web.yaml',
    'default/web became pending',
    'default/web became ready',
  ])
})

await t.test('an edit of something else in the file is told as what it is', async (t) => {
  const world = await worldWith({ name: 'web' })
  await world.clock.advance(5 * second)
  const before = world.events.length
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: 'b' } }
  world.write('web.yaml', `${podText({ name: 'web' })}\n---\n${JSON.stringify(settings)}\n`)
  await world.clock.advance(5 * second)
  t.strictSame(reasons(world, before), ['ManifestChanged'])
  t.equal(world.events[before]?.message, 'The file was edited, and says of this pod what it said')
})

await t.test('a crash loop is told with its ends and its back-off; a broken file holds the revision', async (t) => {
  const world = await worldWith({ name: 'web', containers: [{ name: 'app', script: 'exit 3' }] })
  await world.clock.advance(25 * second)
  const told = world.events.filter(({ reason }) => reason === 'Exited' || reason === 'BackOff')
  t.match(
    told.map(({ reason }) => reason),
    ['Exited', 'Exited', 'BackOff', 'Exited', 'BackOff'],
  )
  t.match(told[0]?.message, /^Container app ended: Error, exit code 3$/)
  t.match(told[2]?.message, /^Back-off restarting failed container app in pod web_default\(uid-\d+\)$/)
  t.match(world.revisions.at(-1), /^default\/web became failed: app: CrashLoopBackOff/)
  world.write('web.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{nam: x}]}\n')
  await world.clock.advance(second)
  t.match(
    world.events.findLast(({ reason }) => reason === 'FailedValidation'),
    {
      subject: { kind: 'Pod', key: 'default/web' },
      message: /kept as it was: web\.yaml:4:/,
    },
  )
  t.match(world.revisions.at(-1), /^default\/web held web\.yaml: web\.yaml:4:/)
})

await t.test('a container that cannot be started is told, and counted as the kubelet counts it', async (t) => {
  const world = await worldWith({ name: 'web', containers: [{ name: 'app', script: 'exit 0' }] })
  world.remove('web.yaml')
  await world.clock.advance(60 * second)
  const [before, starts] = [world.events.length, world.tally.startedContainers.container]
  world.write('bad.yaml', podText({ name: 'bad' }).replace('"sleep"', '"nonsense"'))
  await world.clock.advance(5 * second)
  const failures = world.events.slice(before).filter(({ reason }) => reason === 'Failed')
  t.equal(failures.length, 2, 'each try')
  t.match(failures[0], {
    type: 'Warning',
    message: 'Error: failed to start container "app": exec: "nonsense": executable file not found in $PATH',
    fieldPath: 'spec.containers{app}',
  })
  t.strictSame([...world.tally.startErrors], [{ kind: 'container', code: 'RunContainerError', count: 2 }])
  t.equal(world.tally.errors.get('start_container'), 2)
  t.equal(world.tally.startedContainers.container, starts + 2)
})

await t.test('a pull that fails is counted for what waits for it', async (t) => {
  const world = await worldWith({
    name: 'web',
    spec: { initContainers: [{ name: 'init', image: 'nowhere:1' }] },
  })
  await world.clock.advance(25 * second)
  t.match([...world.tally.startErrors], [{ kind: 'init_container', code: 'ErrImagePull' }])
  t.ok([...world.tally.startErrors][0]?.count === 2, 'the tries, not the back-off between them')
  t.equal(world.tally.errors.get('pull_image'), 2)
})

await t.test('how long a new pod took is told with its pulls and init containers, and without', async (t) => {
  const world = await worldWith({
    name: 'web',
    init: [{ name: 'init', script: 'sleep 7; exit 0' }],
  })
  await world.clock.advance(60 * second)
  const { podStarts, ownPodStarts, containersPerPod } = world.tally
  t.equal(podStarts.count, 1)
  t.ok(podStarts.sum >= 7, `${podStarts.sum} s`)
  t.ok(ownPodStarts.sum < 2, `${ownPodStarts.sum} s`)
  t.strictSame([containersPerPod.count, containersPerPod.sum], [1, 1])
})

await t.test('a file of which no pod is known is told as itself, and an engine that goes as the node', async (t) => {
  const world = await worldWith({ name: 'web' })
  world.write('broken.yaml', 'a: [')
  await world.clock.advance(second)
  t.match(world.events.at(-1), { subject: { kind: 'Manifest', file: 'broken.yaml' }, reason: 'FailedValidation' })
  world.engine.stop()
  await world.clock.advance(second)
  t.match(world.events.at(-1), { subject: { kind: 'Node' }, reason: 'NodeNotReady' })
})
