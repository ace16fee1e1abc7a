/** A pod that was put out: in which order what it had goes, and what is remembered of it. */

import t from 'tap'

import { podDiskLimit } from '../../../lib/plan/disk-excess.js'
import { containerUseKey, volumeKey, type PlanContext } from '../../../lib/plan/index.js'
import {
  containerHash,
  containerId,
  noResources,
  sandboxHash,
  type DesiredContainer,
  type DesiredPod,
} from '../../../lib/pod/index.js'
import { aContainer, aPod, dead, nowTickMs, nowWallMs, seen, uid } from '../../support/pods.js'
import { aFailure, deeds, recordOf, run, savedRecords, waits } from '../../support/plans.js'

const volume = { kind: 'emptyDir', name: 'cache', medium: '', sizeLimitBytes: 2 ** 20 } as const
const pod = aPod({ volumes: [volume], restartPolicy: 'OnFailure', containers: [aContainer('app')] })
const use = { bytes: 2 ** 21, tookMs: 1, atMs: nowWallMs, atTickMs: nowTickMs }
const over: Partial<PlanContext> = { volumeUse: new Map([[volumeKey(uid, volume), use]]) }
const message = 'Usage of EmptyDir volume "cache" exceeds the limit "1Mi".'

await t.test('its containers go, then its sandbox with the dead, then its volumes', (t) => {
  t.same(deeds(run(pod, [seen(pod, 'POD'), seen(pod, 'app')], over)), ['KillContainer app-0 SIGTERM (Evicted)'])
  t.same(deeds(run(pod, [seen(pod, 'POD'), dead(pod, 'app', 137)], over)), [
    'RemoveContainer app-0 (Evicted)',
    'RemoveContainer POD-0 (Evicted)',
  ])
  const gone = run(pod, [], over)
  t.same(deeds(gone), ['RemoveVolumes uid-1 (Evicted)'])
  t.match(gone.actions, [{ eviction: { message, atMs: nowWallMs, count: 1 } }])
  t.end()
})

await t.test('how containers ended is forgotten before the volumes go, unless that cannot be written', (t) => {
  const record = recordOf(pod, { ended: [dead(pod, 'app', 0)] })
  const plan = run(pod, [], { ...over, record })
  t.same(deeds(plan), [])
  t.match(savedRecords(plan), [{ ended: [], evicted: { message, count: 1 } }])
  const failures = new Map([[`SaveRecord ${pod.key}`, aFailure({ code: 'HOST_DISK_FULL', retry: 'later' })]])
  t.same(deeds(run(pod, [], { ...over, record, failures })), ['RemoveVolumes uid-1 (Evicted)'])
  t.end()
})

const mebi = 2 ** 20
const limited = (name: string, mebis?: number, more = {}) =>
  aContainer(name, {
    resources: { ...noResources, ...(mebis !== undefined && { diskLimitBytes: mebis * mebi }) },
    ...more,
  })
const scratch = { kind: 'emptyDir', name: 'scratch', medium: '', sizeLimitBytes: null } as const
const inMemory = { kind: 'emptyDir', name: 'fast', medium: 'Memory', sizeLimitBytes: null } as const
const two = aPod({ volumes: [scratch, inMemory], containers: [limited('app', 10), limited('log', 4)] })
const both = [seen(two, 'POD'), seen(two, 'app'), seen(two, 'log')]

/** What was measured, in Mi. */
function used(of: DesiredPod, containers: Record<string, number>, inScratch = 0): Partial<PlanContext> {
  const measured = { ...use, atTickMs: nowTickMs, atMs: nowWallMs }
  const containerUse = Object.entries(containers).map(([name, mebis]) => {
    const one = { ...measured, id: seen(of, name).id, bytes: mebis * mebi }
    return [containerUseKey(uid, name), one] as const
  })
  const volumeUse = [[volumeKey(uid, scratch), { ...measured, bytes: inScratch * mebi }]] as const
  return { containerUse: new Map(containerUse), volumeUse: new Map(volumeUse) }
}

await t.test('only what counts against a limit is measured, and not again before its time', (t) => {
  t.same(deeds(run(two, both)).sort(), [
    `MeasureContainer ${seen(two, 'app').id} (Due)`,
    `MeasureContainer ${seen(two, 'log').id} (Due)`,
    'MeasureVolume scratch (Due)',
  ])
  const [volumeLook] = run(two, both).actions.filter(({ kind }) => kind === 'MeasureVolume')
  t.match(volumeLook, { limitBytes: 14 * mebi })
  const quiet = run(two, both, used(two, { app: 9, log: 4 }, 1))
  t.same(deeds(quiet), [])
  t.same(waits(quiet), ['DiskMeasured in 10 s', 'DiskMeasured in 10 s', 'DiskMeasured in 10 s'])
  const free = aPod({ volumes: [scratch], containers: [limited('app'), limited('log')] })
  t.same(deeds(run(free, [seen(free, 'POD'), seen(free, 'app'), seen(free, 'log')])), [])
  t.end()
})

await t.test('a container, or the pod with its volumes, is over the limit by one byte', (t) => {
  const why = (of: DesiredPod, context: Partial<PlanContext>, containers = both): string | undefined =>
    run(of, containers, context).waits.find(({ reason }) => reason === 'Evicted')?.message
  t.equal(why(two, used(two, { app: 10, log: 4 })), undefined, 'as much as it may')
  t.equal(
    why(two, used(two, { app: 1, log: 4 + 1 / mebi })),
    'Container log exceeded its local ephemeral storage limit "4Mi".',
  )
  t.equal(
    why(two, used(two, { app: 9, log: 4 }, 1 + 1 / mebi)),
    'Pod ephemeral local storage usage exceeds the total limit of containers 14Mi.',
  )
  const replaced = used(two, { app: 12 })
  const containers = [seen(two, 'POD'), { ...seen(two, 'app'), id: containerId('another') }, seen(two, 'log')]
  t.equal(why(two, replaced, containers), undefined, 'what an instance before it wrote is gone')
  t.same(why(two, replaced, [seen(two, 'POD'), dead(two, 'app', 143)]), why(two, replaced, []), 'to the end')
  t.ok(why(two, replaced, []))
  t.end()
})

await t.test(
  'the sum is of what runs side by side: init containers one by one, each beside the sidecars before it',
  (t) => {
    const sidecar = limited('proxy', 2, { restartPolicy: 'Always' })
    const of = (...initContainers: DesiredContainer[]): number | null =>
      podDiskLimit(aPod({ initContainers, containers: [limited('app', 10), limited('free')] }))
    t.equal(of() ?? 0, 10 * mebi)
    t.equal(of(limited('init', 9)), 10 * mebi)
    t.equal(of(sidecar, limited('init', 11)), 13 * mebi)
    t.equal(of(limited('init', 11), sidecar), 12 * mebi)
    t.equal(podDiskLimit(aPod({ containers: [limited('app')] })), null)
    t.end()
  },
)

await t.test('a limit is in neither hash', (t) => {
  const [free, tight] = [aPod({ containers: [limited('app')] }), aPod({ containers: [limited('app', 1)] })]
  t.equal(containerHash(free, limited('app')), containerHash(tight, limited('app', 1)))
  t.equal(sandboxHash(free), sandboxHash(tight))
  t.end()
})
