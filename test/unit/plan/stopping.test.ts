/** What is remembered of stops under way. */

import t from 'tap'

import { planPod } from '../../../lib/plan/index.js'
import type { ObservedContainer, StopsUnderWay } from '../../../lib/pod/index.js'
import { aPod, containers, dead, nowTickMs, nowWallMs, second, seen } from '../../support/pods.js'
import { aContext, deeds, observed, recordOf, run, savedRecords } from '../../support/plans.js'

const pod = aPod({ containers: containers('app', 'other') })
const asked = { stopRequestedTickMs: nowTickMs - second }
const stop = { startedAtMs: nowWallMs, preStop: null, stopRequestedTickMs: nowTickMs - second, asCrash: false }
const app = (fields: Partial<ObservedContainer> = {}): ObservedContainer =>
  seen(pod, 'app', { startedAtMs: nowWallMs, ...fields })
const kept = (...all: ObservedContainer[]): (StopsUnderWay | undefined)[] =>
  savedRecords(planPod({ kind: 'remove', pod }, observed(pod, ...all), aContext(pod))).map(({ stopping }) => stopping)

await t.test('of a pod on its way out it is saved as soon as a container was told to stop, and once', (t) => {
  t.strictSame(kept(app()), [], 'not before')
  const expected: StopsUnderWay = { bootId: 'boot-1', stops: { 'app-0': stop } }
  t.strictSame(kept(app(asked), seen(pod, 'other')), [expected])
  const record = recordOf(pod, { stopping: expected })
  const again = planPod({ kind: 'remove', pod }, observed(pod, app(asked)), aContext(pod, { record }))
  t.strictSame(savedRecords(again), [])
  t.end()
})

await t.test('so it is of one that stays, with its hook, and the record forgets it with its instance', (t) => {
  const preStop = { begunTickMs: nowTickMs - second, endedTickMs: null, failure: null }
  const saved = (...all: ObservedContainer[]) =>
    savedRecords(run(pod, [seen(pod, 'POD'), seen(pod, 'other'), ...all]))[0]?.stopping?.stops
  t.strictSame(saved(app({ ...asked, preStop, stoppedAsCrash: true })), {
    'app-0': { ...stop, preStop, asCrash: true },
  })
  const ended = dead(pod, 'app', 0, { ...asked, startedAtMs: nowWallMs })
  t.strictSame(saved(ended, seen(pod, 'app', { attempt: 1 })), undefined)
  t.end()
})

await t.test('where nothing tells one start of the machine from another, nothing is kept', (t) => {
  const context = aContext(pod, { bootId: null })
  t.strictSame(savedRecords(planPod({ kind: 'remove', pod }, observed(pod, app(asked)), context)), [])
  const none = aContext(pod, { record: null })
  t.strictSame(
    savedRecords(planPod({ kind: 'remove', pod }, observed(pod, app(asked)), none)),
    [],
    'nor without a record',
  )
  t.end()
})

await t.test('a record that is being saved is not removed before it was', (t) => {
  const fields = { volumeUids: new Set<never>(), inFlight: new Set([`SaveRecord ${pod.key}`]) }
  t.strictSame(deeds(planPod({ kind: 'remove', pod }, observed(pod), aContext(pod, fields))), [])
  t.strictSame(deeds(planPod({ kind: 'remove', pod }, observed(pod), aContext(pod, { volumeUids: new Set() }))), [
    'RemoveRecord default/web (PodRemoved)',
  ])
  t.end()
})
