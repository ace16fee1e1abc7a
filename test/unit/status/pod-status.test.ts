/** How Kubernetes would describe a pod (kubelet.md 2.9, 2.12, 2.13). The kubelet's own tables: phase-table.test.ts, conditions-table.test.ts. */

import t from 'tap'

import type { Wait, WaitReason } from '../../../lib/plan/index.js'
import {
  containerId,
  type DesiredPod,
  type ObservedContainer,
  type PullProgress,
  type V1ContainerStatus,
  type V1PodStatus,
} from '../../../lib/pod/index.js'
import { podStatus, type PodStatusInput } from '../../../lib/status/index.js'
import { aContainer, aPod, containers, created, dead, minute, nowWallMs, second, seen } from '../../support/pods.js'
import { observed } from '../../support/plans.js'
import { statusOf, type Extra } from '../../support/statuses.js'

function wait(reason: WaitReason, container: string | null, message = ''): Wait {
  return { reason, container, message, untilTickMs: null }
}

await t.test('a pod whose init containers run again in a new sandbox is pending again', async (t) => {
  const pod = aPod({ initContainers: containers('init') })
  const old = [dead(pod, 'POD', 137), dead(pod, 'init', 0), dead(pod, 'app', 137)]
  const home = { attempt: 1, sandboxId: containerId('POD-1') }
  const anew = [seen(pod, 'POD', { attempt: 1 }), seen(pod, 'init', home)]
  t.equal(statusOf(pod, [...old, ...anew]).phase, 'Pending')
  t.equal(
    statusOf(pod, [dead(pod, 'POD', 137), dead(pod, 'init', 0), seen(pod, 'app')]).phase,
    'Running',
    'not while it still runs in the old one',
  )
})

await t.test('an init container that fails after an edit fails the pod, however the old one ended', async (t) => {
  const pod = aPod({ restartPolicy: 'Never', initContainers: containers('init') })
  t.equal(statusOf(pod, [dead(pod, 'init', 1), dead(pod, 'app', 0, { podHash: 'other' })]).phase, 'Failed')
})

await t.test(
  'a finished pod that is edited is pending again, and one known only from the state folder is finished',
  async (t) => {
    const pod = aPod({ restartPolicy: 'Never' })
    t.equal(statusOf(pod, [dead(pod, 'app', 0, { hash: 'other' })]).phase, 'Pending')
    t.equal(statusOf(pod, [dead(pod, 'app', 0, { remembered: true })]).phase, 'Succeeded')
  },
)

type Row = readonly [type: string, status: string, reason: string | undefined, message: string | undefined]
const rows = (status: V1PodStatus): Row[] =>
  status.conditions.map(({ type, status, reason, message }) => [type, status, reason, message])

await t.test('the conditions of a pod on its way, running, in trouble and done (kubelet.md 2.13)', async (t) => {
  const pod = aPod({ initContainers: containers('i', 'j'), containers: containers('a', 'b') })
  const scheduled: Row = ['PodScheduled', 'True', undefined, undefined]
  const placed: Row = ['PodReadyToStartContainers', 'True', undefined, undefined]
  const initialized: Row = ['Initialized', 'True', undefined, undefined]
  const both = (status: string, reason?: string, message?: string): Row[] => [
    ['Ready', status, reason, message],
    ['ContainersReady', status, reason, message],
  ]
  const unready = (names: string): Row[] =>
    both('False', 'ContainersNotReady', `containers with unready status: [${names}]`)

  t.strictSame(rows(statusOf(pod, [])), [
    ['PodReadyToStartContainers', 'False', undefined, undefined],
    ['Initialized', 'False', 'ContainersNotInitialized', 'containers with incomplete status: [i j]'],
    ...unready('a b'),
    scheduled,
  ])
  t.strictSame(rows(statusOf(pod, [created(pod, 'POD')]))[0]?.[1], 'False', 'a sandbox that does not run yet')
  t.strictSame(rows(statusOf(pod, [seen(pod, 'POD'), dead(pod, 'i', 0), dead(pod, 'j', 1)])), [
    placed,
    ['Initialized', 'False', 'ContainersNotInitialized', 'containers with incomplete status: [j]'],
    ...unready('a b'),
    scheduled,
  ])
  const done = [seen(pod, 'POD'), dead(pod, 'i', 0), dead(pod, 'j', 0)]
  t.strictSame(rows(statusOf(pod, [...done, seen(pod, 'a'), dead(pod, 'b', 1)])), [
    ...[placed, initialized, ...unready('b'), scheduled],
  ])
  t.strictSame(rows(statusOf(pod, [...done, seen(pod, 'a'), seen(pod, 'b')])), [
    ...[placed, initialized, ...both('True'), scheduled],
  ])
  const job = aPod({ restartPolicy: 'Never' })
  t.strictSame(rows(statusOf(job, [dead(job, 'app', 0)])), [
    ['PodReadyToStartContainers', 'False', undefined, undefined],
    ['Initialized', 'True', 'PodCompleted', undefined],
    ...both('False', 'PodCompleted'),
    scheduled,
  ])
  t.strictSame(rows(statusOf(job, [dead(job, 'app', 1)])).slice(2), [...both('False', 'PodFailed'), scheduled])
  const staged = aPod({ restartPolicy: 'Never', initContainers: containers('init') })
  const byInit = (...all: ObservedContainer[]): Row | undefined => rows(statusOf(staged, all))[1]
  t.strictSame(byInit(dead(staged, 'init', 0), dead(staged, 'app', 0)), [
    'Initialized',
    'True',
    'PodCompleted',
    undefined,
  ])
  t.strictSame(byInit(dead(staged, 'init', 0), dead(staged, 'app', 1)), initialized, 'its sandbox was given back')
  t.match(byInit(dead(staged, 'init', 1)), ['Initialized', 'False', 'ContainersNotInitialized', /\[init\]/])
  const alone = aPod({ hostNetwork: true })
  t.strictSame(rows(statusOf(alone, []))[0], placed, 'a pod that needs no sandbox is placed')
})

await t.test('conditions changed when the containers did, so the times survive podkeep', async (t) => {
  const times = (pod: DesiredPod, ...all: ObservedContainer[]): unknown =>
    Object.fromEntries(statusOf(pod, all).conditions.map((one) => [one.type, one.lastTransitionTime]))
  const pod = aPod({ initContainers: containers('i'), containers: containers('a', 'b') })
  const at = (secondsAgo: number): number => nowWallMs - secondsAgo * second
  const start = { podStartedAtMs: at(60) }
  t.strictSame(
    times(
      pod,
      seen(pod, 'POD', { ...start, startedAtMs: at(50) }),
      dead(pod, 'i', 0, { ...start, finishedAtMs: at(40) }),
      seen(pod, 'a', { ...start, startedAtMs: at(30) }),
      seen(pod, 'b', { ...start, startedAtMs: at(20) }),
    ),
    {
      PodScheduled: '2026-03-01T11:59:00Z',
      PodReadyToStartContainers: '2026-03-01T11:59:10Z',
      Initialized: '2026-03-01T11:59:20Z',
      Ready: '2026-03-01T11:59:40Z',
      ContainersReady: '2026-03-01T11:59:40Z',
    },
  )
  t.match(
    times(
      pod,
      seen(pod, 'POD', start),
      seen(pod, 'a', { ...start, startedAtMs: at(30) }),
      dead(pod, 'b', 1, { ...start, finishedAtMs: at(10) }),
    ),
    { Ready: '2026-03-01T11:59:50Z' },
  )
  t.match(
    times(pod),
    { PodScheduled: '2026-03-01T12:00:00Z', Initialized: '2026-03-01T12:00:00Z' },
    'nothing of it is there: now',
  )
})

const only = (status: V1PodStatus): V1ContainerStatus => status.containerStatuses[0]!

await t.test('the state of a container, from its newest two instances', async (t) => {
  const pod = aPod()
  const home = seen(pod, 'POD')
  const ended = (attempt: number, exitCode: number): ObservedContainer => dead(pod, 'app', exitCode, { attempt })
  const terminated = (id: string, exitCode: number, reason: string): unknown => ({
    terminated: {
      ...{ exitCode, reason, startedAt: '2026-03-01T11:59:00Z', finishedAt: '2026-03-01T12:00:00Z' },
      containerID: `docker://${id}`,
    },
  })
  t.strictSame(only(statusOf(pod, [home])), {
    ...{
      name: 'app',
      state: { waiting: { reason: 'ContainerCreating' } },
      lastState: {},
      ready: false,
      started: false,
    },
    ...{ restartCount: 0, image: 'app:1', imageID: '' },
  })
  t.strictSame(only(statusOf(pod, [home, seen(pod, 'app')])), {
    ...{
      name: 'app',
      state: { running: { startedAt: '2026-03-01T11:59:00Z' } },
      lastState: {},
      ready: true,
      started: true,
    },
    ...{ restartCount: 0, image: 'app:1', imageID: 'sha256:1', containerID: 'docker://app-0' },
  })
  t.match(only(statusOf(pod, [home, ended(0, 1), seen(pod, 'app', { attempt: 1 })])), {
    state: { running: {} },
    lastState: terminated('app-0', 1, 'Error'),
    restartCount: 1,
  })
  t.match(only(statusOf(pod, [home, ended(0, 1), ended(1, 0)])), {
    state: terminated('app-1', 0, 'Completed'),
    lastState: terminated('app-0', 1, 'Error'),
    ready: false,
    started: false,
  })
  t.match(only(statusOf(pod, [home, ended(0, 1), created(pod, 'app', { attempt: 1 })])), {
    state: { waiting: { reason: 'ContainerCreating' } },
    lastState: terminated('app-0', 1, 'Error'),
    containerID: 'docker://app-1',
  })
  t.match(only(statusOf(pod, [seen(pod, 'app', { startedAtMs: null })])).state, {
    running: { startedAt: '2026-03-01T11:59:00Z' },
  })
  const broken = dead(pod, 'app', 127, { startedAtMs: null, error: 'no such file' })
  t.match(only(statusOf(pod, [home, broken])).state.terminated, {
    ...{ exitCode: 127, reason: 'ContainerCannotRun', message: 'no such file' },
    ...{ startedAt: '2026-03-01T11:59:00Z', finishedAt: '2026-03-01T11:59:00Z' },
  })
})

await t.test(
  'an ended container that is kept from running again shows why, and how it ended as its last state',
  async (t) => {
    const pod = aPod()
    const all = [seen(pod, 'POD'), dead(pod, 'app', 3, { attempt: 2 }), dead(pod, 'app', 1, { attempt: 1 })]
    const backOff = wait('CrashLoopBackOff', 'app', 'back-off 20s restarting failed container=app')
    t.match(only(statusOf(pod, all, { waits: [backOff] })), {
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed container=app' } },
      lastState: { terminated: { exitCode: 3 } },
      restartCount: 2,
    })
    t.match(
      only(statusOf(pod, all, { waits: [wait('ContainerCreating', 'app')] })).state,
      { terminated: { exitCode: 3 } },
      'a step that is just being taken is not in the way',
    )
    const job = aPod({ restartPolicy: 'OnFailure' })
    const done = statusOf(job, [dead(job, 'app', 0)], { waits: [wait('StateFolderError', null, 'disk full')] })
    t.match(only(done).state, { terminated: { exitCode: 0 } }, 'one that is done waits for nothing')
  },
)

await t.test('the container’s own reason comes before the pod’s, and a message before none', async (t) => {
  const pod = aPod()
  const reason = (...waits: Wait[]): string | undefined => only(statusOf(pod, [], { waits })).state.waiting?.reason
  t.equal(
    reason(wait('ActiveDeadline', null)),
    'ContainerCreating',
    'a deadline that has yet to come keeps nobody from starting',
  )
  const ofPod = wait('CreatePodSandboxError', null, 'port is allocated')
  t.equal(reason(ofPod, wait('ErrImagePull', 'app', 'no such image')), 'ErrImagePull')
  t.equal(reason(wait('PodInitializing', 'app'), ofPod), 'CreatePodSandboxError')
  t.equal(reason(wait('PodInitializing', 'app')), 'PodInitializing')
  t.equal(reason(wait('ImageSought', 'app'), wait('ImagePullBackOff', 'app', 'no such image')), 'ImagePullBackOff')
  t.equal(reason(wait('ImageSought', 'app')), 'ContainerCreating', 'that the machine is looked at is no reason')
  t.equal(reason(wait('ErrImagePull', 'other', 'no such image')), 'ContainerCreating', 'another’s is not ours')
  t.equal(reason(wait('InFlight', 'app', 'PullImage'), wait('Held', null, 'broken')), 'ContainerCreating')
  t.equal(reason(wait('GracePeriod', 'app', 'asked to stop')), 'ContainerCreating')
})

await t.test('a container waits for the init containers of its pod, an init container for itself', async (t) => {
  const pod = aPod({ initContainers: containers('i', 'j') })
  const status = statusOf(pod, [seen(pod, 'POD'), dead(pod, 'i', 0)])
  t.equal(only(status).state.waiting?.reason, 'PodInitializing')
  const [first, second] = status.initContainerStatuses ?? []
  t.match(first, { ready: true, state: { terminated: { reason: 'Completed' } } })
  t.match(second, { ready: false, state: { waiting: { reason: 'ContainerCreating' } } })
  const failing = wait('CrashLoopBackOff', 'j', 'back-off')
  const crashing = statusOf(pod, [seen(pod, 'POD'), dead(pod, 'i', 0), dead(pod, 'j', 1)], { waits: [failing] })
  t.match(crashing.initContainerStatuses?.[1], {
    ready: false,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1 } },
  })
  const trouble = statusOf(pod, [seen(pod, 'POD'), dead(pod, 'i', 0)], {
    waits: [wait('FailedMount', null, 'no disk')],
  })
  t.match(trouble.initContainerStatuses?.[0]?.state, { terminated: {} }, 'one that succeeded is not held up')
})

await t.test('the pod says what keeps it as a whole', async (t) => {
  const pod = aPod()
  const said = (extra: Extra): unknown[] => {
    const { reason, message } = statusOf(pod, [], extra)
    return [reason, message]
  }
  const held = wait('Held', null, 'web.yaml:1:2: no')
  const mount = wait('FailedMount', null, 'no disk')
  t.strictSame(said({ waits: [] }), [undefined, undefined])
  t.strictSame(said({ waits: [wait('ErrImagePull', 'app', 'no such image')] }), [undefined, undefined])
  t.strictSame(said({ waits: [mount] }), ['FailedMount', 'no disk'])
  t.strictSame(said({ waits: [mount, held] }), ['ManifestHeld', 'web.yaml:1:2: no'])
  t.strictSame(said({ waits: [wait('InFlight', null, 'CreateSandbox')] }), [undefined, undefined])
  t.strictSame(said({ waits: [held], engineAway: 'no socket' }), ['EngineUnavailable', 'no socket'])
  const away = only(statusOf(pod, [], { waits: [wait('ErrImagePull', 'app', 'old news')], engineAway: 'no socket' }))
  t.strictSame(away.state, { waiting: { reason: 'EngineUnavailable', message: 'no socket' } })
})

await t.test(
  'addresses: the sandbox’s, or the host’s on the host’s network; differs from the kubelet, which tells neither',
  async (t) => {
    const pod = aPod()
    const { hostIP, hostIPs, podIP, podIPs } = statusOf(pod, [seen(pod, 'POD', { ip: '10.1.0.2' })])
    t.strictSame(
      [hostIP, hostIPs, podIP, podIPs],
      ['192.0.2.1', [{ ip: '192.0.2.1' }], '10.1.0.2', [{ ip: '10.1.0.2' }]],
    )
    t.notOk('podIP' in statusOf(pod, [dead(pod, 'POD', 0, { ip: '10.1.0.2' })]), 'a dead sandbox has none')
    const node = aPod({ hostNetwork: true })
    t.equal(statusOf(node, []).podIP, '192.0.2.1')
  },
)

await t.test('start time, class and the order of containers are the manifest’s', async (t) => {
  const pod = aPod({ containers: [aContainer('z'), aContainer('a')] })
  const status = statusOf(pod, [seen(pod, 'POD', { podStartedAtMs: nowWallMs - 5 * minute })])
  t.match(status, { startTime: '2026-03-01T11:55:00Z', qosClass: 'BestEffort' })
  t.strictSame(
    status.containerStatuses.map(({ name }) => name),
    ['z', 'a'],
  )
  t.notOk('initContainerStatuses' in status, 'no init containers, no list of them')
})

await t.test(
  'a pull shows how far it has come, for what waits for it and for what runs on until it is there',
  async (t) => {
    const pod = aPod()
    const inFlight = [{ ...wait('InFlight', 'app'), message: 'PullImage' }, wait('ContainerCreating', 'app')]
    const pulling = (progress: Partial<PullProgress> | null): PodStatusInput['pulls'] => {
      const whole = { image: 'app:1', doneBytes: 0, totalBytes: 1, isGrowing: false, ...progress }
      return new Map([['app:1', { kind: 'pulling', progress: progress === null ? null : whole }]])
    }
    const shown = (pulls: PodStatusInput['pulls'], waits: readonly Wait[] = inFlight) =>
      only(statusOf(pod, [seen(pod, 'POD')], { waits, pulls })).state.waiting
    const messages: [PodStatusInput['pulls'], string][] = [
      [new Map([['app:1', { kind: 'queued' }]]), 'waiting for other pulls before image "app:1"'],
      [pulling(null), 'pulling image "app:1"'],
      [pulling({ doneBytes: 13.95e6, totalBytes: 31e6 }), 'pulling image "app:1": 45 % of 31 MB'],
      [pulling({ doneBytes: 999, totalBytes: 1000 }), 'pulling image "app:1": 99 % of 1 kB'],
      [
        pulling({ doneBytes: 4.06e6, totalBytes: 1.5e9, isGrowing: true }),
        'pulling image "app:1": 4.1 MB of more than 1.5 GB',
      ],
      [pulling({ doneBytes: 500, totalBytes: 500 }), 'pulling image "app:1": unpacking 500 B'],
    ]
    for (const [pulls, message] of messages) t.strictSame(shown(pulls), { reason: 'ContainerCreating', message })
    t.strictSame(
      shown(pulling(null), [wait('ContainerCreating', 'app')]),
      { reason: 'ContainerCreating' },
      'another pod’s',
    )
    const failed = { ...wait('ErrImagePull', 'app'), message: 'denied' }
    t.strictSame(shown(pulling(null), [failed]), { reason: 'ErrImagePull', message: 'denied' })
    const init = aPod({ initContainers: containers('init') })
    const later = [wait('PodInitializing', 'app'), { ...wait('InFlight', 'app'), message: 'PullImage' }]
    const initStatus = statusOf(init, [seen(init, 'POD'), seen(init, 'init')], { waits: later, pulls: pulling(null) })
    t.match(only(initStatus).state.waiting, { reason: 'PodInitializing', message: /^pulling/ })
    const old = seen(pod, 'app', { hash: 'other', image: 'app:0' })
    const edited = statusOf(pod, [seen(pod, 'POD'), old], { waits: inFlight, pulls: pulling(null) })
    t.match(only(edited).state, { running: {} })
    t.match(edited, { message: 'app: pulling image "app:1"', reason: undefined })
  },
)

await t.test('of a pod whose manifest is not known: what the engine says, and no more', async (t) => {
  const pod = aPod({ initContainers: containers('init') })
  const bare = (...all: ObservedContainer[]): V1PodStatus =>
    podStatus({
      ...{ view: null, observed: observed(pod, ...all), waits: [wait('Held', null, 'broken')] },
      ...{ hostIP: '192.0.2.1', engineAway: null, isUnseen: false, pulls: new Map() },
    })
  const crashed = dead(pod, 'app', 3, { attempt: 1 })
  const status = bare(seen(pod, 'POD'), dead(pod, 'init', 0), crashed, seen(pod, 'app', { attempt: 2 }))
  t.match(status, { phase: 'Running', reason: 'ManifestHeld', message: 'broken', conditions: [] })
  t.match(status, { startTime: '2026-03-01T11:59:00Z', podIP: '10.1.0.2' })
  t.equal(status.containerStatuses.length, 1, 'the newest instance stands for the container')
  t.match(only(status).lastState, { terminated: { exitCode: 3 } })
  t.match(status.containerStatuses, [
    { name: 'app', ready: true, started: true, restartCount: 2, state: { running: {} }, containerID: 'docker://app-2' },
  ])
  t.match(status.initContainerStatuses, [{ name: 'init', ready: true, state: { terminated: { exitCode: 0 } } }])
  const ended = bare(seen(pod, 'POD'), dead(pod, 'app', 1), dead(pod, 'app', 1, { attempt: 1, remembered: true }))
  t.equal(ended.phase, 'Unknown')
  t.equal(ended.containerStatuses.length, 1, 'what is only remembered is not shown')
  t.match(only(bare(created(pod, 'app'))).state, { waiting: { reason: 'ContainerCreating' } })
})

await t.test('a paused container runs and is not ready, and the pod says why', async (t) => {
  const pod = aPod()
  const paused = seen(pod, 'app', { paused: true, id: containerId('0123456789abcdef') })
  const status = statusOf(pod, [seen(pod, 'POD'), paused], { waits: [wait('Held', null, 'broken')] })
  t.match(only(status), { state: { running: {} }, ready: false, started: true })
  t.match(status, { phase: 'Running', reason: 'Paused', message: /^app: .*docker unpause 0123456789ab"/ })
  t.match(rows(status)[2], ['Ready', 'False', 'ContainersNotReady', 'containers with unready status: [app]'])
  const sandbox = seen(pod, 'POD', { paused: true })
  t.notOk('reason' in statusOf(pod, [sandbox, seen(pod, 'app')]), 'a sandbox sleeps anyway')
})

await t.test('while the engine is away a pod is shown as last seen, and as Unknown when it was not', async (t) => {
  const pod = aPod({ initContainers: containers('init') })
  const all = [seen(pod, 'POD'), dead(pod, 'init', 0), seen(pod, 'app')]
  const away = statusOf(pod, all, { engineAway: 'no socket' })
  t.match(away, { phase: 'Running', reason: 'EngineUnavailable' })
  t.match(only(away), { state: { running: {} }, ready: true })
  t.strictSame(
    rows(away).map(([type, status, reason]) => [type, status, reason]),
    [
      ['PodReadyToStartContainers', 'True', undefined],
      ['Initialized', 'True', undefined],
      ['Ready', 'Unknown', 'EngineUnavailable'],
      ['ContainersReady', 'Unknown', 'EngineUnavailable'],
      ['PodScheduled', 'True', undefined],
    ],
  )
  const unseen = statusOf(pod, [], { engineAway: 'no socket', isUnseen: true })
  t.match(unseen, { phase: 'Unknown', reason: 'EngineUnavailable', message: 'no socket' })
  t.notOk('startTime' in unseen, 'only its containers know')
  t.match(only(unseen).state, { waiting: { reason: 'EngineUnavailable', message: 'no socket' } })
  t.strictSame(
    unseen.conditions.map(({ status }) => status),
    ['Unknown', 'Unknown', 'Unknown', 'Unknown', 'True'],
  )
  t.equal(statusOf(pod, [], { engineAway: 'no socket' }).phase, 'Pending', 'one that was never made')
  t.equal(statusOf(pod, [], { isUnseen: true }).phase, 'Pending', 'the engine is back')
  const job = aPod({ restartPolicy: 'Never' })
  const record = dead(job, 'app', 0, { remembered: true })
  const done = statusOf(job, [record], { engineAway: 'no socket', isUnseen: true })
  t.match(done, { phase: 'Succeeded' }, 'how it ended is in its record')
  t.match(only(done).state, { terminated: { exitCode: 0 } })
  t.match(done.conditions[3], { status: 'False', reason: 'PodCompleted' })
})

await t.test('what podkeep stopped has not succeeded, whatever it exited with', async (t) => {
  const stopped = { stopRequestedTickMs: 1 }
  const job = aPod({ restartPolicy: 'Never' })
  const status = statusOf(job, [dead(job, 'app', 0, stopped)])
  t.equal(status.phase, 'Failed')
  t.match(only(status).state.terminated, { exitCode: 0, message: undefined })
  const staged = aPod({ initContainers: containers('init') })
  const halted = statusOf(staged, [seen(staged, 'POD'), dead(staged, 'init', 0, stopped)])
  t.match(rows(halted)[1], ['Initialized', 'False', 'ContainersNotInitialized', /\[init\]/])
  t.equal(halted.initContainerStatuses?.[0]?.ready, false)
})
