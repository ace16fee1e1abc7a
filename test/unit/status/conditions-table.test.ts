/**
 * A pod's conditions, by the kubelet's own tables (pkg/kubelet/status/generate_test.go), in the order they have there. podkeep has a
 * status for every container of the manifest, so what has no status there (`containers with unknown status`) is unready here; that
 * nothing at all is known (`UnknownContainerStatuses`) is the engine's absence, pod-status.test.ts. Readiness gates are refused.
 */

import t from 'tap'

import type { DesiredPod, ObservedContainer, V1PodCondition } from '../../../lib/pod/index.js'
import { aContainer, aPod, containers, created, dead, seen } from '../../support/pods.js'
import { aProbe } from '../../support/probes.js'
import { statusOf } from '../../support/statuses.js'
import { verdictsOf } from '../../support/tables.js'

/** Status, reason and message, as far as they are said. */
type Said = readonly (string | undefined)[]

const readinessProbe = aProbe()
const side = (name: string): DesiredPod['containers'][number] =>
  aContainer(name, { restartPolicy: 'Always', readinessProbe })

function condition(
  pod: DesiredPod,
  type: string,
  all: readonly ObservedContainer[],
  unready: readonly string[] = [],
): Said {
  const probed = [...pod.initContainers, ...pod.containers].map(({ name }) => name)
  const verdicts = verdictsOf(
    Object.fromEntries(
      probed.map((name) => [`${name}-0`, { readiness: unready.includes(name) ? 'failure' : 'success' } as const]),
    ),
  )
  const found = statusOf(pod, all, { context: { verdicts } }).conditions.find((one) => one.type === type)
  return said(found)
}

function said(one: V1PodCondition | undefined): Said {
  return [one?.status, ...[one?.reason, one?.message].filter((part) => part !== undefined)]
}

const unreadySaid = (names: string): Said => [
  ...['False', 'ContainersNotReady', `containers with unready status: [${names}]`],
]

for (const [title, type] of [
  ['TestGenerateContainersReadyCondition', 'ContainersReady'],
  ['TestGeneratePodReadyCondition', 'Ready'],
] as const) {
  await t.test(title, (t) => {
    const one = aPod({ containers: containers('1234') })
    const two = aPod({ containers: [aContainer('1234'), aContainer('5678', { readinessProbe })] })
    const job = aPod({ restartPolicy: 'Never', containers: containers('1234') })
    const sandbox = seen(one, 'POD')
    t.strictSame(condition(one, type, [sandbox]), unreadySaid('1234'), 'one, nothing of it yet')
    t.strictSame(condition(two, type, [sandbox, seen(two, '1234'), seen(two, '5678')]), ['True'], 'both ready')
    t.strictSame(condition(two, type, [sandbox, seen(two, '1234')]), unreadySaid('5678'), 'one not made')
    t.strictSame(
      condition(two, type, [sandbox, seen(two, '1234'), seen(two, '5678')], ['5678']),
      unreadySaid('5678'),
      'one not ready',
    )
    t.strictSame(condition(job, type, [dead(job, '1234', 0)]), ['False', 'PodCompleted'], 'succeeded')
    t.strictSame(condition(job, type, [dead(job, '1234', 1)]), ['False', 'PodFailed'], 'failed')

    const served = aPod({ initContainers: [side('restartable-init-1')], containers: containers('regular-1') })
    t.strictSame(
      condition(served, type, [sandbox, seen(served, 'regular-1')]),
      unreadySaid('restartable-init-1'),
      'the sidecar not made',
    )
    const names = ['restartable-init-1', 'restartable-init-2', 'regular-1']
    const twice = aPod({
      initContainers: [side('restartable-init-1'), side('restartable-init-2')],
      containers: containers('regular-1'),
    })
    const all = names.map((name) => seen(twice, name))
    t.strictSame(condition(twice, type, [sandbox, ...all]), ['True'], 'sidecars and container ready')
    t.strictSame(
      condition(twice, type, [sandbox, ...all.filter(({ name }) => name !== 'restartable-init-2')]),
      unreadySaid('restartable-init-2'),
      'one sidecar not made',
    )
    t.strictSame(
      condition(twice, type, [sandbox, ...all], ['restartable-init-2']),
      unreadySaid('restartable-init-2'),
      'one sidecar not ready',
    )
    const finished = aPod({ ...served, restartPolicy: 'Never' })
    t.strictSame(
      condition(finished, type, [sandbox, seen(finished, 'restartable-init-1'), dead(finished, 'regular-1', 0)]),
      unreadySaid('regular-1'),
      'a sidecar that has still to end: the pod is not completed yet',
    )
    t.end()
  })
}

await t.test('TestGeneratePodInitializedCondition', (t) => {
  const none = aPod({ containers: containers('regular') })
  const one = aPod({ ...none, initContainers: containers('1234') })
  const two = aPod({ ...none, initContainers: containers('1234', '5678') })
  const served = aPod({
    ...none,
    initContainers: [aContainer('1234', { restartPolicy: 'Always', startupProbe: aProbe() })],
  })
  const initialized = (pod: DesiredPod, ...all: ObservedContainer[]): Said =>
    condition(pod, 'Initialized', [seen(pod, 'POD'), ...all]).slice(0, 2)
  const notYet: Said = ['False', 'ContainersNotInitialized']
  t.strictSame(initialized(two), notYet, 'two, no status')
  t.strictSame(initialized(none), ['True'], 'none')
  t.strictSame(initialized(one), notYet, 'one, not made')
  t.strictSame(initialized(two, dead(two, '1234', 0), dead(two, '5678', 0)), ['True'], 'both done')
  t.strictSame(initialized(two, dead(two, '1234', 0)), notYet, 'one of two')
  t.strictSame(initialized(two, dead(two, '1234', 0), dead(two, '5678', 1)), notYet, 'one of two failed')
  const job = aPod({ ...one, restartPolicy: 'Never' })
  t.strictSame(initialized(job, dead(job, '1234', 0), dead(job, 'regular', 0)), ['True', 'PodCompleted'], 'succeeded')
  const onlyRuns = { verdicts: verdictsOf({ '1234-0': { startup: 'unknown' } }) }
  const byStatus = (...all: ObservedContainer[]): Said =>
    said(
      statusOf(served, [seen(served, 'POD'), ...all], { context: onlyRuns }).conditions.find(
        ({ type }) => type === 'Initialized',
      ),
    ).slice(0, 2)
  t.strictSame(byStatus(seen(served, '1234')), notYet, 'the sidecar not started')
  t.strictSame(initialized(served, seen(served, '1234')), ['True'], 'the sidecar started')
  t.strictSame(byStatus(seen(served, '1234'), seen(served, 'regular')), ['True'], 'not started, but a regular one runs')
  t.strictSame(
    initialized(one, created(one, '1234'), dead(one, 'regular', 0)),
    ['True'],
    'the init container waits, but a regular one has run',
  )
  t.end()
})

await t.test('TestGeneratePodReadyToStartContainersCondition', (t) => {
  const pod = aPod()
  const placed = (...all: ObservedContainer[]): string | undefined =>
    condition(pod, 'PodReadyToStartContainers', all)[0]
  t.equal(placed(), 'False', 'Empty pod status')
  t.equal(placed(dead(pod, 'POD', 137)), 'False', 'Pod sandbox status not ready')
  t.equal(
    placed(seen(pod, 'POD', { attempt: 1 }), seen(pod, 'POD')),
    'True',
    'Pod with multiple ready sandboxes (differs: the newest is the pod’s, the other is removed)',
  )
  t.equal(
    placed(seen(pod, 'POD', { hash: 'other' })),
    'False',
    'Pod sandbox status ready but network namespace mode changed',
  )
  t.equal(
    placed(seen(pod, 'POD', { ip: null })),
    'True',
    'Pod sandbox status ready but no IP configured (differs: an address is the engine’s affair)',
  )
  t.equal(placed(seen(pod, 'POD')), 'True', 'Pod sandbox status ready and IP configured')
  t.end()
})

await t.test('TestGenerateAllContainersRestartingCondition', (t) => {
  const rule = { action: 'RestartAllContainers', operator: 'In', exitCodes: [42] } as const
  const pod = aPod({
    containers: [aContainer('container1'), aContainer('trigger', { restartPolicy: 'Never', restartRules: [rule] })],
  })
  const job = aPod({ ...pod, restartPolicy: 'Never' })
  const type = 'AllContainersRestarting'
  const restarting = (of: DesiredPod, ...all: ObservedContainer[]): Said =>
    condition(of, type, [seen(of, 'POD'), ...all])
  const begun: Said = ['True', 'RestartAllContainersStarted', 'container exited with restart policy rule']
  t.strictSame(restarting(pod), ['False'], 'pod pending')
  t.strictSame(
    restarting(job, dead(job, 'container1', 0), dead(job, 'trigger', 1)),
    ['False', 'PodFailed'],
    'pod failed',
  )
  t.strictSame(
    restarting(job, dead(job, 'container1', 0), dead(job, 'trigger', 0)),
    ['False', 'PodCompleted'],
    'pod succeeded',
  )
  t.strictSame(
    restarting(pod, seen(pod, 'container1'), dead(pod, 'trigger', 42)),
    begun,
    'container triggers RestartAllContainers rule',
  )
  t.strictSame(
    restarting(pod, dead(pod, 'container1', 137), dead(pod, 'trigger', 42)),
    begun,
    'container triggres RestartAllContainers rule, cleaning up',
  )
  t.strictSame(
    restarting(
      pod,
      ...[dead(pod, 'container1', 137), dead(pod, 'trigger', 42)],
      created(pod, 'container1', { attempt: 1, round: 1 }),
    ),
    ['False'],
    'container triggres RestartAllContainers rule, cleaned up: when the first is made again',
  )
  t.strictSame(restarting(aPod(), seen(aPod(), 'app')), [undefined], 'only a pod with such a rule has it')
  t.end()
})
