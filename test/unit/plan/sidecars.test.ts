/**
 * Sidecars and init containers, by the kubelet's own tables (pkg/kubelet/kuberuntime/kuberuntime_manager_test.go), each case
 * under the name it has there; where podkeep does otherwise the case says so. podkeep kills first and makes the next instance when
 * the old one has ended, so where the kubelet's table names both, the second deed is a row of its own. Left out: ephemeral
 * containers, which podkeep has none of, and the state "unknown", which Docker has none of.
 */

import t from 'tap'

import type { DesiredPod, ObservedContainer, RestartPolicy } from '../../../lib/pod/index.js'
import { aContainer, aPod, containers, created, dead, seen } from '../../support/pods.js'
import { aProbe } from '../../support/probes.js'
import { checkTable, verdictsOf, type Row } from '../../support/tables.js'

const probes = { startupProbe: aProbe(), livenessProbe: aProbe() }

/** The first has no probes, the others have both. */
function withSidecars(restartPolicy: RestartPolicy): DesiredPod {
  return aPod({
    restartPolicy,
    initContainers: [
      aContainer('side1', { restartPolicy: 'Always' }),
      aContainer('side2', { restartPolicy: 'Always', ...probes }),
      aContainer('side3', { restartPolicy: 'Always', ...probes }),
    ],
    containers: containers('foo1', 'foo2', 'foo3'),
  })
}

const well = { verdicts: verdictsOf({ 'side2-0': {}, 'side3-0': {} }) }
const all = (pod: DesiredPod, ...sidecars: readonly string[]): ObservedContainer[] =>
  ['POD', ...sidecars].map((name) => seen(pod, name))
const upTo = {
  one: (pod: DesiredPod) => all(pod, 'side1'),
  two: (pod: DesiredPod) => all(pod, 'side1', 'side2'),
  three: (pod: DesiredPod) => all(pod, 'side1', 'side2', 'side3'),
}
const deadSandbox = (pod: DesiredPod): ObservedContainer[] => [
  ...[dead(pod, 'POD', 137), seen(pod, 'side1'), seen(pod, 'side2'), dead(pod, 'side3', 137)],
]
const startRegular = [
  ...['CreateContainer foo1-0 (Missing)', 'CreateContainer foo2-0 (Missing)', 'CreateContainer foo3-0 (Missing)'],
]
const startThird = ['CreateContainer side3-0 (Missing)']

const sidecarRows: readonly Row[] = [
  {
    name: 'initialization completed; start all containers',
    seen: upTo.three,
    deeds: startRegular,
  },
  {
    name: 'no init containers have been started; start the first one',
    seen: (pod) => [seen(pod, 'POD')],
    deeds: ['CreateContainer side1-0 (Missing)'],
  },
  {
    name: 'an init container is stuck in the created state; restart it',
    seen: (pod) => [...upTo.two(pod), created(pod, 'side3')],
    deeds: ['StartContainer side3-0 (Prepared)'],
  },
  {
    name: 'restartable init container has started; start the next',
    seen: upTo.one,
    deeds: ['CreateContainer side2-0 (Missing)'],
  },
  {
    name: 'livenessProbe has not been run; start the nothing (in its table too the next one starts)',
    seen: upTo.two,
    context: { verdicts: verdictsOf({ 'side2-0': { liveness: 'success' } }) },
    deeds: startThird,
  },
  {
    name: 'livenessProbe in progress; start the next',
    seen: upTo.two,
    context: { verdicts: verdictsOf({ 'side2-0': { liveness: 'unknown' } }) },
    deeds: startThird,
  },
  {
    name: 'livenessProbe has completed; start the next',
    seen: upTo.two,
    deeds: startThird,
  },
  {
    name: 'kill and recreate the restartable init container if the liveness check has failed: the end',
    seen: upTo.three,
    context: { verdicts: verdictsOf({ 'side2-0': {}, 'side3-0': { liveness: 'failure' } }) },
    deeds: ['KillContainer side3-0 SIGTERM (Unhealthy)', ...startRegular],
  },
  {
    name: 'kill and recreate the restartable init container if the liveness check has failed: the next instance (differs: what is not made yet waits for it)',
    seen: (pod) => [...upTo.two(pod), dead(pod, 'side3', 143)],
    deeds: ['CreateContainer side3-1 (Died)'],
  },
  {
    name: 'startupProbe has not been run; do nothing',
    seen: upTo.two,
    context: { verdicts: new Map() },
    deeds: [],
  },
  {
    name: 'startupProbe in progress; do nothing',
    seen: upTo.two,
    context: { verdicts: verdictsOf({ 'side2-0': { startup: 'unknown' } }) },
    deeds: [],
  },
  {
    name: 'startupProbe has completed; start the next',
    seen: upTo.two,
    deeds: startThird,
  },
  {
    name: 'kill and recreate the restartable init container if the startup check has failed',
    seen: upTo.three,
    context: { verdicts: verdictsOf({ 'side2-0': {}, 'side3-0': { startup: 'failure' } }) },
    deeds: ['KillContainer side3-0 SIGTERM (Unhealthy)'],
  },
  {
    name: 'kill and recreate the restartable init container if the container definition changes (differs: what is not made yet waits for it)',
    seen: (pod) => [...upTo.two(pod), seen(pod, 'side3', { hash: 'other' })],
    deeds: ['KillContainer side3-0 SIGTERM (Edited)'],
  },
  {
    name: 'kill and recreate the restartable init container if the container definition changes: what runs is not touched',
    seen: (pod) => [
      ...[...upTo.two(pod), seen(pod, 'side3', { hash: 'other' })],
      ...[seen(pod, 'foo1'), seen(pod, 'foo2'), seen(pod, 'foo3')],
    ],
    deeds: ['KillContainer side3-0 SIGTERM (Edited)'],
  },
  {
    name: 'restart terminated restartable init container and next init container',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'side1', 0), seen(pod, 'side2'), dead(pod, 'side3', 0)],
    deeds: ['CreateContainer side1-1 (Died)', 'CreateContainer side3-1 (Died)'],
  },
  {
    name: 'restart terminated restartable init container and regular containers',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'side1', 0), seen(pod, 'side2'), seen(pod, 'side3')],
    deeds: ['CreateContainer side1-1 (Died)', ...startRegular],
  },
  {
    name: 'Pod sandbox not ready, restartable init container failed, but RestartPolicy == Never; kill pod only (differs: a pod none of whose regular containers ran yet begins again)',
    policy: 'Never',
    seen: deadSandbox,
    deeds: ['KillContainer side2-0 SIGTERM (SandboxDied)'],
  },
  {
    name: 'Pod sandbox not ready, restartable init container failed, but RestartPolicy == Never: the new one',
    policy: 'Never',
    seen: (pod) => [dead(pod, 'POD', 137), dead(pod, 'side1', 143), dead(pod, 'side2', 143), dead(pod, 'side3', 137)],
    deeds: ['CreateSandbox POD-1 (SandboxDied)'],
  },
  {
    name: 'Pod sandbox not ready, and RestartPolicy == Never, but no visible restartable init containers;  create a new pod sandbox',
    policy: 'Never',
    seen: (pod) => [dead(pod, 'POD', 137)],
    deeds: ['CreateSandbox POD-1 (SandboxDied)'],
  },
  ...(['OnFailure', 'Always'] as const).map((policy) => ({
    name: `Pod sandbox not ready, restartable init container failed, and RestartPolicy == ${policy}; create a new pod sandbox: first the end, in its order`,
    policy,
    seen: deadSandbox,
    deeds: ['KillContainer side2-0 SIGTERM (SandboxDied)'],
  })),
  {
    name: 'Pod sandbox not ready: in the new one they begin with the first',
    seen: (pod) => [
      ...[seen(pod, 'POD', { attempt: 1 }), dead(pod, 'POD', 137)],
      ...[dead(pod, 'side1', 143), dead(pod, 'side2', 143), dead(pod, 'side3', 137)],
    ],
    deeds: ['CreateContainer side1-1 (SandboxDied)'],
  },
  {
    name: "initialization failed; restart the last restartable init container even if pod's RestartPolicy == Never",
    policy: 'Never',
    seen: (pod) => [...upTo.two(pod), dead(pod, 'side3', 137)],
    deeds: ['CreateContainer side3-1 (Died)'],
  },
  {
    name: "restart restartable init container if regular containers are running even if pod's RestartPolicy == Never",
    policy: 'Never',
    seen: (pod) => [...upTo.two(pod), dead(pod, 'side3', 137), ...all(pod, 'foo1', 'foo2', 'foo3').slice(1)],
    deeds: ['CreateContainer side3-1 (Died)'],
  },
  {
    name: "kill the pod if all main containers succeeded if pod's RestartPolicy == Never (in its order: termination-order.test.ts)",
    policy: 'Never',
    seen: (pod) => [...upTo.three(pod), dead(pod, 'foo1', 0), dead(pod, 'foo2', 0), dead(pod, 'foo3', 0)],
    deeds: ['KillContainer side3-0 SIGTERM (PodFinished)'],
  },
  {
    name: 'some of the init container statuses are missing but the last init container is running, restart restartable init and regular containers',
    seen: (pod) => all(pod, 'side3'),
    deeds: ['CreateContainer side1-0 (Missing)', 'CreateContainer side2-0 (Missing)', ...startRegular],
  },
]

await t.test('TestComputePodActionsWithRestartableInitContainers', (t) => {
  checkTable(
    t,
    withSidecars,
    sidecarRows.map((row) => ({ context: well, ...row })),
  )
  t.end()
})

const oneInit = (restartPolicy: RestartPolicy): DesiredPod =>
  aPod({ restartPolicy, initContainers: containers('init1'), containers: containers('foo1', 'foo2', 'foo3') })
const regular = (pod: DesiredPod, make = (name: string): ObservedContainer => seen(pod, name)): ObservedContainer[] =>
  ['foo1', 'foo2', 'foo3'].map(make)

await t.test('TestComputePodActionsWithInitAndEphemeralContainers, without the ephemeral ones', (t) => {
  checkTable(t, oneInit, [
    {
      name: 'steady state; do nothing; ignore ephemeral container',
      seen: (pod) => [seen(pod, 'POD'), dead(pod, 'init1', 0), ...regular(pod)],
      deeds: [],
    },
    {
      name: 'initialization in progress; start ephemeral container',
      seen: (pod) => [seen(pod, 'POD'), seen(pod, 'init1')],
      deeds: [],
    },
    {
      name: 'Create a new pod sandbox if the pod sandbox is dead, init container failed and RestartPolicy == OnFailure',
      policy: 'OnFailure',
      seen: (pod) => [dead(pod, 'POD', 137), dead(pod, 'init1', 137)],
      deeds: ['CreateSandbox POD-1 (SandboxDied)'],
    },
    {
      name: 'Kill pod and do not restart ephemeral container if the pod sandbox is dead: first the end',
      seen: (pod) => [dead(pod, 'POD', 137), dead(pod, 'init1', 0), ...regular(pod)],
      deeds: ['foo1', 'foo2', 'foo3'].map((name) => `KillContainer ${name}-0 SIGTERM (SandboxDied)`),
    },
    {
      name: 'Kill pod and do not restart ephemeral container if the pod sandbox is dead: it begins with the init container',
      seen: (pod) => [
        ...[seen(pod, 'POD', { attempt: 1 }), dead(pod, 'POD', 137), dead(pod, 'init1', 0)],
        ...regular(pod, (name) => dead(pod, name, 143)),
      ],
      deeds: ['CreateContainer init1-1 (SandboxDied)'],
    },
    {
      name: 'Kill pod if all containers exited except ephemeral container',
      policy: 'Never',
      seen: (pod) => [seen(pod, 'POD'), dead(pod, 'init1', 0), ...regular(pod, (name) => dead(pod, name, 0))],
      deeds: ['RemoveContainer POD-0 (PodFinished)'],
    },
  ])
  t.end()
})

await t.test('TestComputePodActionsWithInitContainers: a plain init container that was made and not started', (t) => {
  checkTable(t, oneInit, [
    {
      name: 'an init container is in the created state due to an unknown error when starting container; restart it',
      seen: (pod) => [seen(pod, 'POD'), created(pod, 'init1')],
      deeds: ['StartContainer init1-0 (Prepared)'],
    },
  ])
  t.end()
})
