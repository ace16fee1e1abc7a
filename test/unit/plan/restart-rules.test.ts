/**
 * Whether what ended runs again, by the kubelet's own tables: ShouldContainerBeRestarted and ShouldAllContainersRestart
 * (pkg/kubelet/container/helpers_test.go), the container's own policy and rules (pkg/api/v1/pod/util_test.go), and what comes of
 * them (pkg/kubelet/kuberuntime/kuberuntime_manager_test.go), each case under the name it has there. Where podkeep does otherwise
 * the case says so. What podkeep itself stopped is steps.test.ts's.
 */

import t from 'tap'

import { planPod } from '../../../lib/plan/index.js'
import { restarts, restartsAll } from '../../../lib/plan/restart-policy.js'
import type {
  DesiredContainer,
  DesiredPod,
  ObservedContainer,
  RestartPolicy,
  RestartRule,
} from '../../../lib/pod/index.js'
import { aContainer, aPod, containers, created, dead, nowTickMs, second, seen } from '../../support/pods.js'
import { aContext, deeds, observed, run, waits } from '../../support/plans.js'
import { aProbe } from '../../support/probes.js'
import { checkTable, verdictsOf, type Row } from '../../support/tables.js'

const policies = ['Never', 'OnFailure', 'Always'] as const

await t.test('TestShouldContainerBeRestarted', (t) => {
  const histories: readonly (readonly [string, (pod: DesiredPod) => ObservedContainer[], readonly boolean[]])[] = [
    ['no-history', () => [], [true, true, true]],
    ['alive', (pod) => [seen(pod, 'app', { attempt: 1 }), dead(pod, 'app', 2)], [false, false, false]],
    ['succeed', (pod) => [dead(pod, 'app', 0)], [false, false, true]],
    ['failed', (pod) => [dead(pod, 'app', 1, { attempt: 1 }), dead(pod, 'app', 3)], [false, true, true]],
  ]
  for (const [name, history, expected] of histories) {
    const podOf = (restartPolicy: RestartPolicy): DesiredPod => aPod({ restartPolicy })
    const isMade = policies.map((policy) => {
      const pod = podOf(policy)
      return deeds(run(pod, [seen(pod, 'POD'), ...history(pod)])).some((deed) => deed.startsWith('CreateContainer'))
    })
    t.strictSame(isMade, expected, name)
    const isMadeAgain = policies.map((policy) => {
      const pod = podOf(policy)
      const plan = planPod({ kind: 'remove', pod }, observed(pod, seen(pod, 'POD'), ...history(pod)), aContext(pod))
      return deeds(plan).some((deed) => deed.startsWith('Create'))
    })
    t.strictSame(isMadeAgain, [false, false, false], `${name}, test deleted pod`)
  }
  t.end()
})

const rule = (
  operator: 'In' | 'NotIn',
  exitCodes: number[],
  action: RestartRule['action'] = 'Restart',
): RestartRule => ({
  ...{ action, operator, exitCodes },
})
const never = (...restartRules: RestartRule[]): Partial<DesiredContainer> => ({ restartPolicy: 'Never', restartRules })

await t.test('TestContainerHasRestartablePolicy (of ContainerShouldRestart)', (t) => {
  type Case = readonly [string, Partial<DesiredContainer>, pod: RestartPolicy, exitCode: number, again: boolean]
  const unmatched = (operator: 'In' | 'NotIn'): Partial<DesiredContainer> => never(rule(operator, [10, 20]))
  const cases: readonly Case[] = [
    ["Rule: 'In' operator matches with 'Restart' action", never(rule('In', [42, 50, 60])), 'Never', 42, true],
    ["Rule: 'NotIn' operator matches with 'Restart' action", never(rule('NotIn', [0, 1, 2])), 'Never', 99, true],
    ["Rule: 'In' operator does not match, should fall back to container policy", unmatched('In'), 'Never', 30, false],
    [
      "Rule: 'NotIn' operator does not match, should fall back to container policy",
      unmatched('NotIn'),
      'Never',
      10,
      false,
    ],
    ["Container Policy: 'Always'", { restartPolicy: 'Always' }, 'Never', 0, true],
    ["Container Policy: 'OnFailure' with exit code 0", { restartPolicy: 'OnFailure' }, 'Never', 0, false],
    ["Container Policy: 'OnFailure' with non-zero exit code", { restartPolicy: 'OnFailure' }, 'Never', 1, true],
    ["Container Policy: 'Never' should return false", { restartPolicy: 'Never' }, 'Always', 1, false],
    ["Pod Policy: Fallback to pod 'Always'", {}, 'Always', 0, true],
    ["Pod Policy: Fallback to pod 'OnFailure' with non-zero exit code", {}, 'OnFailure', 1, true],
    ["Pod Policy: Fallback to pod 'Never'", {}, 'Never', 1, false],
  ]
  for (const [name, fields, restartPolicy, exitCode, again] of cases) {
    const pod = aPod({ restartPolicy, containers: [aContainer('app', fields)] })
    t.equal(restarts(pod, pod.containers[0]!, dead(pod, 'app', exitCode)), again, name)
  }
  t.end()
})

await t.test('TestFindMatchingContainerRestartRule', (t) => {
  const all = (exitCodes: number[]): RestartRule => rule('In', exitCodes, 'RestartAllContainers')
  type Case = readonly [string, RestartRule[], exitCode: number, found: 'Restart' | 'RestartAllContainers' | 'none']
  const cases: readonly Case[] = [
    ['a rule with op In matches', [rule('In', [42, 50, 60])], 42, 'Restart'],
    ['a rule with op NotIn matches', [rule('NotIn', [0, 1, 2])], 99, 'Restart'],
    ['matches the first rule if two rules both matched', [rule('In', [42, 50]), all([42])], 42, 'Restart'],
    ['matches the first rule if two rules both matched', [all([42]), rule('In', [42, 50])], 42, 'RestartAllContainers'],
    ['no rules matched', [rule('In', [42, 50, 60]), all([43])], 100, 'none'],
    ['no rules defined', [], 0, 'none'],
  ]
  for (const [name, rules, exitCode, found] of cases) {
    const pod = aPod({ containers: [aContainer('app', never(...rules))] })
    const [app] = pod.containers
    const one = dead(pod, 'app', exitCode)
    t.equal(restarts(pod, app!, one), found !== 'none', name)
    t.equal(restartsAll(app!, one), found === 'RestartAllContainers', name)
  }
  t.end()
})

await t.test(
  'TestShouldAllContainersRestart (but for those that read a condition: podkeep reads the containers alone)',
  (t) => {
    const calls = rule('In', [42], 'RestartAllContainers')
    const isCalled = (pod: DesiredPod, name: string, exitCode: number): boolean =>
      [...pod.initContainers, ...pod.containers].some(
        (one) => one.name === name && restartsAll(one, dead(pod, name, exitCode)),
      )
    const byRegular = aPod({ containers: [aContainer('regular', never(calls))] })
    t.ok(isCalled(byRegular, 'regular', 42), 'regular container exited with matching rules')
    const byInit = aPod({ initContainers: [aContainer('init', never(calls))] })
    t.ok(isCalled(byInit, 'init', 42), 'init container exited with matching rules')
    const bySidecar = aPod({ initContainers: [aContainer('init', { restartPolicy: 'Always', restartRules: [calls] })] })
    t.ok(isCalled(bySidecar, 'init', 42), 'sidecar container exited with matching rules')
    t.notOk(isCalled(aPod({ containers: [aContainer('regular')] }), 'regular', 1), 'container exited without rules')
    t.end()
  },
)

/** The first two have a policy of their own. */
const trio =
  (own: RestartPolicy | readonly [RestartPolicy | null, RestartPolicy]) =>
  (restartPolicy: RestartPolicy): DesiredPod => {
    const [first, next] = typeof own === 'string' ? [own, own] : own
    return aPod({
      restartPolicy,
      containers: [
        ...[aContainer('foo1', { restartPolicy: first }), aContainer('foo2', { restartPolicy: next })],
        aContainer('foo3'),
      ],
    })
  }
const bothEnded: Row['seen'] = (pod) => [
  ...[seen(pod, 'POD'), dead(pod, 'foo1', 0), dead(pod, 'foo2', 111), seen(pod, 'foo3')],
]

await t.test('TestComputePodActionsWithContainerRestartRules', (t) => {
  checkTable(t, trio('Always'), [
    {
      name: 'restart exited containers if RestartPolicy == Always',
      policy: 'Never',
      seen: bothEnded,
      deeds: ['CreateContainer foo1-1 (Died)', 'CreateContainer foo2-1 (Died)'],
    },
  ])
  checkTable(t, trio('OnFailure'), [
    {
      name: 'restart failed containers if RestartPolicy == OnFailure',
      policy: 'Never',
      seen: bothEnded,
      deeds: ['CreateContainer foo2-1 (Died)'],
    },
    {
      name: 'restart created but not started containers if RestartPolicy == OnFailure',
      policy: 'Never',
      seen: (pod) => [seen(pod, 'POD'), dead(pod, 'foo1', 0), created(pod, 'foo2'), seen(pod, 'foo3')],
      deeds: ['StartContainer foo2-0 (Prepared)'],
    },
  ])
  checkTable(t, trio('Never'), [
    { name: "don't restart containers if RestartPolicy == Never", policy: 'Always', seen: bothEnded, deeds: [] },
  ])
  checkTable(t, trio([null, 'OnFailure']), [
    {
      name: 'Kill pod and recreate all containers (except for the succeeded one) if the pod sandbox is dead: the end',
      seen: (pod) => [dead(pod, 'POD', 137), seen(pod, 'foo1'), dead(pod, 'foo2', 0), seen(pod, 'foo3')],
      deeds: ['KillContainer foo1-0 SIGTERM (SandboxDied)', 'KillContainer foo3-0 SIGTERM (SandboxDied)'],
    },
    {
      name: 'Kill pod and recreate all containers (except for the succeeded one) if the pod sandbox is dead: all but it',
      seen: (pod) => [
        ...[seen(pod, 'POD', { attempt: 1 }), dead(pod, 'POD', 137)],
        ...[dead(pod, 'foo1', 143), dead(pod, 'foo2', 0), dead(pod, 'foo3', 143)],
      ],
      deeds: ['CreateContainer foo1-1 (SandboxDied)', 'CreateContainer foo3-1 (SandboxDied)'],
    },
  ])
  t.end()
})

const probed =
  (fields: Partial<DesiredContainer> = {}) =>
  (restartPolicy: RestartPolicy): DesiredPod =>
    aPod({
      restartPolicy,
      containers: [
        aContainer('foo1'),
        aContainer('foo2', { startupProbe: aProbe(), livenessProbe: aProbe(), ...fields }),
        aContainer('foo3'),
      ],
    })
const allRun: Row['seen'] = (pod) => [seen(pod, 'POD'), seen(pod, 'foo1'), seen(pod, 'foo2'), seen(pod, 'foo3')]
/** As podkeep stopped it. */
const stopped =
  (exitCode: number): Row['seen'] =>
  (pod) => [
    ...[seen(pod, 'POD'), seen(pod, 'foo1'), seen(pod, 'foo3')],
    dead(pod, 'foo2', exitCode, { stopRequestedTickMs: nowTickMs - second, stoppedAsCrash: true }),
  ]
const restart = ['CreateContainer foo2-1 (Died)']

await t.test('TestComputePodActions: probes', (t) => {
  for (const [probe, name] of [
    ['liveness', 'Kill and recreate the container if the liveness check has failed'],
    ['startup', 'Kill and recreate the container if the startup check has failed'],
  ] as const) {
    checkTable(t, probed(), [
      {
        name: `${name}: the end`,
        seen: allRun,
        context: { verdicts: verdictsOf({ 'foo2-0': { [probe]: 'failure' } }) },
        deeds: ['KillContainer foo2-0 SIGTERM (Unhealthy)'],
      },
    ])
  }
  checkTable(t, probed(), [
    { name: 'the next instance', seen: stopped(143), deeds: restart },
    { name: 'the next instance, for it has not succeeded', policy: 'OnFailure', seen: stopped(0), deeds: restart },
    { name: 'no next instance', policy: 'Never', seen: stopped(143), deeds: [] },
  ])
  t.end()
})

await t.test('a container that failed a probe runs again by its policy; its rules are not asked (KEP-5307)', (t) => {
  checkTable(t, probed({ restartPolicy: 'OnFailure' }), [
    { name: 'its own policy counts', policy: 'Never', seen: stopped(143), deeds: restart },
  ])
  checkTable(t, probed(never(rule('In', [143]))), [
    { name: 'no rule does', policy: 'Always', seen: stopped(143), deeds: [] },
  ])
  t.end()
})

/** As decoding makes it of a Job's pod of Never. */
const ofJob: RestartRule = { ...rule('NotIn', [0], 'RestartAllContainers'), alsoStopped: true }
const byHand = { stopRequestedTickMs: nowTickMs - second }
const unwell = { ...byHand, stoppedAsCrash: true }

await t.test('a Job’s pod of Never begins again as a whole until it is done or has failed too often', (t) => {
  type Case = readonly [string, exitCode: number, Partial<ObservedContainer>, again: boolean, failures: number]
  const cases: readonly Case[] = [
    ['it succeeded', 0, {}, false, 0],
    ['it failed', 3, {}, true, 1],
    ['it ended with the engine', 137, { diedWithEngine: true }, true, 0],
    ['it failed before the engine began again', 3, { endedAlone: true }, true, 1],
    ['podkeep stopped it though it was well', 137, byHand, true, 0],
    ['podkeep stopped it, and it answered with 0', 0, byHand, true, 0],
    ['it was killed', 137, { killRequestedTickMs: nowTickMs }, true, 0],
    ['it was stopped because it was not well', 143, unwell, true, 1],
    ['it was stopped because it was not well, and answered with 0', 0, unwell, true, 1],
    ['podkeep stopped it while the engine went away', 137, { ...byHand, diedWithEngine: true }, true, 0],
  ]
  for (const [name, exitCode, fields, again, failures] of cases) {
    const podOf = (backoffLimit: number): DesiredPod =>
      aPod({ restartPolicy: 'Never', backoffLimit, containers: [aContainer('app', { restartRules: [ofJob] })] })
    const plan = (backoffLimit: number): string[] => {
      const pod = podOf(backoffLimit)
      return deeds(run(pod, [seen(pod, 'POD'), dead(pod, 'app', exitCode, fields)]))
    }
    const over = (reason: string): string[] => [`RemoveContainer POD-0 (${reason})`]
    const next = ['CreateContainer app-1 (RestartAllContainers)']
    t.strictSame(plan(1), again ? next : over('PodFinished'), name)
    t.strictSame(plan(0), failures > 0 ? over('BackoffLimitExceeded') : again ? next : over('PodFinished'), name)
  }
  t.end()
})

await t.test('a Job’s pod of OnFailure that is not well has failed, too', (t) => {
  const pod = aPod({ restartPolicy: 'OnFailure', backoffLimit: 0 })
  const plan = (fields: Partial<ObservedContainer>): string[] =>
    deeds(run(pod, [seen(pod, 'POD'), dead(pod, 'app', 143, fields)]))
  t.strictSame(plan(byHand), ['CreateContainer app-1 (Died)'])
  t.strictSame(plan(unwell), ['RemoveContainer POD-0 (BackoffLimitExceeded)'])
  t.end()
})

await t.test('a pod of Never that is no Job’s and was cut off stays ended', (t) => {
  const pod = aPod({ restartPolicy: 'Never' })
  for (const fields of [{ diedWithEngine: true }, byHand, unwell])
    t.strictSame(deeds(run(pod, [seen(pod, 'POD'), dead(pod, 'app', 137, fields)])), [
      'RemoveContainer POD-0 (PodFinished)',
    ])
  t.end()
})

const callers = never(rule('In', [42], 'RestartAllContainers'))
const calling = (restartPolicy: RestartPolicy): DesiredPod =>
  aPod({
    restartPolicy,
    initContainers: [aContainer('init1'), aContainer('side1', { restartPolicy: 'Always' })],
    containers: [aContainer('foo1'), aContainer('foo2'), aContainer('foo3', callers)],
  })
const again = { round: 1, attempt: 1 }

await t.test('TestComputePodActionsForRestartAllContainers', (t) => {
  const asked: Row['seen'] = (pod) => [
    ...[seen(pod, 'POD'), dead(pod, 'init1', 0), seen(pod, 'side1')],
    ...[seen(pod, 'foo1'), seen(pod, 'foo2'), dead(pod, 'foo3', 42)],
  ]
  const ended: Row['seen'] = (pod) => [
    ...[seen(pod, 'POD'), dead(pod, 'init1', 0), dead(pod, 'side1', 137)],
    ...[dead(pod, 'foo1', 137), dead(pod, 'foo2', 137), dead(pod, 'foo3', 42)],
  ]
  checkTable(t, calling, [
    {
      name: 'pod not marked for RestartAllContainers',
      seen: (pod) => [...asked(pod).slice(0, -1), seen(pod, 'foo3')],
      deeds: [],
    },
    {
      name: 'pod marked for RestartAllContainers: all at once, without grace and hooks',
      seen: asked,
      deeds: ['side1', 'foo1', 'foo2'].map((name) => `KillContainer ${name}-0 SIGKILL (RestartAllContainers)`),
    },
    {
      name: 'pod marked for RestartAllContainers: what was made and never started goes',
      seen: (pod) => [...asked(pod).slice(0, -2), created(pod, 'foo2'), dead(pod, 'foo3', 42)],
      deeds: [
        ...['side1', 'foo1'].map((name) => `KillContainer ${name}-0 SIGKILL (RestartAllContainers)`),
        'RemoveContainer foo2-0 (RestartAllContainers)',
      ],
    },
    {
      name: 'all containers removed, start the init container (differs: the dead are kept until their successors are made, as after any restart)',
      seen: ended,
      deeds: ['CreateContainer init1-1 (RestartAllContainers)'],
    },
    {
      name: 'init containers done, start the sidecar',
      seen: (pod) => [...ended(pod), dead(pod, 'init1', 0, again)],
      deeds: ['CreateContainer side1-1 (RestartAllContainers)'],
    },
    {
      name: 'all containers removed, start regular container',
      seen: (pod) => [...ended(pod), dead(pod, 'init1', 0, again), seen(pod, 'side1', again)],
      deeds: ['foo1', 'foo2', 'foo3'].map((name) => `CreateContainer ${name}-1 (RestartAllContainers)`),
    },
  ])
  t.end()
})

await t.test('RestartAllContainers waits for the back-off of the one that asked for it', (t) => {
  const pod = aPod({ containers: [...containers('foo1'), aContainer('foo2', callers)] })
  const third = [seen(pod, 'POD'), dead(pod, 'foo1', 137), dead(pod, 'foo2', 42, { crashes: 2 })]
  t.strictSame(deeds(run(pod, third)), [])
  t.match(waits(run(pod, third)), [
    /^CrashLoopBackOff foo2 in 20 s: back-off 20s restarting failed container=foo2 pod=/,
  ])
  t.end()
})
