/** A pod that was put out: in which order what it had goes, and what is remembered of it. */

import t from 'tap'

import { volumeKey, type PlanContext } from '../../../lib/plan/index.js'
import { aContainer, aPod, dead, nowTickMs, nowWallMs, seen, uid } from '../../support/pods.js'
import { aFailure, deeds, recordOf, run, savedRecords } from '../../support/plans.js'

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
