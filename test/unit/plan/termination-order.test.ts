/**
 * The end of containers, by the kubelet's own tables: the order of a pod's end (pkg/kubelet/kuberuntime/
 * kuberuntime_termination_order_test.go), how long each may take and its hooks (kuberuntime_container_test.go:
 * TestKillContainerGracePeriod, TestLifeCycleHook), each case under the name it has there.
 */

import t from 'tap'

import { planPod, type PlanContext } from '../../../lib/plan/index.js'
import type { DesiredContainer, DesiredPod, HookHandler, ObservedContainer } from '../../../lib/pod/index.js'
import { aContainer, aPod, containers, created, dead, nowTickMs, second, seen } from '../../support/pods.js'
import { aContext, deeds, observed, run, waits } from '../../support/plans.js'
import { aProbe, question } from '../../support/probes.js'
import { verdictsOf } from '../../support/tables.js'

const sidecars = (...names: string[]): DesiredContainer[] =>
  names.map((name) => aContainer(name, { restartPolicy: 'Always' }))

const ago = (seconds: number): number => nowTickMs - seconds * second
const askedAgo = (seconds: number): Partial<ObservedContainer> => ({ stopRequestedTickMs: ago(seconds) })

function endOf(pod: DesiredPod, ...present: readonly ObservedContainer[]): { deeds: string[]; waits: string[] } {
  const plan = planPod({ kind: 'remove', pod }, observed(pod, ...present), aContext(pod))
  return { deeds: deeds(plan), waits: waits(plan) }
}

const asked = (...names: string[]): string[] => names.map((name) => `KillContainer ${name}-0 SIGTERM (PodRemoved)`)

await t.test('TestTerminationOrderingSidecarStopAfterMain', (t) => {
  const pod = aPod({ initContainers: sidecars('init'), containers: containers('main') })
  t.strictSame(endOf(pod, seen(pod, 'init'), seen(pod, 'main')), {
    deeds: asked('main'),
    waits: ['GracePeriod init in 30 s: stops after the containers it serves'],
  })
  t.strictSame(endOf(pod, seen(pod, 'init'), dead(pod, 'main', 0, askedAgo(1))).deeds, asked('init'))
  t.strictSame(endOf(pod, seen(pod, 'init', askedAgo(0)), dead(pod, 'main', 0, askedAgo(1))), {
    deeds: [],
    waits: ['GracePeriod init in 29 s: asked to stop, killed after 30 s'],
  })
  t.end()
})

await t.test('a container that may be about to start holds its sidecars up as one that runs', (t) => {
  const pod = aPod({ initContainers: sidecars('init'), containers: containers('main') })
  const starting = { inFlight: new Set(['StartContainer main-0']) }
  const plan = planPod(
    { kind: 'remove', pod },
    observed(pod, seen(pod, 'init'), created(pod, 'main')),
    aContext(pod, starting),
  )
  t.strictSame(deeds(plan), [])
  t.end()
})

const three = (graceMs: number): DesiredPod =>
  aPod({ graceMs, initContainers: sidecars('sc1', 'sc2', 'sc3'), containers: containers('main') })

await t.test('TestTerminationOrderingSidecarsInReverseOrder', (t) => {
  const pod = three(30 * second)
  const order = ['main', 'sc3', 'sc2', 'sc1']
  for (const [index, name] of order.entries()) {
    const gone = order.slice(0, index).map((one) => dead(pod, one, 0, askedAgo(index)))
    const left = order.slice(index).map((one) => seen(pod, one))
    t.strictSame(endOf(pod, ...gone, ...left).deeds, asked(name), `after ${index} s`)
  }
  t.strictSame(
    endOf(pod, seen(pod, 'sc1'), dead(pod, 'sc2', 0), seen(pod, 'sc3')).deeds,
    asked('sc3'),
    'by their place',
  )
  t.end()
})

await t.test('TestTerminationOrderingObeysGrace', (t) => {
  const pod = three(2 * second)
  const gone = [dead(pod, 'main', 0, askedAgo(2))]
  const left = [seen(pod, 'sc1'), seen(pod, 'sc2')]
  t.strictSame(
    endOf(pod, ...left, seen(pod, 'sc3', askedAgo(1)), dead(pod, 'main', 0, askedAgo(1.999))).deeds,
    [],
    'before it is used up',
  )
  t.strictSame(
    endOf(pod, ...left, seen(pod, 'sc3', askedAgo(1)), ...gone),
    {
      deeds: asked('sc1', 'sc2'),
      waits: ['GracePeriod sc3 in 1 s: asked to stop, killed after 2 s'],
    },
    'all that are left at once; each has two seconds from its signal',
  )
  t.end()
})

await t.test('a plain init container and one that is not in the manifest any more wait for nobody', (t) => {
  const pod = aPod({ initContainers: [...containers('init'), ...sidecars('mesh')], containers: containers('main') })
  const old = aPod({ containers: containers('old') })
  t.strictSame(endOf(pod, seen(pod, 'init'), seen(pod, 'mesh'), seen(old, 'old')).deeds, asked('init', 'old'))
  t.end()
})

/** Its "default termination grace period", 2 s, never counts: a manifest that sets none has the API's 30 s. */
await t.test('TestKillContainerGracePeriod', (t) => {
  type Asked = 'edited' | 'liveness' | 'startup'
  type Graces = { readonly pod: number; readonly liveness?: number; readonly startup?: number }
  const [short, medium, long] = [10, 30, 60]
  const cases: readonly (readonly [string, Graces, Asked, seconds: number])[] = [
    ['use pod termination grace period', { pod: long }, 'edited', long],
    ['liveness probe overrides pod termination grace period', { pod: long, liveness: short }, 'liveness', short],
    ['startup probe overrides pod termination grace period', { pod: long, startup: short }, 'startup', short],
    ['startup probe ..., probe period > pod period', { pod: short, startup: long }, 'startup', long],
    ['liveness probe ..., probe period > pod period', { pod: short, liveness: long }, 'liveness', long],
    ['non-liveness probe failure, use pod termination grace period', { pod: long, liveness: short }, 'edited', long],
    ['non-startup probe failure, use pod termination grace period', { pod: long, startup: short }, 'edited', long],
    ['all three set, use pod', { pod: long, startup: short, liveness: medium }, 'edited', long],
    ['all three set, use startup', { pod: long, startup: short, liveness: medium }, 'startup', short],
    ['all three set, use liveness', { pod: long, startup: short, liveness: medium }, 'liveness', medium],
  ]
  const probe = (seconds: number | undefined): DesiredContainer['livenessProbe'] =>
    aProbe({ graceMs: seconds === undefined ? null : seconds * second })
  for (const [name, graces, reason, seconds] of cases) {
    const foo = aContainer('foo', { livenessProbe: probe(graces.liveness), startupProbe: probe(graces.startup) })
    const pod = aPod({ graceMs: graces.pod * second, containers: [foo] })
    const context: Partial<PlanContext> =
      reason === 'edited' ? {} : { verdicts: verdictsOf({ 'foo-0': { [reason]: 'failure' } }) }
    const fields = { ...askedAgo(0), ...(reason === 'edited' && { hash: 'other' }) }
    t.strictSame(
      waits(run(pod, [seen(pod, 'POD'), seen(pod, 'foo', fields)], context)),
      [`GracePeriod foo in ${seconds} s: asked to stop, killed after ${seconds} s`],
      name,
    )
  }
  t.end()
})

await t.test('TestLifeCycleHook', (t) => {
  const podOf = (graceMs: number, hooks: Partial<DesiredContainer>): DesiredPod =>
    aPod({ graceMs, containers: [aContainer('foo', hooks)] })
  const get: HookHandler = { kind: 'httpGet', scheme: 'HTTP', host: null, port: 8080, path: '/bye', headers: [] }
  for (const [name, handler] of [
    ['PreStop-CMDExec', question('bye')],
    ['PreStop-HTTPGet', get],
  ] as const) {
    const pod = podOf(30 * second, { preStop: handler })
    const plan = planPod({ kind: 'remove', pod }, observed(pod, seen(pod, 'foo')), aContext(pod))
    t.strictSame(deeds(plan), ['RunHook foo-0 preStop (PodRemoved)'], name)
    t.match(
      plan.actions[0],
      { handler, address: '10.1.0.2', timeoutMs: 30_000 },
      `${name}: it has the grace and no more`,
    )
  }
  const none = podOf(0, { preStop: question('bye') })
  t.strictSame(
    endOf(none, seen(none, 'foo')).deeds,
    ['KillContainer foo-0 SIGKILL (PodRemoved)'],
    'PreStop-NoTimeToRun',
  )
  const greeting = podOf(30 * second, { postStart: question('hello') })
  const plan = run(greeting, [seen(greeting, 'POD'), seen(greeting, 'foo', { startedHere: true })])
  t.strictSame(deeds(plan), ['RunHook foo-0 postStart (Prepared)'], 'PostStart-CmdExe')
  t.match(plan.actions[0], { timeoutMs: null }, 'PostStart-CmdExe: however long it takes')
  t.end()
})

await t.test(
  'preStop: its time is taken off the grace, and two seconds are left for the signal (killContainer)',
  (t) => {
    const pod = aPod({ graceMs: 10 * second, containers: [aContainer('foo', { preStop: question('bye') })] })
    const hooked = (begunAgo: number, endedAgo: number | null, fields = {}): ObservedContainer =>
      seen(pod, 'foo', {
        preStop: { begunTickMs: ago(begunAgo), endedTickMs: endedAgo === null ? null : ago(endedAgo), failure: null },
        ...fields,
      })
    const end = (one: ObservedContainer): string[] => Object.values(endOf(pod, one)).flat()
    const inFlight = new Set(['RunHook foo-0 preStop'])
    const remove = (fields: Partial<PlanContext>) =>
      planPod({ kind: 'remove', pod }, observed(pod, hooked(4, null)), aContext(pod, fields))
    t.strictSame(waits(remove({ inFlight })), ['GracePeriod foo in 6 s: its preStop hook runs'])
    t.match(
      remove({}).actions,
      [{ kind: 'RunHook', timeoutMs: 6 * second }],
      'of an earlier podkeep: again, in what is left',
    )
    t.strictSame(end(hooked(4, 0)), asked('foo'), 'the signal when it has ended')
    t.strictSame(end(hooked(10, null)), asked('foo'), 'or when the grace is over')
    t.strictSame(end(hooked(4, 1, askedAgo(1))), ['GracePeriod foo in 6 s: asked to stop, killed after 10 s'])
    t.strictSame(end(hooked(10, null, askedAgo(0))), ['GracePeriod foo in 2 s: asked to stop, killed after 10 s'])
    t.strictSame(end(hooked(12, null, askedAgo(2))), ['KillContainer foo-0 SIGKILL (GraceExpired)'])
    t.end()
  },
)

await t.test('preStop hooks are not ordered: a sidecar’s runs while it waits for its turn', (t) => {
  const pod = aPod({
    initContainers: [aContainer('mesh', { restartPolicy: 'Always', preStop: question('drain') })],
    containers: containers('main'),
  })
  t.strictSame(endOf(pod, seen(pod, 'mesh'), seen(pod, 'main')).deeds, [
    'RunHook mesh-0 preStop (PodRemoved)',
    ...asked('main'),
  ])
  t.end()
})
