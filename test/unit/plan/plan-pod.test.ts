/**
 * What a pod needs next. The first two tables restate the kubelet's own (pkg/kubelet/kuberuntime/kuberuntime_manager_test.go,
 * TestComputePodActions and TestComputePodActionsWithInitContainers), each case under the name it has there; where podkeep does
 * otherwise the case says so. Cases about probes, sidecars and states Docker does not have are left out.
 */

import t from 'tap'

import { actionKey, planPod, type Desire } from '../../../lib/plan/index.js'
import {
  containerId,
  podKey,
  podUid,
  type DesiredPod,
  type ObservedContainer,
  type RestartPolicy,
} from '../../../lib/pod/index.js'
import {
  aContainer,
  aPod,
  aPort,
  containers,
  created,
  dead,
  minute,
  nowTickMs,
  noResources,
  nowWallMs,
  second,
  seen,
  uid,
} from '../../support/pods.js'
import { aContext, aFailure, deeds, observed, recordOf, run, savedRecords, waits } from '../../support/plans.js'

interface Case {
  readonly name: string
  readonly restartPolicy?: RestartPolicy
  readonly seen: (pod: DesiredPod) => ObservedContainer[]
  readonly deeds: readonly string[]
}

const trio = (restartPolicy: RestartPolicy = 'Always'): DesiredPod =>
  aPod({ restartPolicy, containers: containers('foo1', 'foo2', 'foo3') })

const trioCases: readonly Case[] = [
  {
    name: 'everything is good; do nothing',
    seen: (pod) => [seen(pod, 'POD'), seen(pod, 'foo1'), seen(pod, 'foo2'), seen(pod, 'foo3')],
    deeds: [],
  },
  {
    name: 'start pod sandbox and all containers for a new pod',
    seen: () => [],
    deeds: ['CreateSandbox POD-0 (Missing)'],
  },
  {
    name: 'start pod sandbox and all containers for a new pod: beside its start, once it is made',
    seen: (pod) => [created(pod, 'POD')],
    deeds: [
      'StartContainer POD-0 (Prepared)',
      'CreateContainer foo1-0 (Missing)',
      'CreateContainer foo2-0 (Missing)',
      'CreateContainer foo3-0 (Missing)',
    ],
  },
  {
    name: 'start pod sandbox and all containers for a new pod: nothing starts in a sandbox that does not run yet',
    seen: (pod) => [created(pod, 'POD'), created(pod, 'foo1'), created(pod, 'foo2'), created(pod, 'foo3')],
    deeds: ['StartContainer POD-0 (Prepared)'],
  },
  {
    name: 'start pod sandbox and all containers for a new pod: all side by side, once it runs',
    seen: (pod) => [seen(pod, 'POD'), created(pod, 'foo1'), created(pod, 'foo2'), seen(pod, 'foo3')],
    deeds: ['StartContainer foo1-0 (Prepared)', 'StartContainer foo2-0 (Prepared)'],
  },
  {
    name: 'restart exited containers if RestartPolicy == Always',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'foo1', 0), dead(pod, 'foo2', 111), seen(pod, 'foo3')],
    deeds: ['CreateContainer foo1-1 (Died)', 'CreateContainer foo2-1 (Died)'],
  },
  {
    name: 'restart failed containers if RestartPolicy == OnFailure',
    restartPolicy: 'OnFailure',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'foo1', 0), dead(pod, 'foo2', 111), seen(pod, 'foo3')],
    deeds: ['CreateContainer foo2-1 (Died)'],
  },
  {
    name: "don't restart containers if RestartPolicy == Never",
    restartPolicy: 'Never',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'foo1', 0), dead(pod, 'foo2', 111), seen(pod, 'foo3')],
    deeds: [],
  },
  {
    name: 'Kill pod and recreate everything if the pod sandbox is dead, and RestartPolicy == Always: first the end',
    seen: (pod) => [dead(pod, 'POD', 137), seen(pod, 'foo1'), created(pod, 'foo2'), dead(pod, 'foo3', 1)],
    deeds: ['KillContainer foo1-0 SIGTERM (SandboxDied)', 'RemoveContainer foo2-0 (SandboxDied)'],
  },
  {
    name: 'Kill pod and recreate everything if the pod sandbox is dead, and RestartPolicy == Always: then the new one',
    seen: (pod) => [dead(pod, 'POD', 137), dead(pod, 'foo1', 143), dead(pod, 'foo2', 143), dead(pod, 'foo3', 1)],
    deeds: ['CreateSandbox POD-1 (SandboxDied)'],
  },
  {
    name: 'Kill pod and recreate all containers (except for the succeeded one) if the pod sandbox is dead, and RestartPolicy == OnFailure',
    restartPolicy: 'OnFailure',
    seen: (pod) => [
      ...[seen(pod, 'POD', { attempt: 1 }), dead(pod, 'POD', 137)],
      ...[dead(pod, 'foo1', 143), dead(pod, 'foo2', 0), dead(pod, 'foo3', 143)],
    ],
    deeds: ['CreateContainer foo1-1 (SandboxDied)', 'CreateContainer foo3-1 (SandboxDied)'],
  },
  {
    name: 'Kill pod and recreate all containers if the PodSandbox does not have an IP (differs: an address is the engine’s affair)',
    seen: (pod) => [seen(pod, 'POD', { ip: null }), seen(pod, 'foo1'), seen(pod, 'foo2'), seen(pod, 'foo3')],
    deeds: [],
  },
  {
    name: "Kill and recreate the container if the container's spec changed: the end of the old one",
    seen: (pod) => [seen(pod, 'POD'), seen(pod, 'foo1'), seen(pod, 'foo2', { hash: 'other' }), seen(pod, 'foo3')],
    deeds: ['KillContainer foo2-0 SIGTERM (Edited)'],
  },
  {
    name: "Kill and recreate the container if the container's spec changed: the new one, whatever the policy",
    restartPolicy: 'Never',
    seen: (pod) => [seen(pod, 'POD'), seen(pod, 'foo1'), dead(pod, 'foo2', 0, { hash: 'other' }), seen(pod, 'foo3')],
    deeds: ['CreateContainer foo2-1 (Edited)'],
  },
  {
    name: 'Verify we do not create a pod sandbox if no ready sandbox for pod with RestartPolicy=Never and all containers exited',
    restartPolicy: 'Never',
    seen: (pod) => [dead(pod, 'POD', 0), dead(pod, 'foo1', 0), dead(pod, 'foo2', 0), dead(pod, 'foo3', 0)],
    deeds: ['RemoveContainer POD-0 (PodFinished)'],
  },
  {
    name: 'Verify we do not create a pod sandbox if no ready sandbox for pod with RestartPolicy=OnFailure and all containers succeeded',
    restartPolicy: 'OnFailure',
    seen: (pod) => [dead(pod, 'POD', 0), dead(pod, 'foo1', 0), dead(pod, 'foo2', 0), dead(pod, 'foo3', 0)],
    deeds: ['RemoveContainer POD-0 (PodFinished)'],
  },
  {
    name: 'Verify we create a pod sandbox if no ready sandbox for pod with RestartPolicy=Never and no containers have ever been created',
    restartPolicy: 'Never',
    seen: (pod) => [dead(pod, 'POD', 0, { attempt: 2 })],
    deeds: ['CreateSandbox POD-3 (SandboxDied)'],
  },
]

const withInits = (restartPolicy: RestartPolicy = 'Always'): DesiredPod =>
  aPod({ restartPolicy, initContainers: containers('init1', 'init2', 'init3'), containers: containers('foo1', 'foo2') })

const initCases: readonly Case[] = [
  {
    name: 'initialization completed; start all containers',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'init1', 0), dead(pod, 'init2', 0), dead(pod, 'init3', 0)],
    deeds: ['CreateContainer foo1-0 (Missing)', 'CreateContainer foo2-0 (Missing)'],
  },
  {
    name: 'no init containers have been started; start the first one',
    seen: (pod) => [seen(pod, 'POD')],
    deeds: ['CreateContainer init1-0 (Missing)'],
  },
  {
    name: 'the next one starts when the one before it succeeded',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'init1', 0)],
    deeds: ['CreateContainer init2-0 (Missing)'],
  },
  {
    name: 'initialization in progress; do nothing',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'init1', 0), dead(pod, 'init2', 0), seen(pod, 'init3')],
    deeds: [],
  },
  {
    name: 'Kill pod and restart the first init container if the pod sandbox is dead',
    seen: (pod) => [
      ...[seen(pod, 'POD', { attempt: 1 }), dead(pod, 'POD', 137)],
      ...[dead(pod, 'init1', 0), dead(pod, 'init2', 0), dead(pod, 'init3', 0), dead(pod, 'foo1', 137)],
    ],
    deeds: ['CreateContainer init1-1 (SandboxDied)'],
  },
  {
    name: 'initialization failed; restart the last init container if RestartPolicy == Always',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'init1', 0), dead(pod, 'init2', 0), dead(pod, 'init3', 137)],
    deeds: ['CreateContainer init3-1 (Died)'],
  },
  {
    name: 'initialization failed; restart the last init container if RestartPolicy == OnFailure',
    restartPolicy: 'OnFailure',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'init1', 0), dead(pod, 'init2', 0), dead(pod, 'init3', 137)],
    deeds: ['CreateContainer init3-1 (Died)'],
  },
  {
    name: 'initialization failed; kill pod if RestartPolicy == Never',
    restartPolicy: 'Never',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'init1', 0), dead(pod, 'init2', 0), dead(pod, 'init3', 137)],
    deeds: ['RemoveContainer POD-0 (PodFinished)'],
  },
  {
    name: 'Pod sandbox not ready, init container failed, but RestartPolicy == Never; kill pod only',
    restartPolicy: 'Never',
    seen: (pod) => [dead(pod, 'POD', 0), dead(pod, 'init1', 0), dead(pod, 'init2', 1)],
    deeds: ['RemoveContainer POD-0 (PodFinished)'],
  },
  {
    name: 'Pod sandbox not ready, and RestartPolicy == Never, but no visible init containers;  create a new pod sandbox',
    restartPolicy: 'Never',
    seen: (pod) => [dead(pod, 'POD', 0)],
    deeds: ['CreateSandbox POD-1 (SandboxDied)'],
  },
  {
    name: 'Pod sandbox not ready, init container failed, and RestartPolicy == OnFailure; create a new pod sandbox',
    restartPolicy: 'OnFailure',
    seen: (pod) => [dead(pod, 'POD', 0), dead(pod, 'init1', 0), dead(pod, 'init2', 0), dead(pod, 'init3', 137)],
    deeds: ['CreateSandbox POD-1 (SandboxDied)'],
  },
  {
    name: "some of the init container statuses are missing but the last init container is running, don't restart preceding ones",
    seen: (pod) => [seen(pod, 'POD'), seen(pod, 'init3')],
    deeds: [],
  },
  {
    name: 'a removed earlier one is not run again when a later one succeeded (kubelet.md 2.5)',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'init2', 0)],
    deeds: ['CreateContainer init3-0 (Missing)'],
  },
  {
    name: 'init containers do not run again once a regular one has started in this sandbox (kubelet.md 2.5)',
    seen: (pod) => [seen(pod, 'POD'), dead(pod, 'foo1', 1), seen(pod, 'foo2')],
    deeds: ['CreateContainer foo1-1 (Died)'],
  },
  {
    name: 'regular containers that are only created do not count as started',
    seen: (pod) => [seen(pod, 'POD'), created(pod, 'foo1')],
    deeds: ['CreateContainer init1-0 (Missing)'],
  },
]

for (const [title, podOf, cases] of [
  ['TestComputePodActions', trio, trioCases],
  ['TestComputePodActionsWithInitContainers', withInits, initCases],
] as const) {
  await t.test(title, async (t) => {
    for (const { name, restartPolicy, seen: seenOf, deeds: expected } of cases) {
      const pod = podOf(restartPolicy)
      t.strictSame(deeds(run(pod, seenOf(pod))), expected, name)
    }
  })
}

function held(pod: DesiredPod | null, why = 'broken'): Desire & { kind: 'hold' } {
  return { kind: 'hold', pod, isRemembered: false, cause: 'file', why }
}

await t.test('what is made says what it was made from', async (t) => {
  const pod = aPod({
    graceMs: 5 * second,
    file: 'shop.yaml',
    containers: [aContainer('app', { ports: [aPort({ hostPort: 8080 })] })],
  })
  const [sandbox] = run(pod, []).actions
  t.match(sandbox, {
    kind: 'CreateSandbox',
    spec: {
      identity: {
        ...{ namespace: 'default', podName: 'web', podUid: uid, kind: 'sandbox', name: 'POD', attempt: 0, crashes: 0 },
        ...{ hash: seen(pod, 'POD').hash, podHash: seen(pod, 'POD').hash, sandboxId: null },
        ...{ file: 'shop.yaml', graceMs: 5000, podStartedAtMs: nowWallMs },
      },
      hostname: 'web',
      hostNetwork: false,
      ports: [{ containerPort: 80, protocol: 'TCP', hostPort: 8080, hostIP: null }],
    },
  })
  const [app] = run(pod, [seen(pod, 'POD', { podStartedAtMs: 5 })]).actions
  t.match(app, {
    kind: 'CreateContainer',
    spec: {
      identity: {
        ...{ kind: 'container', name: 'app', hash: seen(pod, 'app').hash, podHash: seen(pod, 'POD').hash },
        ...{ sandboxId: 'POD-0', podStartedAtMs: 5 },
      },
    },
  })
})

await t.test('a hostname has at most 63 characters and ends with a letter or digit', async (t) => {
  const hostname = (name: string): string => {
    const [action] = run(aPod({ name }), []).actions
    return action?.kind === 'CreateSandbox' ? action.spec.hostname : ''
  }
  t.equal(hostname('a'.repeat(70)), 'a'.repeat(63))
  t.equal(hostname(`${'a'.repeat(61)}-.b`), 'a'.repeat(61))
})

await t.test('mounts follow the prepared paths, and nothing is made before every volume is', async (t) => {
  const pod = aPod({
    volumes: [
      { kind: 'emptyDir', name: 'data', medium: '', sizeLimitBytes: null },
      { kind: 'hostPath', name: 'etc', path: '/etc', type: 'Directory' },
    ],
    containers: [
      aContainer('app', {
        mounts: [
          { volume: 'etc', mountPath: '/host/etc', readOnly: true },
          { volume: 'data', mountPath: '/data', readOnly: false },
        ],
      }),
    ],
  })
  const [create] = run(pod, [seen(pod, 'POD')]).actions
  t.match(create, {
    spec: {
      mounts: [
        { hostPath: '/volumes/etc', mountPath: '/host/etc', readOnly: true },
        { hostPath: '/volumes/data', mountPath: '/data', readOnly: false },
      ],
    },
  })
  const none = new Map<string, string>()
  const waiting = run(pod, [seen(pod, 'POD')], { volumePaths: none })
  t.strictSame(deeds(waiting), ['PrepareVolume data (Missing)', 'PrepareVolume etc (Missing)'])
  t.strictSame(waits(waiting), ['ContainerCreating app'])
  t.strictSame(deeds(run(pod, [], { volumePaths: none })), [
    ...['PrepareVolume data (Missing)', 'PrepareVolume etc (Missing)', 'CreateSandbox POD-0 (Missing)'],
  ])
  t.strictSame(deeds(run(pod, [seen(pod, 'POD'), seen(pod, 'app')], { volumePaths: none })), [], 'not for what runs')
})

await t.test('a container without a sandbox stands for itself', async (t) => {
  const pod = aPod({ hostNetwork: true })
  t.strictSame(deeds(run(pod, [])), ['CreateContainer app-0 (Missing)'])
  t.strictSame(deeds(run(pod, [created(pod, 'app')])), ['StartContainer app-0 (Prepared)'])
  t.strictSame(deeds(run(pod, [seen(pod, 'app')])), [])
  t.strictSame(deeds(run(pod, [dead(pod, 'app', 1)])), ['CreateContainer app-1 (Died)'])
})

await t.test(
  'a pod that no longer needs its sandbox ends what stands in it, then the sandbox, then runs without',
  async (t) => {
    const before = aPod()
    const pod = aPod({ hostNetwork: true })
    t.strictSame(deeds(run(pod, [seen(before, 'POD'), seen(before, 'app')])), [
      'KillContainer app-0 SIGTERM (SandboxEdited)',
    ])
    const noImage = { images: new Map([['app:1', { present: false, user: '', atTickMs: nowTickMs }]]) }
    t.strictSame(deeds(run(pod, [seen(before, 'POD'), seen(before, 'app')], noImage)), ['PullImage app:1 (Missing)'])
    t.strictSame(deeds(run(pod, [seen(before, 'POD'), dead(before, 'app', 143)])), [
      'RemoveContainer POD-0 (SandboxEdited)',
    ])
    t.strictSame(deeds(run(pod, [dead(before, 'app', 143)])), ['CreateContainer app-1 (Edited)'])
  },
)

await t.test(
  'an edit of what the sandbox carries: images first, then the end of all, then the sandbox, then the new one',
  async (t) => {
    const before = aPod({ containers: containers('app', 'side') })
    const pod = aPod({
      containers: [aContainer('app', { ports: [aPort({ hostPort: 80 })], image: 'app:2' }), aContainer('side')],
    })
    const running = [seen(before, 'POD'), seen(before, 'app'), seen(before, 'side')]
    const absent = new Map([
      ['app:1', { present: true, user: '', atTickMs: nowTickMs }],
      ['app:2', { present: false, user: '', atTickMs: nowTickMs }],
    ])
    t.strictSame(deeds(run(pod, running, { images: absent })), ['PullImage app:2 (Missing)'])
    t.strictSame(deeds(run(pod, running)), [
      'KillContainer app-0 SIGTERM (SandboxEdited)',
      'KillContainer side-0 SIGTERM (SandboxEdited)',
    ])
    const halfway = [
      seen(before, 'POD'),
      dead(before, 'app', 143),
      seen(before, 'side', { stopRequestedTickMs: nowTickMs }),
    ]
    t.strictSame(deeds(run(pod, halfway)), [])
    const ended = [seen(before, 'POD'), dead(before, 'app', 143), dead(before, 'side', 143)]
    t.strictSame(deeds(run(pod, ended)), ['RemoveContainer POD-0 (SandboxEdited)'])
    const gone = ended.slice(1)
    t.strictSame(deeds(run(pod, gone)), ['CreateSandbox POD-0 (Missing)'])
    const anew = [seen(pod, 'POD'), ...gone]
    t.strictSame(deeds(run(pod, anew)), ['CreateContainer app-1 (Edited)', 'CreateContainer side-1 (Edited)'])
  },
)

await t.test('a start under way is waited for before what it stands on goes', async (t) => {
  const pod = aPod()
  const plan = run(pod, [dead(pod, 'POD', 137), created(pod, 'app')], { inFlight: new Set(['StartContainer app-0']) })
  t.strictSame(deeds(plan), [])
  t.ok(waits(plan).includes('InFlight app: StartContainer'))
})

await t.test(
  'two of a kind: the older one that runs is ended before anything else is done for the container',
  async (t) => {
    const pod = aPod()
    const two = [seen(pod, 'POD'), seen(pod, 'app'), dead(pod, 'app', 1, { attempt: 1 })]
    t.strictSame(deeds(run(pod, two)), ['KillContainer app-0 SIGTERM (Superseded)'])
  },
)

await t.test('a created container of another spec, or in another sandbox, is removed and not started', async (t) => {
  const pod = aPod()
  for (const fields of [{ hash: 'other' }, { podHash: 'other' }, { sandboxId: containerId('POD-9') }]) {
    const plan = run(pod, [seen(pod, 'POD'), created(pod, 'app', fields)])
    t.strictSame(deeds(plan), ['RemoveContainer app-0 (Superseded)'], Object.keys(fields).join())
  }
})

await t.test('a running container of another pod hash, or in another sandbox, is replaced', async (t) => {
  const pod = aPod()
  for (const fields of [{ podHash: 'other' }, { sandboxId: containerId('POD-9') }]) {
    const plan = run(pod, [seen(pod, 'POD'), seen(pod, 'app', fields)])
    t.strictSame(deeds(plan), ['KillContainer app-0 SIGTERM (Edited)'], Object.keys(fields).join())
  }
})

await t.test('resources change in place, save for a memory limit that is lifted', async (t) => {
  const limited = aPod({
    containers: [
      aContainer('app', {
        resources: { cpuRequestMillis: 250, cpuLimitMillis: 500, memoryRequestBytes: 100, memoryLimitBytes: 100 },
      }),
    ],
  })
  const free = aPod()
  const raise = run(limited, [seen(free, 'POD'), seen(free, 'app')])
  t.strictSame(deeds(raise), ['UpdateResources app-0 (Edited)'])
  t.match(raise.actions[0], { resources: { cpuShares: 256, cpuQuotaMicros: 50_000, memoryBytes: 100 } })
  t.strictSame(deeds(run(free, [seen(limited, 'POD'), seen(limited, 'app')])), ['KillContainer app-0 SIGTERM (Edited)'])
  const edited = run(limited, [seen(free, 'POD'), seen(free, 'app', { hash: 'other' })])
  t.strictSame(deeds(edited), ['KillContainer app-0 SIGTERM (Edited)'], 'not on the old one when it is replaced anyhow')
  const stopping = seen(free, 'app', { stopRequestedTickMs: nowTickMs })
  t.strictSame(deeds(run(limited, [seen(free, 'POD'), stopping])), [], 'nor on one that is being stopped')
})

await t.test('a container that was asked to stop is ended although its spec fits again by now', async (t) => {
  const pod = aPod()
  const plan = run(pod, [seen(pod, 'POD'), seen(pod, 'app', { stopRequestedTickMs: nowTickMs - 30 * second })])
  t.strictSame(deeds(plan), ['KillContainer app-0 SIGKILL (GraceExpired)'])
})

await t.test('remove: members end, then everything is removed, then volumes, then the record', async (t) => {
  const pod = aPod({ containers: containers('a', 'b') })
  const remove = (graceMs: number | null, present: ObservedContainer[], context = {}): string[] =>
    deeds(
      planPod(
        { kind: 'remove', pod: graceMs === null ? null : { ...pod, graceMs } },
        observed(pod, ...present),
        aContext(pod, context),
      ),
    )
  const stopping = { stopRequestedTickMs: nowTickMs - 6 * second }
  t.strictSame(remove(5000, [seen(pod, 'POD'), seen(pod, 'a'), created(pod, 'b')]), [
    'KillContainer a-0 SIGTERM (PodRemoved)',
    'RemoveContainer b-0 (PodRemoved)',
  ])
  t.strictSame(remove(5000, [seen(pod, 'a', stopping)]), ['KillContainer a-0 SIGKILL (GraceExpired)'])
  t.strictSame(remove(null, [seen(pod, 'a', stopping)]), [], 'without a manifest its own label counts')
  t.strictSame(remove(5000, [seen(pod, 'POD'), dead(pod, 'a', 0), dead(pod, 'b', 0)]), [
    ...['RemoveContainer POD-0 (PodRemoved)', 'RemoveContainer a-0 (PodRemoved)', 'RemoveContainer b-0 (PodRemoved)'],
  ])
  const remembered = dead(pod, 'a', 0, { remembered: true })
  const volumeUids = new Set([uid, podUid('uid-0')])
  t.strictSame(remove(5000, [remembered], { volumeUids }), [
    'RemoveVolumes uid-1 (PodRemoved)',
    'RemoveVolumes uid-0 (PodRemoved)',
  ])
  t.strictSame(remove(5000, [remembered], { volumeUids: new Set() }), ['RemoveRecord default/web (PodRemoved)'])
  t.strictSame(remove(5000, [], { volumeUids: new Set(), record: null }), [])
})

await t.test('a running sandbox is removed by force, anything else never', async (t) => {
  const pod = aPod()
  const plan = planPod(
    { kind: 'remove', pod: { ...pod, graceMs: 0 } },
    observed(pod, seen(pod, 'POD'), dead(pod, 'app', 0)),
    aContext(pod),
  )
  t.match(plan.actions, [
    { id: 'POD-0', force: true },
    { id: 'app-0', force: false },
  ])
})

await t.test('stop: what ended by it is removed where it would look like a crash, the rest stays', async (t) => {
  const stop = (pod: DesiredPod, ...present: ObservedContainer[]): string[] =>
    deeds(planPod({ kind: 'stop', pod }, observed(pod, ...present), aContext(pod)))
  const pod = aPod()
  const alone = aPod({ hostNetwork: true })
  const asked = { stopRequestedTickMs: nowTickMs }
  t.strictSame(stop(pod, seen(pod, 'POD'), seen(pod, 'app')), ['KillContainer app-0 SIGTERM (PodStopped)'])
  t.strictSame(stop(pod, seen(pod, 'POD'), dead(pod, 'app', 143, asked)), ['RemoveContainer POD-0 (PodStopped)'])
  t.strictSame(stop(pod, dead(pod, 'app', 143, asked)), [])
  t.strictSame(stop(alone, dead(alone, 'app', 143, asked)), ['RemoveContainer app-0 (PodStopped)'])
  t.strictSame(stop(alone, dead(alone, 'app', 1)), [], 'its own death is remembered')
  const job = aPod({ restartPolicy: 'OnFailure' })
  t.strictSame(stop(job, dead(job, 'app', 0, asked)), ['RemoveContainer app-0 (PodStopped)'], 'interrupted is not done')
  t.strictSame(stop(job, dead(job, 'app', 0)), [], 'done is done')
  const once = aPod({ hostNetwork: true, restartPolicy: 'Never' })
  t.strictSame(stop(once, dead(once, 'app', 143, asked)), [], 'what never restarts has had its run')
})

await t.test('hold: nothing without a known spec, with one as it was, and says why', async (t) => {
  const pod = aPod()
  const hold = (known: DesiredPod | null): ReturnType<typeof planPod> =>
    planPod(held(known, 'web.yaml:3:1: no'), observed(pod, dead(pod, 'app', 1)), aContext(pod))
  t.strictSame(hold(null), {
    actions: [],
    waits: [{ reason: 'Held', container: null, message: 'web.yaml:3:1: no', untilTickMs: null }],
  })
  t.strictSame(deeds(hold(pod)), ['CreateSandbox POD-0 (Missing)'])
  t.ok(waits(hold(pod)).includes('Held: web.yaml:3:1: no'))
})

await t.test(
  'held by what the state folder remembers, which may be older: what lives is right, what is dead is made from it',
  async (t) => {
    const newer = aPod({ containers: [aContainer('app', { image: 'app:2' }), aContainer('extra')] })
    const older = aPod({ containers: [aContainer('app'), aContainer('gone')], hostNetwork: true })
    const plan = (pod: DesiredPod, isRemembered: boolean, ...present: ObservedContainer[]): string[] =>
      deeds(planPod({ ...held(pod), isRemembered }, observed(newer, ...present), aContext(newer)))
    const living = [seen(newer, 'POD'), seen(newer, 'app'), seen(newer, 'extra')]
    t.notSame(plan(aPod(), false, ...living), [], 'a manifest that was read counts')
    t.strictSame(plan(aPod(), true, ...living), [])
    t.strictSame(plan(older, true, ...living), ['CreateContainer gone-0 (Missing)'])
    const crashed = [seen(newer, 'POD'), dead(newer, 'app', 1), seen(newer, 'extra')]
    t.strictSame(plan(aPod(), true, ...crashed), ['CreateContainer app-1 (Died)'])
    const job = aPod({ restartPolicy: 'Never' })
    t.strictSame(plan(job, true, dead(newer, 'app', 0)), [], 'what is done under a newer spec is done')
  },
)

await t.test('an earlier pod of the name, by its uid, goes entirely before anything is made', async (t) => {
  const pod = aPod({ uid: podUid('uid-2') })
  const old = aPod({ uid: podUid('uid-1') })
  t.strictSame(deeds(run(pod, [seen(old, 'POD'), seen(old, 'app')])), ['KillContainer app-0 SIGTERM (PodRemoved)'])
  t.strictSame(deeds(run(pod, [seen(old, 'POD')])), ['RemoveContainer POD-0 (PodRemoved)'])
  t.strictSame(deeds(run(pod, [], { volumeUids: new Set([uid]) })), [...['CreateSandbox POD-0 (Missing)']])
  const running = [seen(pod, 'POD'), seen(pod, 'app')]
  t.strictSame(deeds(run(pod, running, { volumeUids: new Set([uid, podUid('uid-2')]) })), [
    'RemoveVolumes uid-1 (PodRemoved)',
  ])
})

await t.test('a pod whose removal has begun is removed to the end although it is wanted again', async (t) => {
  const pod = aPod()
  const doomed = { doomedUids: new Set([uid]) }
  t.strictSame(deeds(run(pod, [seen(pod, 'POD'), seen(pod, 'app')], doomed)), [
    'KillContainer app-0 SIGTERM (PodRemoved)',
  ])
  t.strictSame(deeds(run(pod, [seen(pod, 'POD')], doomed)), ['RemoveContainer POD-0 (PodRemoved)'])
  t.strictSame(deeds(run(pod, [], doomed)), ['RemoveVolumes uid-1 (PodRemoved)'])
  const [made] = run(pod, [], { volumeUids: new Set() }).actions.filter((action) => action.kind === 'CreateSandbox')
  t.equal(made?.spec.identity.podUid, 'uid-fresh', 'then it is another pod')
  const fixed = aPod({ uid })
  t.strictSame(
    deeds(run(fixed, [seen(fixed, 'app')], doomed)),
    ['KillContainer app-0 SIGTERM (PodRemoved)'],
    'also with a fixed uid',
  )
})

await t.test(
  'the uid: what the manifest sets, else what the newest container says, else that of the record or of the volumes, else a fresh one',
  async (t) => {
    const uidOf = (pod: DesiredPod, present: ObservedContainer[], context = {}): string | undefined =>
      run(pod, present, { record: recordOf(pod, { uid: podUid('uid-r') }), ...context }).actions.flatMap((action) =>
        action.kind === 'CreateSandbox' ? [action.spec.identity.podUid] : [],
      )[0]
    const pod = aPod()
    const older = seen(pod, 'app', { podUid: podUid('uid-a'), createdAtMs: 1 })
    const newer = seen(pod, 'app', { podUid: podUid('uid-b'), createdAtMs: 2, attempt: 1 })
    t.equal(uidOf(aPod({ uid: podUid('uid-m') }), []), 'uid-m')
    t.strictSame(deeds(run(pod, [older, newer])), ['KillContainer app-0 SIGTERM (PodRemoved)'], 'the newest living one')
    t.equal(uidOf(pod, [], { volumeUids: new Set(['uid-r']) }), 'uid-r')
    t.equal(uidOf(pod, [], { volumeUids: new Set() }), 'uid-fresh', 'a record without volumes is of a removed pod')
    t.equal(uidOf(pod, [], { record: null }), 'uid-1', 'volumes that are there are the pod’s')
    t.equal(uidOf(pod, [], { record: null, volumeUids: new Set() }), 'uid-fresh')
    const remembered = dead(pod, 'app', 0, { podUid: podUid('uid-x'), remembered: true })
    t.equal(uidOf(pod, [remembered], { volumeUids: new Set() }), 'uid-fresh', 'a memory is no living container')
  },
)

await t.test('a finished pod: what still runs or may run ends, then the sandbox goes, the dead stay', async (t) => {
  const pod = aPod({ restartPolicy: 'Never', initContainers: containers('init'), containers: containers('app') })
  const failed = dead(pod, 'init', 1)
  t.strictSame(deeds(run(pod, [seen(pod, 'POD'), failed, seen(pod, 'app')])), [
    'KillContainer app-0 SIGTERM (PodFinished)',
  ])
  t.strictSame(deeds(run(pod, [seen(pod, 'POD'), failed, created(pod, 'app')])), [
    'RemoveContainer app-0 (PodFinished)',
  ])
  t.strictSame(deeds(run(pod, [seen(pod, 'POD'), failed])), ['RemoveContainer POD-0 (PodFinished)'])
  t.strictSame(deeds(run(pod, [failed])), [])
  const memory = dead(pod, 'app', 0, { remembered: true })
  t.strictSame(deeds(run(pod, [memory])), [], 'also known from the state folder only')
})

await t.test(
  'leftovers: of each container the newest dead one stays, superfluous sandboxes and foreign containers go',
  async (t) => {
    const pod = aPod()
    const old = [0, 1, 2].map((attempt) => dead(pod, 'app', 1, { attempt }))
    t.strictSame(deeds(run(pod, [seen(pod, 'POD'), ...old, seen(pod, 'app', { attempt: 3 })])), [
      'RemoveContainer app-1 (Superseded)',
      'RemoveContainer app-0 (Superseded)',
    ])
    t.strictSame(
      deeds(
        run(pod, [
          seen(pod, 'POD', { attempt: 1 }),
          dead(pod, 'POD', 0),
          seen(pod, 'app', { sandboxId: containerId('POD-1') }),
        ]),
      ),
      ['RemoveContainer POD-0 (Superseded)'],
    )
    const before = aPod({ containers: containers('app', 'x', 'y') })
    t.strictSame(deeds(run(pod, [seen(pod, 'POD'), seen(pod, 'app'), seen(before, 'x'), dead(before, 'y', 0)])), [
      'KillContainer x-0 SIGTERM (NotInManifest)',
      'RemoveContainer y-0 (NotInManifest)',
    ])
    const busy = run(pod, [seen(pod, 'POD'), ...old])
    t.strictSame(deeds(busy), ['CreateContainer app-3 (Died)'], 'only when nothing more urgent is planned')
    const [create] = busy.actions
    const making = run(pod, [seen(pod, 'POD'), ...old], { inFlight: new Set([actionKey(create!)]) })
    t.strictSame(deeds(making), [], 'nor while it is under way')
  },
)

await t.test(
  'the record follows the manifest, and holds how containers ended only where they do not restart for ever',
  async (t) => {
    const pod = aPod()
    const saved = (one: DesiredPod, present: ObservedContainer[], context = {}): unknown =>
      savedRecords(run(one, present, context))
    t.strictSame(saved(pod, [seen(pod, 'POD'), dead(pod, 'app', 1)]), [])
    t.strictSame(saved(pod, [], { record: null }), [], 'not beside the making of a sandbox')
    t.strictSame(saved(pod, [seen(pod, 'POD')], { record: null }), [], 'nor of a container')
    const isAbsent = { images: new Map([['app:1', { present: false, user: '', atTickMs: nowTickMs }]]) }
    const pulling = { ...isAbsent, record: null, inFlight: new Set(['PullImage app:1']) }
    t.strictSame(saved(pod, [seen(pod, 'POD')], pulling), [recordOf(pod)], 'a pull may take minutes')
    t.strictSame(saved(pod, [seen(pod, 'POD'), seen(pod, 'app')], { record: null }), [recordOf(pod)])
    const moved = aPod({ file: 'other.yaml' })
    const members = [seen(moved, 'POD'), seen(moved, 'app')]
    t.match(saved(moved, members, { record: recordOf(pod) }), [{ file: 'other.yaml', ended: [] }])
    const job = aPod({ restartPolicy: 'OnFailure', containers: containers('app', 'side') })
    const ended = [dead(job, 'app', 0, { attempt: 1 }), dead(job, 'app', 1), seen(job, 'side')]
    const [record] = savedRecords(run(job, ended))
    t.strictSame(
      record?.ended.map((facts) => facts.id),
      ['app-1'],
    )
    t.notOk('finishedTickMs' in record!.ended[0]!, 'without readings of a clock that ends with the process')
    t.strictSame(saved(job, ended, { record }), [])
  },
)

await t.test('what is under way is not planned again and what failed is waited for', async (t) => {
  const pod = aPod()
  const key = `CreateContainer uid-1 app 0 ${seen(pod, 'app').hash}`
  const underWay = run(pod, [seen(pod, 'POD')], { inFlight: new Set([key]) })
  t.strictSame(deeds(underWay), [])
  t.strictSame(waits(underWay), ['InFlight app: CreateContainer'])
  const failure = aFailure({ count: 3, atTickMs: nowTickMs - second, retry: 'soon' })
  const failed = run(pod, [seen(pod, 'POD')], { failures: new Map([[key, failure]]) })
  t.strictSame(deeds(failed), [])
  t.strictSame(waits(failed), ['CreateContainerError app in 3 s: it failed (look)'])
  const due = run(pod, [seen(pod, 'POD')], { failures: new Map([[key, failure]]), nowTickMs: nowTickMs + 3 * second })
  t.strictSame(deeds(due), ['CreateContainer app-0 (Missing)'])
  t.strictSame(waits(due), ['CreateContainerError app: it failed (look)'], 'the reason stays until it succeeds')
})

await t.test('a pod’s start is what its first container says, or now', async (t) => {
  const pod = aPod({ containers: containers('a', 'b') })
  const [create] = run(pod, [seen(pod, 'POD', { podStartedAtMs: 7 }), seen(pod, 'a', { podStartedAtMs: 9 })]).actions
  t.match(create, { spec: { identity: { podStartedAtMs: 7 } } })
  const [damaged] = run(pod, [seen(pod, 'POD', { podStartedAtMs: 0 }), seen(pod, 'a', { podStartedAtMs: 9 })]).actions
  t.match(damaged, { spec: { identity: { podStartedAtMs: 9 } } }, 'a label without a time does not count')
})

await t.test(
  'crashes are counted along: one more after a crash, kept over a dead sandbox, none after an edit',
  async (t) => {
    const pod = aPod()
    const crashes = (one: ObservedContainer, sandbox = seen(pod, 'POD')): number | undefined => {
      const [action] = run(pod, [sandbox, one], { nowTickMs: nowTickMs + 10 * minute }).actions
      return action?.kind === 'CreateContainer' ? action.spec.identity.crashes : undefined
    }
    t.equal(crashes(dead(pod, 'app', 1, { crashes: 3 })), 4)
    t.equal(crashes(dead(pod, 'app', 1, { crashes: 3 }), seen(pod, 'POD', { attempt: 1 })), 3)
    t.equal(crashes(dead(pod, 'app', 1, { crashes: 3, hash: 'other' })), 0)
  },
)

await t.test('an edited container runs on until its new image is there', async (t) => {
  const pod = aPod({ containers: [aContainer('app', { image: 'app:2' })] })
  const running = [seen(pod, 'POD'), seen(pod, 'app', { hash: 'other', image: 'app:1' })]
  const absent = { images: new Map([['app:2', { present: false, user: '', atTickMs: nowTickMs }]]) }
  t.strictSame(deeds(run(pod, running, absent)), ['PullImage app:2 (Missing)'])
  t.strictSame(deeds(run(pod, running)), ['KillContainer app-0 SIGTERM (Edited)'])
})

await t.test('of two dead instances only the newer is kept while it waits for its restart', async (t) => {
  const pod = aPod()
  const two = [dead(pod, 'app', 1, { attempt: 1, crashes: 2 }), dead(pod, 'app', 1)]
  t.strictSame(deeds(run(pod, [seen(pod, 'POD'), ...two])), ['RemoveContainer app-0 (Superseded)'])
})

await t.test('the image of a container that is done is not fetched for a new sandbox', async (t) => {
  const pod = aPod({
    restartPolicy: 'OnFailure',
    containers: [aContainer('app'), aContainer('once', { image: 'once:1' })],
  })
  const images = new Map([
    ['app:1', { present: true, user: '', atTickMs: nowTickMs }],
    ['once:1', { present: false, user: '', atTickMs: nowTickMs }],
  ])
  const plan = run(pod, [dead(pod, 'POD', 137), dead(pod, 'app', 137), dead(pod, 'once', 0)], { images })
  t.strictSame(deeds(plan), ['CreateSandbox POD-1 (SandboxDied)'])
})

await t.test('a sandbox on the host’s network publishes no ports', async (t) => {
  const ports = [aPort({ hostPort: 80 })]
  const pod = aPod({ hostNetwork: true, containers: [aContainer('app', { ports }), aContainer('side')] })
  const [sandbox] = run(pod, []).actions
  t.strictSame(sandbox?.kind === 'CreateSandbox' ? [sandbox.spec.hostNetwork, sandbox.spec.ports] : null, [true, []])
})

const absentImage = { images: new Map([['app:1', { present: false, user: '', atTickMs: nowTickMs }]]) }

await t.test(
  'an earlier pod runs on until the images are there; one that ended, or whose removal has begun, does not',
  async (t) => {
    const old = aPod({ uid })
    const pod = aPod({ uid: podUid('uid-2') })
    const running = [seen(old, 'POD'), seen(old, 'app')]
    t.strictSame(deeds(run(pod, running, absentImage)), ['PullImage app:1 (Missing)'])
    t.strictSame(deeds(run(pod, [dead(old, 'POD', 0), dead(old, 'app', 0)], absentImage)), [
      ...['RemoveContainer POD-0 (PodRemoved)', 'RemoveContainer app-0 (PodRemoved)'],
    ])
    const doomed = { ...absentImage, doomedUids: new Set([uid]) }
    t.strictSame(deeds(run(pod, running, doomed)), ['KillContainer app-0 SIGTERM (PodRemoved)'])
  },
)

await t.test('what stood in a sandbox that is no longer needed and has ended waits for no image', async (t) => {
  const pod = aPod({ hostNetwork: true })
  const before = aPod()
  t.strictSame(deeds(run(pod, [seen(before, 'POD'), dead(before, 'app', 0)], absentImage)), [
    'RemoveContainer POD-0 (SandboxEdited)',
  ])
})

await t.test('a pod that comes to need a sandbox runs on without it until its images are there', async (t) => {
  const pod = aPod()
  const before = [seen(aPod({ hostNetwork: true }), 'app')]
  t.strictSame(deeds(run(pod, before, absentImage)), ['PullImage app:1 (Missing)'])
  t.strictSame(deeds(run(pod, before)), ['KillContainer app-0 SIGTERM (SandboxEdited)'])
})

await t.test(
  'a renamed container runs on until the image of the new one is there, and has ended before that is made',
  async (t) => {
    const pod = aPod({ containers: containers('new') })
    const old = aPod({ containers: containers('old') })
    t.strictSame(deeds(run(pod, [seen(pod, 'POD'), seen(old, 'old')], absentImage)), ['PullImage app:1 (Missing)'])
    t.strictSame(deeds(run(pod, [seen(pod, 'POD'), seen(old, 'old')])), ['KillContainer old-0 SIGTERM (NotInManifest)'])
    t.strictSame(deeds(run(pod, [seen(pod, 'POD'), dead(old, 'old', 0)])), ['CreateContainer new-0 (Missing)'])
  },
)

await t.test(
  'a memory limit that cannot be lifted in place restarts the container only where it would restart',
  async (t) => {
    const limited = aContainer('app', { resources: { ...noResources, memoryLimitBytes: 100 } })
    const lifted = (restartPolicy: RestartPolicy): ReturnType<typeof run> => {
      const pod = aPod({ restartPolicy })
      return run(pod, [seen(pod, 'POD'), seen(aPod({ restartPolicy, containers: [limited] }), 'app')])
    }
    t.strictSame(deeds(lifted('OnFailure')), ['KillContainer app-0 SIGTERM (Edited)'])
    t.strictSame(deeds(lifted('Never')), [])
    t.match(waits(lifted('Never')), [/^ResizePodInPlaceError app: /])
  },
)

await t.test('an older sandbox stays while something in its grace period still stands in it', async (t) => {
  const pod = aPod()
  const home = { sandboxId: containerId('POD-1'), attempt: 1 }
  const two = [seen(pod, 'POD', { attempt: 1 }), seen(pod, 'POD')]
  const leaving = seen(pod, 'app', { killRequestedTickMs: nowTickMs })
  t.strictSame(deeds(run(pod, [...two, leaving])), [])
  t.strictSame(deeds(run(pod, [...two, seen(pod, 'app', home)])), ['RemoveContainer POD-0 (Superseded)'])
})

await t.test(
  'a pod that waits for a port lets go of a sandbox in which nothing runs, and touches what runs',
  async (t) => {
    const port = { containerPort: 80, protocol: 'TCP', hostPort: 80, hostIP: null }
    const withPort = (hostPort: number): DesiredPod =>
      aPod({ containers: [aContainer('app', { ports: [aPort({ hostPort })] }), aContainer('side')] })
    const [before, pod] = [withPort(81), withPort(80)]
    const takenPorts = [{ port, holder: podKey('default', 'other'), isHeld: true }]
    const sandbox = seen(before, 'POD')
    t.strictSame(deeds(run(pod, [sandbox, seen(before, 'app'), seen(before, 'side')], { takenPorts })), [])
    t.strictSame(deeds(run(pod, [sandbox, seen(before, 'app'), dead(before, 'side', 1)], { takenPorts })), [])
    const down = [dead(before, 'app', 0), dead(before, 'side', 1)]
    t.strictSame(deeds(run(pod, [sandbox, ...down], { takenPorts })), ['RemoveContainer POD-0 (SandboxEdited)'])
    const asked = { stopRequestedTickMs: nowTickMs - 31_000 }
    const stopping = [sandbox, seen(before, 'app', asked), seen(before, 'side')]
    t.strictSame(deeds(run(pod, stopping, { takenPorts })), ['KillContainer app-0 SIGKILL (GraceExpired)'])
    const [held] = run(pod, [], { takenPorts }).waits
    t.equal(held?.message, 'port 80/TCP of the host is taken by pod default/other')
    const [first] = run(pod, [], { takenPorts: takenPorts.map((one) => ({ ...one, isHeld: false })) }).waits
    t.equal(first?.message, 'port 80/TCP of the host goes to pod default/other first, which wants it too')
  },
)

await t.test('a pod that is to be made anew under another uid runs on while it waits for a port', async (t) => {
  const pod = aPod({ uid: podUid('uid-2'), containers: [aContainer('app', { ports: [aPort({ hostPort: 80 })] })] })
  const old = aPod({ uid })
  const port = { containerPort: 80, protocol: 'TCP', hostPort: 80, hostIP: null }
  const takenPorts = [{ port, holder: podKey('default', 'other'), isHeld: true }]
  t.strictSame(deeds(run(pod, [seen(old, 'POD'), seen(old, 'app')], { takenPorts })), [])
  t.strictSame(deeds(run(pod, [seen(old, 'POD'), seen(old, 'app')])), ['KillContainer app-0 SIGTERM (PodRemoved)'])
})
