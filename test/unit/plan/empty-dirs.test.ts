/** What an edit of an emptyDir does while the pod runs: its size where it stands, its medium by another volume. */

import t from 'tap'

import { volumeKey, type PlanContext } from '../../../lib/plan/index.js'
import type { DesiredPod, EmptyDirVolume } from '../../../lib/pod/index.js'
import { aFailure, deeds, run, waits } from '../../support/plans.js'
import { aContainer, aPod, dead, seen, uid } from '../../support/pods.js'

const inMemory = (sizeLimitBytes: number | null): EmptyDirVolume => ({
  kind: 'emptyDir',
  name: 'e',
  medium: 'Memory',
  sizeLimitBytes,
})
const podWith = (volume: EmptyDirVolume, ...names: string[]): DesiredPod =>
  aPod({
    volumes: [volume],
    containers: names.map((name) =>
      aContainer(name, { mounts: [{ volume: volume.name, mountPath: '/e', readOnly: false }] }),
    ),
  })
const sized = (sizeBytes: number | null): Partial<PlanContext> => ({
  volumeDigests: new Map([[volumeKey(uid, inMemory(null)), String(sizeBytes)]]),
})

await t.test('another size of a volume in memory is set where it stands, once, and replaces nobody', async (t) => {
  const pod = podWith(inMemory(8), 'app')
  const up = [seen(pod, 'POD'), seen(pod, 'app')]
  t.same(deeds(run(pod, up, sized(1))), ['ResizeVolume e (Changed)'])
  t.same(deeds(run(pod, up, sized(8))), [])
  t.same(
    deeds(run(pod, up, { volumeDigests: new Map() })),
    ['ResizeVolume e (Changed)'],
    'what an earlier podkeep set is not known',
  )
  const unlimited = podWith(inMemory(null), 'app')
  t.same(deeds(run(unlimited, [seen(unlimited, 'POD'), seen(unlimited, 'app')], sized(8))), [
    'ResizeVolume e (Changed)',
  ])
  const onDisk = podWith({ ...inMemory(8), medium: '' }, 'app')
  t.same(deeds(run(onDisk, [seen(onDisk, 'POD'), seen(onDisk, 'app')])), ['MeasureVolume e (Due)'])
})

await t.test('a size that cannot be set is told, and keeps no container from its next start', async (t) => {
  const pod = podWith(inMemory(1), 'app')
  const failures = new Map([[`ResizeVolume ${volumeKey(uid, inMemory(1))}`, aFailure({ code: 'VOLUME_FAILED' })]])
  const context = { ...sized(8), failures }
  const plan = run(pod, [seen(pod, 'POD'), dead(pod, 'app', 1)], context)
  t.same(deeds(plan), ['CreateContainer app-1 (Died)'])
  t.match(waits(plan), [/^ResizePodInPlaceError in 1 s: it failed/])
})

await t.test('what another volume was made in the place of goes when nobody is left that began with it', async (t) => {
  const pod = podWith(inMemory(8), 'a', 'b')
  const [a, b] = [seen(pod, 'a'), seen(pod, 'b')]
  const after = { ...sized(8), replacedVolumes: new Set([uid]) }
  const old = { ...b, hash: '1:before' }
  const ending = run(pod, [seen(pod, 'POD'), a, old], after)
  t.notOk(
    deeds(ending).some((one) => one.startsWith('RemoveOldVolumes')),
    deeds(ending).join(', '),
  )
  t.same(deeds(run(pod, [seen(pod, 'POD'), a, b], after)), [`RemoveOldVolumes ${uid} (Superseded)`])
  const gone = { ...old, name: 'c', id: 'c-0' as never }
  t.notOk(
    deeds(run(pod, [seen(pod, 'POD'), a, b, gone], after)).some((one) => one.startsWith('RemoveOldVolumes')),
    'also one that the manifest no longer has',
  )
  t.same(deeds(run(pod, [seen(pod, 'POD'), a, b], sized(8))), [])
})
