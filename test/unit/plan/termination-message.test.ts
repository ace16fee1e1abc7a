/** A container's last words. Source: kubelet TestToKubeContainerStatus, getTerminationMessage, restated. */

import t from 'tap'

import type { Plan } from '../../../lib/plan/index.js'
import { deeds, messageReads, run, savedRecords } from '../../support/plans.js'
import { aContainer, aPod, dead, seen } from '../../support/pods.js'

const pathIn = (plan: Plan): string | null | undefined =>
  plan.actions.flatMap((action) => (action.kind === 'CreateContainer' ? [action.terminationMessagePath] : []))[0]

await t.test('every container gets a file for them, unless one of its volumes stands there', async (t) => {
  const volumes = [{ kind: 'emptyDir', name: 'data', medium: '', sizeLimitBytes: null }] as const
  const made = (path: string, mountPath: string): string | null | undefined => {
    const mounts = [{ volume: 'data', mountPath, readOnly: false }]
    const pod = aPod({ volumes, containers: [aContainer('app', { terminationMessagePath: path, mounts })] })
    return pathIn(run(pod, [seen(pod, 'POD')]))
  }
  t.equal(made('/dev/termination-log', '/data'), '/dev/termination-log')
  t.equal(made('/data/why', '/data'), '/data/why', 'inside a volume is not where it stands')
  t.equal(made('/data', '/data'), null)
  t.equal(made('/data', '/data/'), null)
})

await t.test('they are read once of what has ended, beside whatever else is due', async (t) => {
  const pod = aPod()
  const sandbox = seen(pod, 'POD')
  const first = dead(pod, 'app', 1)
  const crashed = run(pod, [sandbox, first])
  t.strictSame(deeds(crashed), ['CreateContainer app-1 (Died)'])
  t.match(messageReads(crashed), [{ id: first.id, container: 'app', attempt: 0 }])
  t.strictSame(messageReads(run(pod, [sandbox, { ...first, message: '' }])), [])
  const again = run(pod, [sandbox, first, seen(pod, 'app', { attempt: 1 })])
  t.match(messageReads(again), [{ id: first.id }], 'also when its successor runs')
  t.strictSame(messageReads(run(pod, [sandbox, { ...first, remembered: true }])), [], 'not of what the engine lost')
  t.strictSame(messageReads(run(pod, [sandbox, seen(pod, 'app')])), [])
})

await t.test('the end of the log stands in for them only when the policy says so and the program failed', async (t) => {
  const falls = (policy: 'File' | 'FallbackToLogsOnError', exitCode: number, started = true): boolean | undefined => {
    const pod = aPod({ restartPolicy: 'Never', containers: [aContainer('app', { terminationMessagePolicy: policy })] })
    const end = dead(pod, 'app', exitCode, started ? {} : { startedAtMs: null })
    return messageReads(run(pod, [end]))[0]?.fallsBackToLog
  }
  t.equal(falls('FallbackToLogsOnError', 1), true)
  t.equal(falls('FallbackToLogsOnError', 0), false)
  t.equal(falls('FallbackToLogsOnError', 127, false), false, 'what never started said nothing')
  t.equal(falls('File', 1), false)
})

await t.test('a record keeps them, and none are not worth a record', async (t) => {
  const pod = aPod({ restartPolicy: 'Never' })
  const end = dead(pod, 'app', 1)
  const record = savedRecords(run(pod, [end]))[0]
  t.match(record, { ended: [{ id: end.id, message: undefined }] })
  t.strictSame(savedRecords(run(pod, [{ ...end, message: '' }], { record: record ?? null })), [])
  t.match(savedRecords(run(pod, [{ ...end, message: 'why' }], { record: record ?? null })), [
    { ended: [{ id: end.id, message: 'why' }] },
  ])
})
