/** Which events actions, waits and ends are. Messages are the kubelet's, so that tools that know those know these. */

import t from 'tap'

import type { Action, Wait } from '../../../lib/plan/index.js'
import { containerId, podUid, type DesiredPod, type PodEvent } from '../../../lib/pod/index.js'
import {
  beginEvents,
  doneEvents,
  endEvent,
  hookFailedEvent,
  isNewWait,
  probeEvent,
  removedByOtherEvent,
  waitEvents,
  waitKey,
} from '../../../lib/status/index.js'
import { aContainer, aPod, seen } from '../../support/pods.js'

const pod: DesiredPod = aPod({
  initContainers: [aContainer('setup', { image: 'setup:1' })],
  containers: [aContainer('app', { image: 'app:1' }), aContainer('twin', { image: 'app:1' })],
})
const id = containerId('c1')

function told(events: readonly PodEvent[]): string[] {
  return events.map(({ type, reason, message, fieldPath }) => `${type} ${reason} ${fieldPath}: ${message}`)
}

await t.test('a pull is an event of each container of the image, at its begin and at its end', async (t) => {
  const action: Action = { kind: 'PullImage', image: 'app:1', reason: 'Missing' }
  t.strictSame(told(beginEvents(action, pod)), [
    'Normal Pulling spec.containers{app}: Pulling image "app:1"',
    'Normal Pulling spec.containers{twin}: Pulling image "app:1"',
  ])
  t.strictSame(told(doneEvents({ action, durationMs: 2500, wasPulled: false }, pod)), [
    'Normal Pulled spec.containers{app}: Successfully pulled image "app:1" in 2.5s',
    'Normal Pulled spec.containers{twin}: Successfully pulled image "app:1" in 2.5s',
  ])
})

await t.test('a stop says why, once, however it begins', async (t) => {
  const kill = (reason: Action['reason'], signal = 'SIGTERM'): Action => ({
    kind: 'KillContainer',
    id,
    container: 'app',
    signal,
    asCrash: false,
    reason,
  })
  const text = (action: Action, probe: 'startup' | 'liveness' | null = null): string =>
    told(beginEvents(action, pod, probe)).join()
  t.equal(text(kill('PodRemoved')), 'Normal Killing spec.containers{app}: Stopping container app')
  t.match(text(kill('Unhealthy'), 'startup'), /Container app failed startup probe, will be restarted$/)
  t.match(text(kill('Unhealthy')), /Container app failed liveness probe, will be restarted$/)
  t.match(text(kill('Edited')), /Container app definition changed, will be restarted$/)
  t.match(text(kill('HookFailed')), /Container app failed its postStart hook, will be restarted$/)
  t.match(text(kill('GraceExpired', 'SIGKILL')), /^Warning ExceededGracePeriod .*did not stop within its grace period/)
  const hook = {
    kind: 'RunHook',
    id,
    container: 'app',
    handler: { kind: 'sleep', durationMs: 1 },
    address: null,
  } as const
  t.match(text({ ...hook, hook: 'preStop', timeoutMs: 1, reason: 'PodRemoved' }), /Stopping container app$/)
  t.equal(text({ ...hook, hook: 'postStart', timeoutMs: null, reason: 'Prepared' }), '')
  t.equal(text({ ...kill('PodRemoved'), container: 'POD' } as Action), '', 'the sandbox is no container')
  const failed = { ...hook, hook: 'postStart', timeoutMs: null, reason: 'Prepared' } as const
  t.strictSame(told([hookFailedEvent(failed, 'exit code 1', pod)]), [
    'Warning FailedPostStartHook spec.containers{app}: PostStartHook failed: exit code 1',
  ])
})

await t.test('a start is an event, that of a sandbox only when it is not the first', async (t) => {
  const start: Action = { kind: 'StartContainer', id, container: 'setup', told: null, reason: 'Prepared' }
  const done = (action: Action): string[] => told(doneEvents({ action, durationMs: 1, wasPulled: false }, pod))
  t.strictSame(done(start), ['Normal Started spec.initContainers{setup}: Started container setup'])
  t.strictSame(done({ ...start, container: 'POD' }), [])
  const signal: Action = {
    kind: 'SignalContainer',
    id,
    container: 'app',
    signal: 'SIGHUP',
    told: '',
    reason: 'ConfigChanged',
  }
  t.strictSame(done(signal), [
    'Normal Signalled spec.containers{app}: Sent SIGHUP to container app: configuration that it mounts has changed',
  ])
  const write = {
    ...{ kind: 'WriteVolume', uid: pod.uid, files: [], digest: '' },
    volume: { kind: 'content', name: 'conf', sources: [] },
  } as unknown as Action & { kind: 'WriteVolume' }
  t.strictSame(done({ ...write, reason: 'Missing' }), [], 'what a new pod needs is part of its making')
  t.strictSame(done({ ...write, reason: 'ConfigChanged' }), [
    'Normal VolumeRewritten : Volume conf was rewritten: what it is made of has changed',
  ])
  const spec = { identity: seen(pod, 'POD') } as unknown as (Action & { kind: 'CreateSandbox' })['spec']
  t.strictSame(beginEvents({ kind: 'CreateSandbox', spec, reason: 'Missing' }, pod), [])
  t.match(
    told(beginEvents({ kind: 'CreateSandbox', spec, reason: 'SandboxDied' }, pod)).join(),
    /^Normal SandboxChanged /,
  )
})

await t.test('an end that nobody asked for says how, and who removed a container by hand is told of', async (t) => {
  const ended = (fields: object): string =>
    told([endEvent({ ...seen(pod, 'app'), state: 'exited', startedAtMs: 0, finishedAtMs: 3000, ...fields }, pod)])[0]!
  t.equal(ended({ exitCode: 1 }), 'Warning Exited spec.containers{app}: Container app ended: Error, exit code 1')
  t.equal(ended({ exitCode: 1, finishedAtMs: 9000 }), ended({ exitCode: 1 }), 'over and over it is one event')
  t.match(ended({ exitCode: 0 }), /^Normal Exited .*Completed, exit code 0$/)
  t.match(ended({ exitCode: 137, oomKilled: true }), /OOMKilled, exit code 137$/)
  t.match(ended({ exitCode: 255, diedWithEngine: true }), /Container app ended with the engine: Error/)
  t.match(told([removedByOtherEvent(seen(pod, 'app'), pod)])[0], /^Warning RemovedByOther .*someone else/)
})

await t.test('a probe that fails is told with what it found', async (t) => {
  const answer = {
    container: 'app',
    probe: 'readiness',
    result: 'failure',
    message: 'HTTP probe failed with statuscode: 500',
  } as const
  t.strictSame(
    told([probeEvent(answer, pod), probeEvent({ ...answer, result: 'success', message: 'redirected' }, pod)]),
    [
      'Warning Unhealthy spec.containers{app}: Readiness probe failed: HTTP probe failed with statuscode: 500',
      'Warning ProbeWarning spec.containers{app}: Readiness probe warning: redirected',
    ],
  )
})

await t.test('what fails is told from what is waited for', async (t) => {
  const wait = (reason: Wait['reason'], message = 'it says so'): Wait => ({
    reason,
    container: 'app',
    message,
    untilTickMs: 9,
  })
  const events = (one: Wait): string[] =>
    told(waitEvents(one, { pod, uid: podUid('u1') })).map((text) => text.replace(' spec.containers{app}', ''))
  t.strictSame(events(wait('CrashLoopBackOff')), [
    `Warning BackOff: Back-off restarting failed container app in pod ${pod.name}_${pod.namespace}(u1)`,
  ])
  t.strictSame(events(wait('ImageSought', '')), [], 'no pull has failed: the machine is looked at')
  t.strictSame(events(wait('ErrImagePull')), [
    'Warning Failed: Failed to pull image "app:1": it says so',
    'Warning Failed: Error: ErrImagePull',
  ])
  t.strictSame(events(wait('ImagePullBackOff', 'back-off pulling image: it says so')), [
    'Normal BackOff: Back-off pulling image "app:1": it says so',
    'Warning Failed: Error: ImagePullBackOff',
  ])
  t.strictSame(events(wait('ErrImageNeverPull')), [
    'Warning ErrImageNeverPull: Container image "app:1" is not present with pull policy of Never',
    'Warning Failed: Error: ErrImageNeverPull',
  ])
  t.strictSame(events(wait('CreateContainerConfigError')), ['Warning Failed: Error: it says so'])
  t.match(events(wait('InvalidImageName'))[0], /^Warning InspectFailed: Failed to inspect image "app:1"/)
  t.match(events(wait('CreatePodSandboxError'))[0], /^Warning FailedCreatePodSandBox: Failed to create pod sandbox: /)
  t.match(events(wait('FailedMount')), ['Warning FailedMount: it says so'])
  for (const quiet of ['InFlight', 'GracePeriod', 'ContainerCreating', 'PodInitializing', 'Held'] as const) {
    t.strictSame(events(wait(quiet)), [], quiet)
  }
})

await t.test('a wait is news once, and again when it was tried again in vain', async (t) => {
  const wait: Wait = { reason: 'CrashLoopBackOff', container: 'app', message: 'back-off', untilTickMs: 1000 }
  const after = new Map([[waitKey(wait), wait]])
  t.ok(isNewWait(wait, new Map()))
  t.notOk(isNewWait(wait, after), 'planned again meanwhile')
  t.notOk(isNewWait({ ...wait, untilTickMs: null }, after), 'the try itself')
  t.ok(isNewWait({ ...wait, untilTickMs: 2000 }, after), 'the next failure')
  t.ok(isNewWait({ ...wait, container: 'other' }, after))
  const polled: Wait = { ...wait, reason: 'CreateContainerConfigError' }
  t.notOk(
    isNewWait({ ...polled, untilTickMs: 2000 }, new Map([[waitKey(polled), polled]])),
    'looked at again and again',
  )
})
