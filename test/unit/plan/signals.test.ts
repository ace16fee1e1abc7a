/** `podkeep.io/on-config-change: SIGNAL`: who is told, when, and what of it is remembered. */

import t from 'tap'

import { volumeKey, type Plan, type PlanContext } from '../../../lib/plan/index.js'
import {
  configKey,
  type ConfigObject,
  type ConfigReaction,
  type ContentVolume,
  type DesiredContainer,
  type DesiredMount,
  type DesiredPod,
  type ObservedContainer,
} from '../../../lib/pod/index.js'
import { aConfig, anObject } from '../../support/configs.js'
import { deeds, recordOf, run, savedRecords, waits } from '../../support/plans.js'
import { aContainer, aPod, created, nowTickMs, seen, uid } from '../../support/pods.js'
import { aProbe } from '../../support/probes.js'

const fromMap = (name: string, object: string): ContentVolume => ({
  kind: 'configMap',
  name,
  sources: [
    { kind: 'object', object: configKey('ConfigMap', 'default', object), items: null, mode: 0o644, optional: false },
  ],
})
const ofPod: ContentVolume = {
  kind: 'downwardAPI',
  name: 'me',
  sources: [
    {
      kind: 'pod',
      files: [{ path: 'labels', mode: 0o644, value: { kind: 'fieldRef', field: 'metadata.labels', key: null } }],
    },
  ],
}
const mount = (volume: string, fields: Partial<DesiredMount> = {}): DesiredMount => ({
  volume,
  mountPath: `/${volume}`,
  readOnly: true,
  ...fields,
})
const hangUp: ConfigReaction = { kind: 'signal', byContainer: {}, others: 'SIGHUP' }

function podWith(container: Partial<DesiredContainer>, pod: Partial<DesiredPod> = {}): DesiredPod {
  return aPod({
    onConfigChange: hangUp,
    volumes: [fromMap('conf', 'app'), fromMap('more', 'more'), ofPod],
    containers: [aContainer('app', container)],
    ...pod,
  })
}

const app = anObject('ConfigMap', 'app', { a: 'one' })
const edited = anObject('ConfigMap', 'app', { a: 'two' })
const more = anObject('ConfigMap', 'more', { m: 'x' })

/** As it was when these were written into the volumes. */
function written(pod: DesiredPod, objects: readonly ConfigObject[]): Partial<PlanContext> {
  const plan = run(pod, [seen(pod, 'POD')], { config: aConfig(objects) })
  const digests = plan.actions.flatMap((action) =>
    action.kind === 'WriteVolume' ? [[volumeKey(uid, action.volume), action.digest] as const] : [],
  )
  return { volumeDigests: new Map(digests), config: aConfig(objects) }
}

/** What is on the label of a container made then, and what its start tells it. */
function madeWith(pod: DesiredPod, objects: readonly ConfigObject[]): { config: string; told: string | null } {
  const context = written(pod, objects)
  const create = run(pod, [seen(pod, 'POD')], context).actions.find(({ kind }) => kind === 'CreateContainer')
  const start = run(pod, [seen(pod, 'POD'), created(pod, 'app', { madeHere: true })], context).actions.find(
    ({ kind }) => kind === 'StartContainer',
  )
  if (create?.kind !== 'CreateContainer' || start?.kind !== 'StartContainer') throw new Error('nothing is made')
  return { config: create.spec.identity.config ?? '', told: start.told }
}

const mounting = { mounts: [mount('conf'), mount('me')] }
const told = (plan: Plan): string[] => deeds(plan).filter((deed) => deed.startsWith('Signal'))
const both = [edited, more]

await t.test('one that runs is told once its volume says something else, and then no more', (t) => {
  const pod = podWith(mounting)
  const before = madeWith(pod, [app, more])
  const running = (fields: Partial<ObservedContainer> = {}): ObservedContainer[] => [
    seen(pod, 'POD'),
    seen(pod, 'app', { ...before, ...fields }),
  ]
  const old = written(pod, [app, more])
  t.strictSame(told(run(pod, running(), old)), [])
  const pending = run(pod, running(), { ...old, config: aConfig(both) })
  t.strictSame(deeds(pending), ['WriteVolume conf (ConfigChanged)'], 'not before it is written')
  const plan = run(pod, running(), written(pod, both))
  t.strictSame(deeds(plan), ['SignalContainer app-0 SIGHUP (ConfigChanged)'])
  const [signal] = plan.actions
  t.strictSame(
    told(run(pod, running({ told: signal?.kind === 'SignalContainer' ? signal.told : '' }), written(pod, both))),
    [],
  )
  t.strictSame(told(run(pod, running({ told: madeWith(pod, both).told }), written(pod, both))), [], 'began after it')
  const reason = { inFlight: new Set(['SignalContainer app-0']) }
  t.strictSame(waits(run(pod, running(), { ...written(pod, both), ...reason })), ['InFlight app: SignalContainer'])
  t.end()
})

await t.test('what is remembered: the process, else the record, else the label; nothing says nothing', (t) => {
  const pod = podWith(mounting)
  const { config, told: first } = madeWith(pod, [app, more])
  const { told: second } = madeWith(pod, both)
  const plan = (one: Partial<ObservedContainer>, record: Readonly<Record<string, string>> = {}): Plan =>
    run(pod, [seen(pod, 'POD'), seen(pod, 'app', one)], {
      ...written(pod, both),
      record: recordOf(pod, { told: record }),
    })
  const isTold = (...given: Parameters<typeof plan>): boolean => told(plan(...given)).length > 0
  t.equal(isTold({ config }), true, 'by its label')
  t.equal(isTold({ config }, { 'app-0': second! }), false, 'by the record')
  t.equal(isTold({ config }, { 'app-0': first! }), true)
  t.equal(isTold({ config, told: second }, { 'app-0': first! }), false, 'by the process')
  t.equal(isTold({}), false, 'made by a podkeep that did not keep it')
  t.strictSame(savedRecords(plan({}))[0]?.told, { 'app-0': second }, 'counts as told of what it finds')
  t.strictSame(savedRecords(plan({ told: second }, { gone: 'x' }))[0]?.told, { 'app-0': second })
  t.equal(isTold({ config: config.replace('key-1', 'key-0') }), false, 'a label of another key')
  t.strictSame(savedRecords(run(aPod(), [seen(aPod(), 'POD'), seen(aPod(), 'app')])), [], 'others keep none')
  t.end()
})

await t.test('only what it mounts whole of ConfigMaps and Secrets counts', (t) => {
  const changes = (container: Partial<DesiredContainer>, pod: Partial<DesiredPod> = {}): string[] => {
    const wanted = podWith(container, pod)
    const running = [seen(wanted, 'POD'), seen(wanted, 'app', { told: madeWith(wanted, [app, more]).told })]
    return told(run(wanted, running, written(wanted, both)))
  }
  const signal = ['SignalContainer app-0 SIGHUP (ConfigChanged)']
  t.strictSame(changes({ mounts: [mount('conf')] }), signal)
  t.strictSame(changes({ mounts: [mount('more')] }), [], 'another object')
  t.strictSame(changes({ mounts: [mount('me')] }), [], 'what the pod tells of itself')
  t.strictSame(
    changes({ mounts: [mount('conf', { subPath: { path: 'a', isExpression: false } })] }),
    [],
    'a part stays',
  )
  t.strictSame(changes({}), [])
  for (const onConfigChange of [
    { kind: 'usual' },
    { kind: 'none' },
    { kind: 'signal', byContainer: { other: 'SIGHUP' }, others: null },
  ] as const)
    t.strictSame(changes({ mounts: [mount('conf')] }, { onConfigChange }), [])
  const onConfigChange = { kind: 'signal', byContainer: { app: 'SIGUSR1' }, others: 'SIGHUP' } as const
  t.strictSame(changes({ mounts: [mount('conf')] }, { onConfigChange }), [
    'SignalContainer app-0 SIGUSR1 (ConfigChanged)',
  ])
  t.end()
})

await t.test('two volumes that are written together are told of together', (t) => {
  const pod = podWith({ mounts: [mount('conf'), mount('more')] })
  const running = [seen(pod, 'POD'), seen(pod, 'app', { told: madeWith(pod, [app, more]).told })]
  const half = written(pod, both)
  const inFlight = new Set([`WriteVolume ${uid} more`])
  t.strictSame(told(run(pod, running, { ...half, inFlight })), [])
  t.strictSame(told(run(pod, running, half)).length, 1)
  t.end()
})

await t.test('who could not hear is not told yet', (t) => {
  const changed = (
    pod: DesiredPod,
    fields: Partial<ObservedContainer>,
    context: Partial<PlanContext> = {},
  ): string[] => {
    const one = seen(pod, 'app', { told: madeWith(pod, [app, more]).told, ...fields })
    return told(run(pod, [seen(pod, 'POD'), one], { ...written(pod, both), ...context }))
  }
  t.strictSame(changed(podWith(mounting), { paused: true }), [], 'frozen')
  t.strictSame(changed(podWith(mounting), { stopRequestedTickMs: nowTickMs }), [], 'told to end')
  const probed = podWith({ ...mounting, startupProbe: aProbe() })
  const startup = (result: 'unknown' | 'success'): Partial<PlanContext> => ({
    verdicts: new Map([
      [seen(probed, 'app').id, { startup: result, readiness: 'unknown', liveness: 'unknown', why: '' } as const],
    ]),
  })
  t.strictSame(changed(probed, {}, startup('unknown')), [], 'it has not come up')
  t.strictSame(changed(probed, {}, startup('success')).length, 1)
  t.end()
})

await t.test('sidecars are told, init containers that run to an end are not', (t) => {
  for (const [restartPolicy, count] of [
    ['Always', 1],
    [null, 0],
  ] as const) {
    const pod = podWith({}, { initContainers: [aContainer('init', { ...mounting, restartPolicy })] })
    const plain = { ...pod, initContainers: [], containers: [aContainer('app', mounting)] }
    const init = seen(pod, 'init', { told: madeWith(plain, [app, more]).told })
    t.equal(told(run(pod, [seen(pod, 'POD'), init], written(pod, both))).length, count)
  }
  t.end()
})
