/** The parts of a plan by themselves: when to try again, whether to restart, the end of a container, images, `$(VAR)`. */

import fc from 'fast-check'
import t from 'tap'

import { actionKey, volumeKey } from '../../../lib/plan/index.js'
import * as backOff from '../../../lib/plan/back-off.js'
import { environmentOf, expand, expandAll } from '../../../lib/plan/environment.js'
import { planKill } from '../../../lib/plan/kill.js'
import { merge, type ImageFact, type Plan } from '../../../lib/plan/plan.js'
import { newestFirst } from '../../../lib/plan/pod-view.js'
import { restarts } from '../../../lib/plan/restart-policy.js'
import {
  containerId,
  type DesiredContainer,
  type DesiredPod,
  type ErrorKind,
  type ErrorCode,
  type ImagePullPolicy,
  type ObservedContainer,
  type RestartPolicy,
} from '../../../lib/pod/index.js'
import {
  aContainer,
  aPod,
  containers,
  created,
  dead,
  minute,
  nowTickMs,
  nowWallMs,
  second,
  seen,
  uid,
} from '../../support/pods.js'
import { aContext, aFailure, deeds, run, waits } from '../../support/plans.js'

const pod = aPod()
const { crashesAfter, retryDelayMs } = backOff
const crashDelayMs = (one: ObservedContainer): number => backOff.crashDelayMs(one, pod.backOff)
const sandboxDelayMs = (one: ObservedContainer): number => backOff.sandboxDelayMs(one, pod.backOff)
const after = (crashes: number, fields: Partial<ObservedContainer> = {}): ObservedContainer =>
  dead(pod, 'app', 1, { crashes, ...fields })

await t.test('the first restart is at once, the next wait 10 s, doubling to 5 min (kubelet.md 2.8)', async (t) => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 7, 50].map((crashes) => crashDelayMs(after(crashes)) / second)
  t.strictSame(delays, [0, 10, 20, 40, 80, 160, 300, 300, 300])
})

await t.test('a run of ten minutes starts the back-off over, one of a moment less does not', async (t) => {
  const ran = (ms: number): ObservedContainer => after(5, { startedAtMs: nowWallMs - ms })
  t.equal(crashesAfter(ran(10 * minute)), 1)
  t.equal(crashDelayMs(ran(10 * minute)), 0)
  t.equal(crashesAfter(ran(10 * minute - 1)), 6)
  t.equal(crashDelayMs(ran(10 * minute - 1)), 160 * second)
  t.equal(crashesAfter(after(5, { startedAtMs: null })), 6, 'one that could not be started has not run')
  t.equal(crashesAfter(after(5, { startedAtMs: nowWallMs + minute })), 6, 'nor has one that ended before it began')
})

await t.test(
  'an end that podkeep, the engine or the machine made is no crash, after a good run or a short one',
  async (t) => {
    for (const fields of [
      { stopRequestedTickMs: nowTickMs },
      { killRequestedTickMs: nowTickMs },
      { diedWithEngine: true },
      { diedWithEngine: true, startedAtMs: nowWallMs - 20 * minute },
    ]) {
      t.equal(crashesAfter(after(4, fields)), 4, JSON.stringify(fields))
      t.equal(crashDelayMs(after(4, fields)), 0)
      t.equal(sandboxDelayMs(after(4, { ...fields, startedAtMs: null })), 0)
    }
  },
)

await t.test('a success backs off like a failure (kubelet.md 2.8)', async (t) => {
  t.equal(crashDelayMs(dead(pod, 'app', 0, { crashes: 2 })), 20 * second)
})

await t.test(
  'a sandbox that never started is tried again after 1 s, doubling to 30 s; one that ran as a container is',
  async (t) => {
    const never = [0, 1, 2, 3, 4, 5, 9].map((crashes) => sandboxDelayMs(after(crashes, { startedAtMs: null })) / second)
    t.strictSame(never, [1, 2, 4, 8, 16, 30, 30])
    t.strictSame(
      [0, 1, 2].map((crashes) => sandboxDelayMs(after(crashes)) / second),
      [0, 10, 20],
    )
  },
)

await t.test('a failed action is tried again as its error says', async (t) => {
  const delays = (retry: ErrorKind['retry'], isPull: boolean): (number | null)[] =>
    [1, 2, 3, 4, 5, 6, 7, 40]
      .map((count) => retryDelayMs(aFailure({ retry, count }), isPull))
      .map((ms) => ms && ms / second)
  t.strictSame(delays('soon', false), [1, 2, 4, 8, 16, 30, 30, 30])
  t.strictSame(delays('later', false), [2, 4, 8, 16, 32, 60, 60, 60])
  t.strictSame(delays('later', true), [10, 20, 40, 80, 160, 300, 300, 300], 'a pull like a crash')
  t.strictSame(delays('engine', true), [1, 1, 1, 1, 1, 1, 1, 1])
  t.strictSame(delays('never', true), [null, null, null, null, null, null, null, null])
})

const ends = [dead(pod, 'app', 0), dead(pod, 'app', 1), { ...dead(pod, 'app', 0), exitCode: null }]
const again = (restartPolicy: RestartPolicy, fields: Partial<DesiredPod>, one: ObservedContainer): boolean => {
  const wanted = aPod({ restartPolicy, ...fields })
  return restarts(
    wanted,
    [...wanted.initContainers, ...wanted.containers].find(({ name }) => name === 'app')!,
    one,
  )
}
const asInit = (fields: Partial<DesiredContainer> = {}): Partial<DesiredPod> => ({
  initContainers: [aContainer('app', fields)],
  containers: containers('main'),
})

await t.test('what ended runs again as the policy says (kubelet.md 2.7)', async (t) => {
  const table = (fields: Partial<DesiredPod>): boolean[] =>
    (['Always', 'OnFailure', 'Never'] as const).flatMap((policy) => ends.map((one) => again(policy, fields, one)))
  t.strictSame(table({}), [...[true, true, true], ...[false, true, true], ...[false, false, false]])
  t.strictSame(table(asInit()), [...[false, true, true], ...[false, true, true], ...[false, false, false]])
  t.strictSame(new Set(table(asInit({ restartPolicy: 'Always' }))), new Set([true]), 'a sidecar always')
})

await t.test('a container’s own policy and rules come before the pod’s (KEP-5307)', async (t) => {
  const own = (fields: Partial<DesiredContainer>, exitCode: number, asked = {}): boolean =>
    again('Never', { containers: [aContainer('app', fields)] }, dead(pod, 'app', exitCode, asked))
  t.equal(own({ restartPolicy: 'Always' }, 0), true)
  t.equal(own({ restartPolicy: 'OnFailure' }, 0), false)
  const rule = (operator: 'In' | 'NotIn', ...exitCodes: number[]): Partial<DesiredContainer> => ({
    restartPolicy: 'Never',
    restartRules: [{ action: 'Restart', operator, exitCodes }],
  })
  t.strictSame([own(rule('In', 42, 43), 43), own(rule('In', 42, 43), 1)], [true, false])
  t.strictSame([own(rule('NotIn', 42), 42), own(rule('NotIn', 42), 0)], [false, true])
  t.equal(
    own(rule('In', 143), 143, { stopRequestedTickMs: nowTickMs }),
    false,
    'no rule speaks of what podkeep stopped',
  )
})

await t.test('the pod’s annotations set its own back-off', async (t) => {
  const own = { baseMs: 1 * second, maxMs: 3 * second }
  t.strictSame(
    [0, 1, 2, 3, 4].map((crashes) => backOff.crashDelayMs(after(crashes), own) / second),
    [0, 1, 2, 3, 3],
  )
})

await t.test('a container stopped because it was not well has crashed', async (t) => {
  const unwell = after(2, { stopRequestedTickMs: nowTickMs, stoppedAsCrash: true })
  t.equal(crashesAfter(unwell), 3)
  t.equal(crashDelayMs(unwell), 20 * second)
})

await t.test('what podkeep itself stopped has not succeeded, whatever it exited with', async (t) => {
  for (const asked of [{ stopRequestedTickMs: nowTickMs }, { killRequestedTickMs: nowTickMs }]) {
    t.equal(again('OnFailure', {}, dead(pod, 'app', 0, asked)), true)
    t.equal(again('Always', asInit(), dead(pod, 'app', 0, asked)), true)
    t.equal(again('Never', {}, dead(pod, 'app', 0, asked)), false)
  }
})

await t.test('the end of a container: its signal, its grace, SIGKILL, and SIGKILL again', async (t) => {
  const kill = (fields: Partial<ObservedContainer>, graceMs = 5000): string[] => {
    const plan = planKill(seen(pod, 'app', fields), { pod, graceMs, reason: 'Edited' }, aContext(pod))
    return [...deeds(plan), ...waits(plan)]
  }
  const asked = (agoMs: number): Partial<ObservedContainer> => ({ stopRequestedTickMs: nowTickMs - agoMs })
  const killed = (agoMs: number): Partial<ObservedContainer> => ({
    ...asked(60_000),
    killRequestedTickMs: nowTickMs - agoMs,
  })
  t.strictSame(kill({}), ['KillContainer app-0 SIGTERM (Edited)'])
  t.strictSame(kill({ stopSignal: 'SIGQUIT' }), ['KillContainer app-0 SIGQUIT (Edited)'])
  t.strictSame(kill(asked(0)), ['GracePeriod app in 5 s: asked to stop, killed after 5 s'])
  t.strictSame(kill(asked(4999)), ['GracePeriod app in 0.001 s: asked to stop, killed after 5 s'])
  t.strictSame(kill(asked(5000)), ['KillContainer app-0 SIGKILL (GraceExpired)'])
  t.strictSame(
    kill(asked(5000), 6000),
    ['GracePeriod app in 1 s: asked to stop, killed after 6 s'],
    'a longer one counts',
  )
  t.strictSame(kill({}, 0), ['KillContainer app-0 SIGKILL (Edited)'], 'no grace, no stop signal')
  t.strictSame(kill(killed(0)), ['GracePeriod app in 10 s'])
  t.strictSame(kill(killed(9999)), ['GracePeriod app in 0.001 s'])
  t.strictSame(kill(killed(10_000)), ['KillContainer app-0 SIGKILL (Edited)'])
  t.strictSame(kill(killed(0), 0), ['GracePeriod app in 10 s'])
  t.strictSame(kill({ state: 'exited' }), [])
  t.strictSame(kill({ state: 'created' }), [])
})

await t.test('an image, by policy and by what is known of it', async (t) => {
  const withPolicy = (imagePullPolicy: ImagePullPolicy): DesiredPod =>
    aPod({ containers: [aContainer('app', { imagePullPolicy })] })
  const here: ImageFact = { present: true, user: '', atTickMs: nowTickMs }
  const absent = (agoMs: number): ImageFact => ({ present: false, user: '', atTickMs: nowTickMs - agoMs })
  const plan = (
    policy: ImagePullPolicy,
    fact: ImageFact | null,
    { before, ...context }: { before?: (pod: DesiredPod) => ObservedContainer } & Parameters<typeof run>[2] = {},
  ): string[] => {
    const one = withPolicy(policy)
    const images = new Map(fact === null ? [] : [['app:1', fact]])
    const made = run(one, [seen(one, 'POD'), ...(before ? [before(one)] : [])], { images, ...context })
    return [...deeds(made), ...waits(made)]
  }
  const create = ['CreateContainer app-0 (Missing)']
  const restart = ['CreateContainer app-1 (Died)']
  const pull = ['PullImage app:1 (Missing)', 'ContainerCreating app']
  const look = ['InspectImage app:1 (Missing)']
  const crashed = (one: DesiredPod): ObservedContainer => dead(one, 'app', 1)
  const editedAway = (one: DesiredPod): ObservedContainer => dead(one, 'app', 1, { hash: 'other' })
  const neverStarted = (one: DesiredPod): ObservedContainer => dead(one, 'app', 1, { startedAtMs: null })
  const editedWhileItRuns = (one: DesiredPod): ObservedContainer => seen(one, 'app', { hash: 'other' })
  const pulled = new Set(['app:1'])

  t.strictSame(plan('IfNotPresent', here), create)
  t.strictSame(plan('IfNotPresent', null), create, 'making it tells whether the image is there')
  t.strictSame(plan('IfNotPresent', null, { before: editedWhileItRuns }), look, 'unless something has to end for it')
  t.strictSame(plan('IfNotPresent', absent(0)), pull)
  t.strictSame(plan('Never', here), create)
  t.strictSame(plan('Never', null), create)
  t.strictSame(plan('Always', null), pull)
  t.strictSame(plan('Always', null, { before: crashed }), restart)
  t.strictSame(plan('Always', here), pull, 'Always: a new container pulls')
  t.strictSame(plan('Always', here, { pulled }), create, 'once')
  t.strictSame(plan('Always', here, { before: crashed }), restart, 'a restart of the same spec uses what is there')
  t.strictSame(plan('Always', absent(0), { before: crashed }), pull, 'or pulls when it is gone')
  t.strictSame(plan('Always', here, { before: editedAway }), pull, 'an edited one pulls')
  t.strictSame(plan('Always', here, { before: neverStarted }), pull, 'so does one that never ran')

  const never = 'the image app:1 is not on this machine and imagePullPolicy is Never: load or build it'
  t.strictSame(plan('Never', absent(1000)), [`ErrImageNeverPull app in 9 s: ${never}`, 'ContainerCreating app'])
  t.strictSame(plan('Never', absent(10_000)), [
    ...['InspectImage app:1 (Missing)', `ErrImageNeverPull app: ${never}`, 'ContainerCreating app'],
  ])

  const failed = (fields: Parameters<typeof aFailure>[0]): { failures: Map<string, ReturnType<typeof aFailure>> } => ({
    failures: new Map([['PullImage app:1', aFailure({ retry: 'later', ...fields })]]),
  })
  t.strictSame(plan('IfNotPresent', absent(1000), failed({})), [
    ...['ErrImagePull app in 10 s: it failed (look)', 'ImageSought app in 9 s', 'ContainerCreating app'],
  ])
  t.strictSame(plan('IfNotPresent', absent(10_000), failed({ count: 2 })), [
    'InspectImage app:1 (Missing)',
    ...[
      'ImagePullBackOff app in 20 s: back-off pulling image: it failed (look)',
      'ImageSought app',
      'ContainerCreating app',
    ],
  ])
  t.strictSame(plan('IfNotPresent', absent(0), failed({ atTickMs: nowTickMs - 10_000 })), [
    ...['PullImage app:1 (Missing)', 'ErrImagePull app: it failed (look)', 'ContainerCreating app'],
  ])
  t.strictSame(plan('IfNotPresent', absent(10_000), { inFlight: new Set(['PullImage app:1']) }), [
    ...['InFlight app: PullImage', 'ContainerCreating app'],
  ])
  t.strictSame(plan('Always', here, failed({ code: 'IMAGE_NAME_INVALID', retry: 'never', count: 9 })), [
    ...['InvalidImageName app: it failed (look)', 'ContainerCreating app'],
  ])
  const first = (code: ErrorCode): string | undefined => plan('Always', here, failed({ code }))[0]
  t.equal(first('REGISTRY_UNAVAILABLE'), 'RegistryUnavailable app in 10 s: it failed (look)')
  t.equal(first('IMAGE_REJECTED'), 'SignatureValidationFailed app in 10 s: it failed (look)')
  t.equal(first('REGISTRY_THROTTLED'), 'ErrImagePull app in 10 s: it failed (look)')
})

await t.test('the images of the regular containers are fetched while the init containers run', async (t) => {
  const one = aPod({ initContainers: [aContainer('init')], containers: [aContainer('app', { image: 'big:1' })] })
  const images = new Map([
    ['app:1', { present: true, user: '', atTickMs: nowTickMs }],
    ['big:1', { present: false, user: '', atTickMs: nowTickMs }],
  ])
  t.strictSame(deeds(run(one, [seen(one, 'POD'), seen(one, 'init')], { images })), ['PullImage big:1 (Missing)'])
  t.ok(waits(run(one, [seen(one, 'POD'), seen(one, 'init')], { images })).includes('PodInitializing app'))
})

await t.test('crash back-off: nothing is made before its time, and the time counts from the end', async (t) => {
  const crashed = (agoMs: number): ObservedContainer =>
    dead(pod, 'app', 1, { crashes: 2, finishedTickMs: nowTickMs - agoMs })
  const early = run(pod, [seen(pod, 'POD'), crashed(19_000)])
  t.strictSame(deeds(early), [])
  const words = `restarting failed container=app pod=${pod.name}_${pod.namespace}(${seen(pod, 'app').podUid})`
  t.strictSame(waits(early), [`CrashLoopBackOff app in 1 s: back-off 20s ${words}`])
  t.strictSame(deeds(run(pod, [seen(pod, 'POD'), crashed(20_000)])), ['CreateContainer app-1 (Died)'])
  const cannotRun = { ...crashed(0), startedAtMs: null, error: 'no such file' }
  t.strictSame(waits(run(pod, [seen(pod, 'POD'), cannotRun])), [`CrashLoopBackOff app in 20 s: back-off 20s ${words}`])
})

await t.test('a sandbox that cannot be started says why and waits, one that died is made anew at once', async (t) => {
  const never = (agoMs: number): ObservedContainer =>
    dead(pod, 'POD', 128, {
      startedAtMs: null,
      error: 'port is allocated',
      crashes: 1,
      finishedTickMs: nowTickMs - agoMs,
    })
  t.strictSame(deeds(run(pod, [never(1999)])), [])
  t.strictSame(waits(run(pod, [never(1999)])), ['CreatePodSandboxError in 0.001 s: port is allocated'])
  t.strictSame(deeds(run(pod, [never(2000)])), ['CreateSandbox POD-1 (SandboxDied)'])
  t.strictSame(waits(run(pod, [never(2000)])), ['CreatePodSandboxError: port is allocated'])
  const twice = run(pod, [dead(pod, 'POD', 137, { crashes: 1 })])
  t.strictSame(waits(twice), ['CreatePodSandboxError in 10 s: back-off 10 s making the sandbox anew'])
  const edited = run(pod, [dead(pod, 'POD', 137, { crashes: 5, hash: 'other' })])
  t.strictSame(deeds(edited), ['CreateSandbox POD-1 (SandboxEdited)'], 'another spec has no crashes')
  t.match(edited.actions.at(-1), { spec: { identity: { crashes: 0, attempt: 1 } } })
  t.match(run(pod, [dead(pod, 'POD', 137)]).actions.at(-1), { spec: { identity: { crashes: 1 } } })
})

await t.test('$(VAR): defined earlier is replaced, anything else stays (kubelet.md 5)', async (t) => {
  const env = new Map([
    ['A', 'one'],
    ['B', '$(A) $$'],
    ['EMPTY', ''],
  ])
  for (const [written, read] of [
    ['$(A)', 'one'],
    ['-$(A)$(A)-', '-oneone-'],
    ['$(EMPTY)', ''],
    ['$(MISSING)', '$(MISSING)'],
    ['$()', '$()'],
    ['$$', '$'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$one'],
    ['$$$$(A)', '$$(A)'],
    ['$A', '$A'],
    ['$', '$'],
    ['cost: 5$', 'cost: 5$'],
    ['$(A', '$(A'],
    ['$(A $(A)', '$(A $(A)'],
    ['$(B)', '$(A) $$'],
    ['${A}', '${A}'],
    ['(A)', '(A)'],
  ] as const)
    t.equal(expand(written, env), read, written)
})

await t.test(
  'env is expanded in its order, a later one of the same name wins, and command and args see the whole',
  async (t) => {
    const container = aContainer('app', {
      command: ['run', '$(C)'],
      args: ['$(A)', '$$(A)'],
      env: [
        { name: 'C', value: '$(A)' },
        { name: 'A', value: '1' },
        { name: 'B', value: '$(A)2' },
        { name: 'A', value: '$(A)$(B)' },
      ],
    })
    const resolved = environmentOf(container, { one: () => 'absent', all: () => ({ variables: new Map() }) })
    const environment = 'environment' in resolved ? resolved.environment : new Map<string, string>()
    t.strictSame(
      [...environment],
      [
        ['C', '$(A)'],
        ['A', '112'],
        ['B', '12'],
      ],
    )
    t.equal(expandAll(null, environment), null)
    const one = aPod({ containers: [container] })
    t.match(run(one, [seen(one, 'POD')]).actions, [
      { spec: { env: ['C=$(A)', 'A=112', 'B=12'], command: ['run', '$(A)'], args: ['112', '$(A)'], workingDir: null } },
    ])
  },
)

await t.test('text without a dollar is never changed, and no expansion reads a value twice', async (t) => {
  const text = fc.string({ unit: fc.constantFrom('$', '(', ')', 'A', 'B', ' ') })
  fc.assert(
    fc.property(text, (one) => {
      const literal = one.replaceAll('$', '$$$$')
      return expand(literal, new Map([['A', 'x']])) === one
    }),
  )
  fc.assert(fc.property(text, (value) => expand('$(A)', new Map([['A', value]])) === value))
  t.pass()
})

await t.test('the key of an action says what makes it another deed', async (t) => {
  const keys = (one: DesiredPod, present: ObservedContainer[]): string[] =>
    run(one, present)
      .actions.filter((action) => action.kind !== 'SaveRecord')
      .map(actionKey)
  t.strictSame(keys(pod, [seen(pod, 'POD')]), [`CreateContainer uid-1 app 0 ${seen(pod, 'app').hash}`])
  t.strictSame(keys(pod, [seen(pod, 'POD'), created(pod, 'app')]), ['StartContainer app-0'])
  t.strictSame(keys(pod, [seen(pod, 'POD'), seen(pod, 'app', { hash: '' })]), ['KillContainer app-0 SIGTERM'])
  const resources = { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 0 }
  const update = {
    kind: 'UpdateResources',
    id: containerId('i'),
    container: 'app',
    resources,
    reason: 'Edited',
  } as const
  t.not(actionKey(update), actionKey({ ...update, resources: { ...resources, cpuShares: 3 } }))
  const volume = { kind: 'hostPath', name: 'v', path: '/a', type: '' } as const
  t.not(volumeKey(uid, volume), volumeKey(uid, { ...volume, path: '/b' }))
  t.ok(volumeKey(uid, volume).startsWith(`${uid} `), 'the state of a removed pod is found by its uid')
})

await t.test('merged plans keep every wait and do each deed once, the first as it was planned', async (t) => {
  const pull = (image: string, reason: 'Missing' | 'Edited'): Plan => ({
    actions: [{ kind: 'PullImage', image, reason }],
    waits: [{ reason: 'InFlight', container: image, message: '', untilTickMs: null }],
  })
  const plans = fc.array(
    fc.record({ image: fc.constantFrom('a', 'b', 'c'), reason: fc.constantFrom('Missing', 'Edited') }),
  )
  fc.assert(
    fc.property(plans, (wanted) => {
      const { actions, waits } = merge(...wanted.map(({ image, reason }) => pull(image, reason)))
      const firsts = wanted.filter(({ image }, index) => wanted.findIndex((one) => one.image === image) === index)
      const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
      return (
        isSame(
          actions.map(({ reason }) => reason),
          firsts.map(({ reason }) => reason),
        ) && waits.length === wanted.length
      )
    }),
  )
  t.pass()
})

await t.test('newest first: the later attempt, of two the later made', async (t) => {
  const one = (attempt: number, createdAtMs: number): ObservedContainer => seen(pod, 'app', { attempt, createdAtMs })
  const sorted = [one(0, 9), one(2, 1), one(1, 5), one(1, 6)].sort(newestFirst)
  t.strictSame(
    sorted.map(({ attempt, createdAtMs }) => [attempt, createdAtMs]),
    [
      ...[
        [2, 1],
        [1, 6],
      ],
      ...[
        [1, 5],
        [0, 9],
      ],
    ],
  )
})
