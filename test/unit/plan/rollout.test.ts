/** Who of a workload's replicas may take an edit. */

import t from 'tap'

import { hasBegun, isDisruptive, whyLater, type Replica } from '../../../lib/plan/index.js'
import { podKey, type DesiredPod, type ObservedContainer, type Rollout } from '../../../lib/pod/index.js'
import { aContainer, aPod, dead, seen } from '../../support/pods.js'

/** By what they are, from number 0 on: `ok`, `new` and `bad` have the edit, `old`, `young` and `ill` do not; `new` and `young` are only just ready. */
function replicas(text: string): Replica[] {
  return text.split(' ').map((word, ordinal) => ({
    key: podKey('default', `web-${ordinal}`),
    ordinal,
    isOutdated: word === 'old' || word === 'young' || word === 'ill',
    isIll: word === 'ill' || word === 'bad',
    isAvailable: word === 'old' || word === 'ok',
  }))
}

function next(text: string, terms: Partial<Rollout> = {}): number[] {
  const all = replicas(text)
  const whole = { maxUnavailable: 1, minReadyMs: 0, partition: 0, ...terms }
  return all.filter((one) => one.isOutdated && whyLater(one, all, whole) === null).map(({ ordinal }) => ordinal)
}

await t.test('the highest first, as many as may be away, and none beside a broken one', (t) => {
  t.strictSame(next('old old old'), [2])
  t.strictSame(next('old old bad'), [])
  t.strictSame(next('old old ok'), [1])
  t.strictSame(next('old old old old', { maxUnavailable: 2 }), [2, 3])
  t.strictSame(next('old old old bad', { maxUnavailable: 2 }), [2])
  t.strictSame(next('old old new'), [], 'not long enough')
  t.strictSame(next('ok ok ok'), [])
  t.end()
})

await t.test('who is not well anyhow comes first, and is not kept waiting by others like it', (t) => {
  t.strictSame(next('ill old old'), [0])
  t.strictSame(next('ill ill ill'), [2])
  t.strictSame(next('ill ill ok'), [1])
  t.strictSame(next('ill ill bad'), [], 'but the edit does not mend it')
  t.strictSame(next('ill young young'), [0], 'who is well for not long is not ill')
  t.strictSame(next('old young young'), [])
  t.strictSame(next('ill old old', { maxUnavailable: 2 }), [0, 2])
  t.end()
})

await t.test('partition and OnDelete', (t) => {
  t.strictSame(next('old old old', { partition: 2 }), [2])
  t.strictSame(next('old old ok', { partition: 2 }), [])
  t.strictSame(next('ill old old', { partition: 1 }), [], 'who is not well counts, also below it')
  t.strictSame(next('old old old', { partition: null }), [])
  const [first] = replicas('old bad')
  const terms = { maxUnavailable: 1, minReadyMs: 0, partition: 0 }
  t.equal(whyLater(first!, replicas('old bad'), terms), 'waits for its turn: default/web-1 is not available')
  t.equal(whyLater(first!, replicas('old old'), terms), 'waits for its turn, after default/web-1')
  t.end()
})

await t.test('what stops nobody waits for nobody; what has begun goes on', (t) => {
  const of = (image: string, fields: Partial<DesiredPod> = {}): DesiredPod =>
    aPod({ containers: [aContainer('app', { image })], ...fields })
  const [before, after] = [of('app:1'), of('app:2')]
  t.equal(isDisruptive(before, after), true)
  t.equal(isDisruptive(before, of('app:1', { graceMs: 1 })), false)
  t.equal(isDisruptive(before, of('app:1', { hostNetwork: true })), true)
  const begun = (...containers: ObservedContainer[]): boolean =>
    hasBegun(before, after, { key: before.key, containers })
  t.equal(begun(seen(before, 'POD'), seen(before, 'app')), false)
  t.equal(begun(seen(before, 'POD'), dead(before, 'app', 1)), false, 'one that crashed comes back as it was')
  t.equal(begun(seen(before, 'POD'), dead(before, 'app', 1), seen(after, 'app', { attempt: 1 })), true)
  t.equal(
    begun(seen(before, 'POD'), dead(after, 'app', 1), seen(before, 'app', { attempt: 1 })),
    false,
    'once, and is back',
  )
  t.equal(begun(), true, 'there is nothing that could go on')
  t.end()
})
