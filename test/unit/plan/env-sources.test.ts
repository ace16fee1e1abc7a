/**
 * Variables that come from elsewhere. Source: kubelet TestMakeEnvironmentVariables, TestPodFieldSelectorRuntimeValue and
 * pkg/api/v1/resource TestExtractResourceValue, restated.
 */

import t from 'tap'

import { envFileKey, type EnvFileFact, type Plan, type PlanContext } from '../../../lib/plan/index.js'
import type { DesiredContainer, DesiredPod, EnvField, EnvVar, FileSource } from '../../../lib/pod/index.js'
import { deeds, run, waits } from '../../support/plans.js'
import { aContainer, aPod, created, dead, nowTickMs, second, seen, uid } from '../../support/pods.js'

const emptyDir = { kind: 'emptyDir', name: 'data', medium: '', sizeLimitBytes: null } as const

const field = (name: string, of: EnvField, key: string | null = null): EnvVar => ({
  name,
  value: '',
  valueFrom: { kind: 'fieldRef', field: of, key },
})

const file = (name: string, change: Partial<FileSource> = {}): EnvVar => ({
  name,
  value: '',
  valueFrom: { kind: 'fileKeyRef', volume: 'data', path: 'env', key: 'KEY', optional: false, ...change },
})

const resource = (name: string, of: string, amount: number | null, divisor = 1): EnvVar => ({
  name,
  value: '',
  valueFrom: { kind: 'resourceFieldRef', container: 'app', bound: 'limits', resource: of, amount, divisor },
})

function podWith(
  env: readonly EnvVar[],
  pod: Partial<DesiredPod> = {},
  container: Partial<DesiredContainer> = {},
): DesiredPod {
  return aPod({ volumes: [emptyDir], containers: [aContainer('app', { env, ...container })], ...pod })
}

function specOf(plan: Plan): { env: readonly string[]; args: readonly string[] | null } | undefined {
  return plan.actions.flatMap((action) => (action.kind === 'CreateContainer' ? [action.spec] : []))[0]
}

function envOf(pod: DesiredPod, context: Partial<PlanContext> = {}): readonly string[] | undefined {
  const sandbox = pod.hostNetwork ? [] : [seen(pod, 'POD')]
  return specOf(run(pod, sandbox, context))?.env
}

const said = (text: string | null, agoMs = 0): { envFiles: PlanContext['envFiles'] } => {
  const fact: EnvFileFact = { text, atTickMs: nowTickMs - agoMs }
  return { envFiles: new Map([[envFileKey(uid, 'app', { volume: 'data', path: 'env' }), fact]]) }
}

await t.test('the pod’s own fields', async (t) => {
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', labels: { tier: 'front' }, annotations: { note: 'a $(B) b' } },
    spec: { serviceAccountName: 'robot' },
  } as const
  const env = [
    field('NAME', 'metadata.name'),
    field('NAMESPACE', 'metadata.namespace'),
    field('UID', 'metadata.uid'),
    field('TIER', 'metadata.labels', 'tier'),
    field('NOTE', 'metadata.annotations', 'note'),
    field('ABSENT', 'metadata.labels', 'absent'),
    field('INHERITED', 'metadata.labels', 'toString'),
    field('NODE', 'spec.nodeName'),
    field('ACCOUNT', 'spec.serviceAccountName'),
    field('HOST', 'status.hostIP'),
    field('HOSTS', 'status.hostIPs'),
    field('IP', 'status.podIP'),
    field('IPS', 'status.podIPs'),
  ]
  t.strictSame(envOf(podWith(env, { namespace: 'shop', manifest })), [
    'NAME=web',
    'NAMESPACE=shop',
    `UID=${uid}`,
    'TIER=front',
    'NOTE=a $(B) b',
    'ABSENT=',
    'INHERITED=',
    'NODE=n1',
    'ACCOUNT=robot',
    'HOST=192.0.2.1',
    'HOSTS=192.0.2.1',
    'IP=10.1.0.2',
    'IPS=10.1.0.2',
  ])
})

await t.test('on the host’s network the pod’s address is the host’s, with a sandbox and without', async (t) => {
  const env = [field('IP', 'status.podIP')]
  const alone = podWith(env, { hostNetwork: true })
  t.strictSame(envOf(alone), ['IP=192.0.2.1'])
  const two = aPod({ hostNetwork: true, containers: [aContainer('app', { env }), aContainer('side')] })
  t.strictSame(specOf(run(two, [created(two, 'POD')]))?.env, ['IP=192.0.2.1'])
})

await t.test('who asks for the address is made when the sandbox has it, and nobody else waits', async (t) => {
  const pod = aPod({ containers: [aContainer('app', { env: [field('IP', 'status.podIP')] }), aContainer('side')] })
  t.strictSame(deeds(run(pod, [created(pod, 'POD')])), [
    'StartContainer POD-0 (Prepared)',
    'CreateContainer side-0 (Missing)',
  ])
  const unknown = run(pod, [seen(pod, 'POD', { ip: null })])
  t.strictSame(deeds(unknown), ['CreateContainer side-0 (Missing)'])
  t.strictSame(waits(unknown), ['ContainerCreating app'])
  t.strictSame(deeds(run(pod, [seen(pod, 'POD')])), [
    'CreateContainer app-0 (Missing)',
    'CreateContainer side-0 (Missing)',
  ])
})

await t.test('resources are counted in divisors, rounded up; no limit is all that the machine can give', async (t) => {
  const env = [
    resource('CPU', 'cpu', 1500, 1000),
    resource('MILLIS', 'cpu', 1500, 1),
    resource('BYTES', 'memory', 1_000_001),
    resource('MEBIBYTES', 'memory', 2 ** 20 + 1, 2 ** 20),
    resource('NOTHING', 'memory', 0),
    resource('ALL_CPU', 'cpu', null, 1000),
    resource('ALL_MEMORY', 'memory', null),
    resource('ALL_DISK', 'ephemeral-storage', null, 2 ** 30),
  ]
  t.strictSame(envOf(podWith(env)), [
    'CPU=2',
    'MILLIS=1500',
    'BYTES=1000001',
    'MEBIBYTES=2',
    'NOTHING=0',
    'ALL_CPU=2',
    `ALL_MEMORY=${8 * 2 ** 30 - 100 * 2 ** 20}`,
    'ALL_DISK=90',
  ])
})

await t.test('what comes from elsewhere is not expanded, and can be referred to', async (t) => {
  const env = [
    { name: 'EARLY', value: '$(KEY)' },
    file('KEY'),
    { name: 'URL', value: 'http://$(KEY)/' },
    field('NAME', 'metadata.name'),
  ]
  const pod = podWith(env, {}, { args: ['--at=$(URL)', '$(NAME)', '$(KEY)'] })
  const spec = specOf(run(pod, [seen(pod, 'POD')], said("KEY='$(NAME)'")))
  t.strictSame(spec?.env, ['EARLY=$(KEY)', 'KEY=$(NAME)', 'URL=http://$(NAME)/', 'NAME=web'])
  t.strictSame(spec?.args, ['--at=http://$(NAME)/', 'web', '$(NAME)'])
})

await t.test('a file is read when all else is there, once for each instance', async (t) => {
  const pod = podWith([file('KEY'), file('OTHER', { key: 'OTHER' })])
  const sandbox = seen(pod, 'POD')
  t.strictSame(deeds(run(pod, [sandbox])), ['ReadEnvFile data/env for app (Missing)'])
  t.strictSame(deeds(run(pod, [sandbox], { volumePaths: new Map() })), ['PrepareVolume data (Missing)'])
  const absent = new Map([['app:1', { present: false, user: '', atTickMs: nowTickMs }]])
  t.strictSame(deeds(run(pod, [sandbox], { images: absent })), ['PullImage app:1 (Missing)'])
  t.strictSame(envOf(pod, said("OTHER='2'\nKEY='1'\n", 60 * second)), ['KEY=1', 'OTHER=2'], 'and kept until it is made')
  t.strictSame(deeds(run(pod, [sandbox, seen(pod, 'app')])), [], 'what runs asks for nothing')
  t.strictSame(deeds(run(pod, [sandbox, dead(pod, 'app', 1)])), ['ReadEnvFile data/env for app (Missing)'])
})

await t.test('a file, key or value that is missing keeps the container waiting, and is looked for again', async (t) => {
  const pod = podWith([file('KEY')])
  const sandbox = seen(pod, 'POD')
  const at = (text: string | null, agoMs: number): Plan => run(pod, [sandbox], said(text, agoMs))
  const why = 'env KEY: the file env in volume "data"'
  for (const [text, message] of [
    [null, `${why} is not there`],
    ["OTHER='1'", `${why} has no value for the key KEY`],
    ["KEY=''", `${why} has no value for the key KEY`],
    ['KEY=1', `${why}, line 1: the value must be in single quotes`],
  ] as const) {
    const early = at(text, second)
    t.strictSame(deeds(early), [])
    t.strictSame(waits(early), [`CreateContainerConfigError app in 1 s: ${message}`])
    const due = at(text, 2 * second)
    t.strictSame(deeds(due), ['ReadEnvFile data/env for app (Missing)'])
    t.strictSame(waits(due), [`CreateContainerConfigError app: ${message}`])
  }
})

await t.test(
  'an optional one that is missing is not set; a file that cannot be understood is no less wrong',
  async (t) => {
    const pod = podWith([file('KEY', { optional: true }), { name: 'REST', value: '[$(KEY)]' }])
    for (const text of [null, '', "KEY=''", "OTHER='1'"]) t.strictSame(envOf(pod, said(text)), ['REST=[$(KEY)]'])
    t.strictSame(envOf(pod, said("KEY='1'")), ['KEY=1', 'REST=[1]'])
    t.equal(envOf(pod, said('KEY')), undefined)
  },
)
