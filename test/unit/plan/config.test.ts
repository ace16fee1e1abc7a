/** Variables from ConfigMaps and Secrets, and what a change of them replaces. Source: kubelet TestMakeEnvironmentVariables, restated. */

import t from 'tap'

import type { Plan, PlanContext } from '../../../lib/plan/index.js'
import {
  configKey,
  type ConfigReaction,
  type ConfigKind,
  type ConfigObject,
  type DesiredContainer,
  type DesiredPod,
  type EnvFromSource,
  type EnvVar,
  type ObservedContainer,
} from '../../../lib/pod/index.js'
import { aConfig, anObject } from '../../support/configs.js'
import { aFailure, deeds, run, waits } from '../../support/plans.js'
import { aContainer, aPod, created, dead, nowTickMs, second, seen } from '../../support/pods.js'

const from = (name: string, kind: ConfigKind, object: string, key: string, optional = false): EnvVar => ({
  name,
  value: '',
  valueFrom: { kind: 'configKeyRef', object: configKey(kind, 'default', object), key, optional },
})

const all = (kind: ConfigKind, object: string, fields: Partial<EnvFromSource> = {}): EnvFromSource => ({
  object: configKey(kind, 'default', object),
  prefix: '',
  optional: false,
  ...fields,
})

function podWith(container: Partial<DesiredContainer>, pod: Partial<DesiredPod> = {}): DesiredPod {
  return aPod({ containers: [aContainer('app', container)], ...pod })
}

function planOf(pod: DesiredPod, config: PlanContext['config'], ...containers: ObservedContainer[]): Plan {
  return run(pod, [seen(pod, 'POD'), ...containers], { config })
}

function madeOf(plan: Plan): { env: readonly string[]; config: string | undefined } | undefined {
  const create = plan.actions.find((action) => action.kind === 'CreateContainer')
  return create === undefined ? undefined : { env: create.spec.env, config: create.spec.identity.config }
}

const app = anObject('ConfigMap', 'app', { a: 'one', b: '$(A)' })
const db = anObject('Secret', 'db', { password: 'hunter2' })

await t.test('envFrom in its order, then env over it; what is found is not expanded and can be referred to', (t) => {
  const pod = podWith({
    envFrom: [all('ConfigMap', 'app', { prefix: 'P_' }), all('ConfigMap', 'app'), all('Secret', 'db')],
    env: [
      { name: 'a', value: 'own, $(P_a)' },
      from('A', 'Secret', 'db', 'password'),
      { name: 'URL', value: 'db:$(A)' },
    ],
  })
  t.strictSame(madeOf(planOf(pod, aConfig([app, db])))?.env, [
    'P_a=one',
    'P_b=$(A)',
    'a=own, one',
    'b=$(A)',
    'password=hunter2',
    'A=hunter2',
    'URL=db:hunter2',
  ])
  const twice = podWith({ envFrom: [all('ConfigMap', 'app'), all('ConfigMap', 'more')] })
  const more = anObject('ConfigMap', 'more', { a: 'later' })
  t.strictSame(madeOf(planOf(twice, aConfig([app, more])))?.env, ['a=later', 'b=$(A)'], 'the later one wins')
  t.end()
})

await t.test('what is missing keeps the container waiting, and the words say what would do', (t) => {
  const binary = anObject('ConfigMap', 'binary', { blob: new Uint8Array([255]), text: 'x' })
  const odd = anObject('Secret', 'odd', { nul: 'a\0b', latin: new Uint8Array([0xe4]) })
  const many = anObject('ConfigMap', 'many', Object.fromEntries('abcdefghijkl'.split('').map((key) => [key, ''])))
  const nothing = anObject('ConfigMap', 'nothing', {})
  const config = aConfig([app, binary, odd, many, nothing], {
    unknown: { 'Secret default/hidden': 'secrets.yaml:3:1: unknown field' },
  })
  const cases: readonly (readonly [EnvVar, string | null])[] = [
    [from('X', 'Secret', 'db', 'p'), 'env X: Secret default/db is in no manifest here'],
    [from('X', 'ConfigMap', 'app', 'x'), 'env X: ConfigMap default/app has no key "x"; it has: a, b'],
    [from('X', 'ConfigMap', 'nothing', 'x'), 'env X: ConfigMap default/nothing has no key "x"; it is empty'],
    [
      from('X', 'ConfigMap', 'many', 'x'),
      'env X: ConfigMap default/many has no key "x"; it has: a, b, c, d, e, f, g, h, i, j and 2 more',
    ],
    [
      from('X', 'ConfigMap', 'binary', 'blob'),
      'env X: ConfigMap default/binary has the key "blob" in binaryData, of which no variable can be made',
    ],
    [
      from('X', 'Secret', 'odd', 'nul'),
      'env X: the key "nul" of Secret default/odd has a NUL character in it, so no variable can be made of it; mount it as a file',
    ],
    [
      from('X', 'Secret', 'odd', 'latin'),
      'env X: the key "latin" of Secret default/odd is not UTF-8 text, so no variable can be made of it; mount it as a file',
    ],
    [
      from('X', 'Secret', 'hidden', 'p', true),
      'env X: Secret default/hidden may stand in a file that cannot be used: secrets.yaml:3:1: unknown field',
    ],
    [from('X', 'Secret', 'db', 'p', true), null],
    [from('X', 'ConfigMap', 'app', 'x', true), null],
  ]
  for (const [variable, problem] of cases) {
    const plan = planOf(podWith({ env: [variable] }), config)
    if (problem === null) t.strictSame(madeOf(plan)?.env, [])
    else t.strictSame([deeds(plan), waits(plan)], [[], [`CreateContainerConfigError app: ${problem}`]])
  }
  const whole = (source: EnvFromSource): Plan => planOf(podWith({ envFrom: [source] }), config)
  t.strictSame(waits(whole(all('Secret', 'db'))), [
    'CreateContainerConfigError app: envFrom: Secret default/db is in no manifest here',
  ])
  t.strictSame(madeOf(whole(all('Secret', 'db', { optional: true })))?.env, [])
  t.strictSame(madeOf(whole(all('ConfigMap', 'binary')))?.env, ['text=x'], 'binaryData makes no variables')
  t.end()
})

await t.test('the label tells what was read, by object, and is left out where nothing is', (t) => {
  const pod = podWith({ env: [from('A', 'ConfigMap', 'app', 'a'), from('P', 'Secret', 'db', 'password')] })
  const config = madeOf(planOf(pod, aConfig([app, db])))?.config
  t.strictSame(JSON.parse(config ?? ''), {
    keyId: 'key-1',
    variables: { 'ConfigMap default/app': '<a one>', 'Secret default/db': '<password hunter2>' },
  })
  t.equal(madeOf(planOf(podWith({ env: [{ name: 'A', value: '1' }] }), aConfig([app])))?.config, undefined)
  t.end()
})

/** As it was made when these were in force. */
function made(pod: DesiredPod, objects: readonly ConfigObject[], keyId = 'key-1'): { config: string } {
  return { config: madeOf(planOf(pod, aConfig(objects, { keyId })))!.config! }
}

const reader = (reaction: ConfigReaction['kind'] = 'usual', pod: Partial<DesiredPod> = {}): DesiredPod => {
  const onConfigChange =
    reaction === 'signal' ? ({ kind: reaction, byContainer: {}, others: 'SIGHUP' } as const) : { kind: reaction }
  return podWith({ env: [from('A', 'ConfigMap', 'app', 'a')] }, { onConfigChange, ...pod })
}
const edited = anObject('ConfigMap', 'app', { a: 'two', b: '$(A)' })

await t.test('a running container is replaced when what it read has changed, and by nothing else', (t) => {
  const pod = reader()
  const running = seen(pod, 'app', made(pod, [app]))
  const plan = (objects: readonly ConfigObject[], container = running): string[] =>
    deeds(planOf(pod, aConfig(objects), container))
  t.strictSame(plan([app]), [])
  t.strictSame(plan([edited]), ['KillContainer app-0 SIGTERM (ConfigChanged)'])
  t.strictSame(plan([anObject('ConfigMap', 'app', { a: 'one', b: 'other' })]), [], 'another key')
  t.strictSame(plan([]), [], 'what is gone leaves it as it is')
  t.strictSame(plan([anObject('ConfigMap', 'app', { b: '' })]), [], 'so does a key that is gone: nothing could be made')
  t.strictSame(plan([edited], seen(pod, 'app', made(pod, [app], 'key-0'))), [], 'made under another key')
  t.strictSame(plan([edited], seen(pod, 'app', { config: 'nonsense' })), [], 'a label that is no label')
  t.strictSame(plan([edited], seen(pod, 'app')), [], 'no label')
  t.end()
})

await t.test('the annotation decides whether variables count', (t) => {
  for (const [kind, expected] of [
    ['restart', ['KillContainer app-0 SIGTERM (ConfigChanged)']],
    ['signal', []],
    ['none', []],
  ] as const) {
    const pod = reader(kind)
    t.strictSame(deeds(planOf(pod, aConfig([edited]), seen(pod, 'app', made(pod, [app])))), expected, kind)
  }
  t.end()
})

await t.test('what is optional and comes later is news; what is optional and goes is not', (t) => {
  const pod = podWith({ env: [from('A', 'ConfigMap', 'app', 'a', true)] })
  const without = seen(pod, 'app', made(pod, []))
  t.strictSame(deeds(planOf(pod, aConfig([app]), without)), ['KillContainer app-0 SIGTERM (ConfigChanged)'])
  const lacking = anObject('ConfigMap', 'app', { z: '' })
  t.strictSame(deeds(planOf(pod, aConfig([lacking]), without)), [], 'but not without the key')
  t.strictSame(deeds(planOf(pod, aConfig([]), seen(pod, 'app', made(pod, [app])))), [])
  t.end()
})

await t.test('what runs to an end keeps what it began with, and does not run again', (t) => {
  for (const restartPolicy of ['Never', 'OnFailure'] as const) {
    const pod = reader('usual', { restartPolicy })
    const label = made(pod, [app])
    t.strictSame(deeds(planOf(pod, aConfig([edited]), seen(pod, 'app', label))), [], restartPolicy)
    const ended = planOf(pod, aConfig([edited]), dead(pod, 'app', 0, label))
    t.strictSame(deeds(ended), ['RemoveContainer POD-0 (PodFinished)'])
  }
  t.end()
})

await t.test('nothing is stopped before its successor can be made', (t) => {
  const both = podWith({ env: [from('A', 'ConfigMap', 'app', 'a'), from('P', 'Secret', 'db', 'password')] })
  const label = made(both, [app, db])
  const plan = planOf(both, aConfig([edited]), seen(both, 'app', label))
  t.strictSame(
    [deeds(plan), waits(plan)],
    [[], ['CreateContainerConfigError app: env P: Secret default/db is in no manifest here']],
  )
  const pod = reader()
  const images = new Map([['app:1', { present: false, user: '', atTickMs: nowTickMs }]])
  const failures = new Map([['PullImage app:1', aFailure()]])
  const containers = [seen(pod, 'POD'), seen(pod, 'app', made(pod, [app]))]
  const waiting = run(pod, containers, { config: aConfig([edited]), images, failures })
  t.notMatch(deeds(waiting).join(), 'KillContainer')
  t.end()
})

await t.test(
  'one that crashed and finds another configuration is restarted at once, one that was not started is made anew',
  (t) => {
    const pod = reader()
    const crashed = dead(pod, 'app', 1, { ...made(pod, [app]), crashes: 7, finishedTickMs: nowTickMs - second })
    t.match(waits(planOf(pod, aConfig([app]), crashed)), [/^CrashLoopBackOff/])
    t.strictSame(deeds(planOf(pod, aConfig([edited]), crashed)), ['CreateContainer app-1 (ConfigChanged)'])
    t.strictSame(deeds(planOf(pod, aConfig([edited]), created(pod, 'app', made(pod, [app])))), [
      'RemoveContainer app-0 (Superseded)',
    ])
    t.end()
  },
)

await t.test('an edit that names what is not there stops nothing, and says so', (t) => {
  const key = (name: string): DesiredPod => podWith({ env: [from('A', 'ConfigMap', 'app', name)] })
  const running = seen(key('a'), 'app')
  const held = 'CreateContainerConfigError app: env A: ConfigMap default/app has no key "x"; it has: a, b'
  const typo = planOf(key('x'), aConfig([app]), running)
  t.strictSame([deeds(typo), waits(typo)], [[], [held]])
  t.strictSame(deeds(planOf(key('b'), aConfig([app]), running)), ['KillContainer app-0 SIGTERM (Edited)'])
  const whole = planOf(podWith({ envFrom: [all('Secret', 'db')] }), aConfig([app]), running)
  t.strictSame(
    [deeds(whole), waits(whole)],
    [[], ['CreateContainerConfigError app: envFrom: Secret default/db is in no manifest here']],
  )
  const crashed = planOf(key('x'), aConfig([app]), dead(key('a'), 'app', 1))
  t.strictSame([deeds(crashed), waits(crashed)], [[], [held]], 'what is dead is not started again from what it was')
  t.strictSame(deeds(planOf(key('b'), aConfig([app]), dead(key('a'), 'app', 1))), ['CreateContainer app-1 (Edited)'])
  t.end()
})

await t.test('neither does an edit that makes the pod anew; one that never ran holds up nobody', (t) => {
  const both = (one: EnvVar[], other: EnvVar[], pod: Partial<DesiredPod> = {}): DesiredPod =>
    aPod({ containers: [aContainer('app', { env: one }), aContainer('side', { env: other })], ...pod })
  const before = both([], [])
  const typo = [from('A', 'ConfigMap', 'app', 'x')]
  const anew = { sysctls: { 'net.core.somaxconn': '1' } }
  const config = aConfig([app])
  const living = [seen(before, 'POD'), seen(before, 'app')]
  const held = run(both(typo, [], anew), living, { config })
  t.strictSame(
    [deeds(held), waits(held)],
    [[], ['CreateContainerConfigError app: env A: ConfigMap default/app has no key "x"; it has: a, b']],
  )
  const leaving = seen(before, 'app', { stopRequestedTickMs: nowTickMs - 30 * second })
  const begun = run(both(typo, [], anew), [seen(before, 'POD'), leaving], { config })
  t.strictSame(deeds(begun), ['KillContainer app-0 SIGKILL (GraceExpired)'], 'a stop that has begun goes on')
  const other = run(both([], typo, anew), living, { config })
  t.strictSame(deeds(other), ['KillContainer app-0 SIGTERM (SandboxEdited)'])
  const nobody = run(both(typo, [], anew), [seen(before, 'POD'), dead(before, 'app', 1)], { config })
  t.strictSame(deeds(nobody), ['RemoveContainer POD-0 (SandboxEdited)'], 'and where nothing runs nothing is kept')
  t.end()
})

await t.test('a renamed container leaves once the configuration of the other is there', (t) => {
  const before = aPod({ containers: [aContainer('old')] })
  const after = podWith({ env: [from('A', 'ConfigMap', 'app', 'a')] })
  const plan = (objects: readonly ConfigObject[]): Plan =>
    run(after, [seen(before, 'POD'), seen(before, 'old')], { config: aConfig(objects) })
  t.strictSame(
    [deeds(plan([])), waits(plan([]))],
    [[], ['CreateContainerConfigError app: env A: ConfigMap default/app is in no manifest here']],
  )
  t.strictSame(deeds(plan([app])), ['KillContainer old-0 SIGTERM (NotInManifest)'])
  t.end()
})
