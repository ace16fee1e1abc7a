/** Volumes with the files of an image: the image comes first, as a container's would, and each that mounts it waits. */

import t from 'tap'

import { containerHash, type DesiredPod, type ImageVolume } from '../../../lib/pod/index.js'
import { aContainer, aPod, dead, nowTickMs, seen } from '../../support/pods.js'
import { aFailure, deeds, run, waits } from '../../support/plans.js'

const models: ImageVolume = { kind: 'image', name: 'models', image: 'models:1', imagePullPolicy: 'IfNotPresent' }
const mounts = [{ volume: 'models', mountPath: '/models', readOnly: false }]

function podWith(volume: Partial<ImageVolume> = {}): DesiredPod {
  const containers = [aContainer('app', { mounts }), aContainer('helper')]
  return aPod({ volumes: [{ ...models, ...volume }], containers })
}

const notThere = { volumePaths: new Map<string, string>() }
const own = { present: true, user: '', atTickMs: nowTickMs }
const images = (present: boolean | null): Map<string, typeof own> =>
  new Map([
    ...[...new Set(podWith().containers.map(({ image }) => image))].map((image) => [image, own] as const),
    ...(present === null ? [] : [['models:1', { ...own, present }] as const]),
  ])

await t.test('its image is looked for, pulled when it is not there, and unpacked before anything is made', (t) => {
  const pod = podWith()
  const sandbox = [seen(pod, 'POD')]
  const step = (present: boolean | null): string[] => deeds(run(pod, sandbox, { ...notThere, images: images(present) }))
  t.same(step(null), ['InspectImage models:1 (Missing)'])
  t.same(step(false), ['PullImage models:1 (Missing)'])
  t.same(step(true), ['PrepareVolume models (Missing)'])
  const [create] = run(pod, sandbox, { images: images(true) }).actions
  t.match(create, { spec: { mounts: [{ hostPath: '/volumes/models', mountPath: '/models', readOnly: true }] } })
  t.end()
})

await t.test('what keeps it away is the waiting reason of those that mount it', (t) => {
  const pod = podWith()
  const failures = new Map([['PullImage models:1', aFailure({ code: 'IMAGE_NOT_FOUND', retry: 'later' })]])
  const failed = run(pod, [seen(pod, 'POD')], { ...notThere, images: images(false), failures })
  t.match(waits(failed), ['ErrImagePull app in 10 s: it failed (look)'])
  t.notOk(waits(failed).some((text) => text.includes('helper:')))
  const never = podWith({ imagePullPolicy: 'Never' })
  t.match(waits(run(never, [seen(never, 'POD')], { ...notThere, images: images(false) })), [
    'ErrImageNeverPull app in 10 s: the image models:1 is not on this machine and imagePullPolicy is Never: load or build it',
  ])
  t.end()
})

await t.test('Always asks the registry for a new pod, and not for what ran', (t) => {
  const pod = podWith({ imagePullPolicy: 'Always' })
  const sandbox = seen(pod, 'POD')
  t.same(deeds(run(pod, [sandbox], { ...notThere, images: images(true) })), ['PullImage models:1 (Missing)'])
  const crashed = [sandbox, dead(pod, 'app', 1), seen(pod, 'helper')]
  t.same(deeds(run(pod, crashed, { ...notThere, images: images(true) })), ['PrepareVolume models (Missing)'])
  t.end()
})

await t.test('an edit of its image replaces those that mount it, once that image is there', (t) => {
  const before = podWith()
  const after = podWith({ image: 'models:2' })
  const [app, helper] = after.containers
  t.not(containerHash(after, app!), containerHash(before, before.containers[0]!))
  t.equal(containerHash(after, helper!), containerHash(before, before.containers[1]!))
  const running = [seen(before, 'POD'), seen(before, 'app'), seen(before, 'helper')]
  const held = run(after, running, { ...notThere, images: images(true) })
  t.same(deeds(held), ['InspectImage models:2 (Missing)'], 'nothing is stopped before')
  const there = new Map([...images(true), ['models:2', own] as const])
  t.match(deeds(run(after, running, { ...notThere, images: there })), /KillContainer/)
  t.end()
})
