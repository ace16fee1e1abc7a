/** activeDeadlineSeconds, by the kubelet's own table (pkg/kubelet/active_deadline_test.go, TestActiveDeadlineHandler). */

import t from 'tap'

import { podUid, type DesiredPod, type ObservedContainer } from '../../../lib/pod/index.js'
import { aContainer, aPod, containers, dead, minute, nowTickMs, second, seen } from '../../support/pods.js'
import { deeds, run, savedRecords, waits } from '../../support/plans.js'

const failed = 'DeadlineExceeded: Pod was active on the node longer than the specified deadline'
const withDeadline = (seconds: number | null, fields: Partial<DesiredPod> = {}): DesiredPod =>
  aPod({ activeDeadlineMs: seconds === null ? null : seconds * second, ...fields })
/** It was first started a minute ago. */
const begun = (pod: DesiredPod): ObservedContainer[] => [seen(pod, 'POD'), seen(pod, 'app')]

await t.test('TestActiveDeadlineHandler', (t) => {
  const over = withDeadline(30)
  t.strictSame(deeds(run(over, begun(over))), ['KillContainer app-0 SIGTERM (DeadlineExceeded)'], 'past its deadline')
  t.ok(waits(run(over, begun(over))).includes(failed))
  const early = withDeadline(120)
  t.strictSame(deeds(run(early, begun(early))), [], 'not yet')
  t.strictSame(waits(run(early, begun(early))), ['ActiveDeadline in 60 s'], 'and it is looked at again when it is')
  const none = withDeadline(null)
  t.strictSame([...deeds(run(none, begun(none))), ...waits(run(none, begun(none)))], [], 'without one')
  t.strictSame(deeds(run(over, [])), ['CreateSandbox POD-0 (Missing)'], 'not started: nothing counts yet')
  t.end()
})

await t.test('what is dead stays to tell, the sandbox goes, and nothing is made again', (t) => {
  const pod = withDeadline(60)
  t.strictSame(deeds(run(pod, [seen(pod, 'POD'), dead(pod, 'app', 143)])), ['RemoveContainer POD-0 (DeadlineExceeded)'])
  t.strictSame(deeds(run(pod, [dead(pod, 'app', 143)])), [])
  t.end()
})

await t.test('where no container was made yet, the record tells before the sandbox goes', (t) => {
  const pod = withDeadline(30)
  const sandbox = seen(pod, 'POD')
  t.strictSame(deeds(run(pod, [sandbox])), [])
  const told = savedRecords(run(pod, [sandbox]))[0]!
  t.equal(told.startedAtMs, sandbox.podStartedAtMs)
  const then = { record: told, recordedStartTickMs: nowTickMs - minute }
  t.strictSame(deeds(run(pod, [sandbox], then)), ['RemoveContainer POD-0 (DeadlineExceeded)'])
  const over = run(pod, [], then)
  t.strictSame([...deeds(over), ...savedRecords(over), ...waits(over)], [failed])
  const another = { ...then, record: { ...told, uid: podUid('another') } }
  t.strictSame(deeds(run(pod, [], another)), ['CreateSandbox POD-0 (Missing)'], 'an earlier pod’s start is none')
  t.end()
})

await t.test('the end has its order, its hooks and its grace', (t) => {
  const pod = withDeadline(60, {
    initContainers: [aContainer('mesh', { restartPolicy: 'Always' })],
    containers: containers('app'),
  })
  const plan = run(pod, [...begun(pod), seen(pod, 'mesh')])
  t.strictSame(deeds(plan), ['KillContainer app-0 SIGTERM (DeadlineExceeded)'])
  t.end()
})

await t.test('a job that was done in time is not overdue', (t) => {
  const pod = withDeadline(30, { restartPolicy: 'Never' })
  const ended = (agoMs: number): ObservedContainer => dead(pod, 'app', 0, { finishedTickMs: nowTickMs - agoMs })
  t.notOk(waits(run(pod, [ended(31 * second)])).includes(failed))
  t.ok(waits(run(pod, [ended(30 * second)])).includes(failed), 'at its deadline it was not')
  t.end()
})
