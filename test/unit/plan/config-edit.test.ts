/** What `podkeep diff` says an edit of a ConfigMap or Secret will do: the same as the plan finds in the containers' labels. */

import t from 'tap'

import { configLabel, isOutdated } from '../../../lib/plan/config.js'
import { configEdit } from '../../../lib/plan/index.js'
import {
  configKey,
  replacingReferences,
  type ConfigObject,
  type DesiredPod,
  type ObservedContainer,
} from '../../../lib/pod/index.js'
import { aConfig, anObject } from '../../support/configs.js'
import { decode } from '../../support/manifests.js'

function pod(name: string, spec: string, annotation = ''): DesiredPod {
  const metadata = `{name: ${name}${annotation === '' ? '' : `, annotations: {podkeep.io/on-config-change: ${annotation}}`}}`
  const { pods, problems } = decode(`apiVersion: v1\nkind: Pod\nmetadata: ${metadata}\nspec:\n${spec}`)
  if (pods[0] === undefined) throw new Error(JSON.stringify(problems))
  return pods[0].pod
}

const key = (name: string, field: string, more = ''): string =>
  `env: [{name: A, valueFrom: {configMapKeyRef: {name: ${name}, key: ${field}${more}}}}]`
const containers = (...all: readonly string[]): string =>
  `  containers:\n${all.map((one, at) => `  - {name: c${at}, image: a, ${one}}\n`).join('')}`
const mounting = '  volumes: [{name: v, configMap: {name: settings}}]\n'
const mounts = 'volumeMounts: [{name: v, mountPath: /v}]'

const pods = [
  pod('reads-a', containers(key('settings', 'a'), key('settings', 'b'), 'command: [x]')),
  pod('reads-all', containers('envFrom: [{configMapRef: {name: settings}}]')),
  pod('optional', containers(key('settings', 'a', ', optional: true'))),
  pod('mounts', containers(mounts) + mounting),
  pod('mounts-and-restarts', containers(mounts) + mounting, 'restart'),
  pod('mounts-and-is-told', containers(mounts, 'command: [x]') + mounting, 'SIGHUP'),
  pod('does-not-care', containers(key('settings', 'a')), 'none'),
  pod('runs-to-its-end', `  restartPolicy: Never\n${containers(key('settings', 'a'))}`),
  pod('prepares', `  initContainers: [{name: i, image: a, ${key('settings', 'a')}}]\n${containers('command: [x]')}`),
  pod(
    'sidecar',
    `  initContainers: [{name: s, image: a, restartPolicy: Always, ${key('settings', 'a')}}]\n${containers('command: [x]')}`,
  ),
  pod('other', containers(key('unrelated', 'a'))),
]
const settings = (data: Record<string, string>): ConfigObject => anObject('ConfigMap', 'settings', data)
const before = settings({ a: '1', b: '2', c: '3' })

/** As a container of it would be labelled that was made while `object` was in force. */
function madeUnder(one: DesiredPod, name: string, object: ConfigObject | null): ObservedContainer {
  const container = [...one.initContainers, ...one.containers].find((each) => each.name === name)!
  const config = configLabel(
    replacingReferences(one, container),
    { mounted: null, unread: new Set() },
    aConfig(object === null ? [] : [object]),
  )
  return { config } as ObservedContainer
}

await t.test('who is replaced is who the plan finds outdated', async (t) => {
  const cases: readonly (readonly [ConfigObject | null, ConfigObject])[] = [
    [before, settings({ a: '9', b: '2', c: '3' })],
    [before, settings({ a: '1', b: '2', c: '9' })],
    [before, settings({ a: '1', b: '9', c: '3', d: '4' })],
    [null, before],
  ]
  for (const [old, now] of cases) {
    const edit = configEdit(old, now, pods)
    for (const one of pods) {
      const said = edit.pods.find((reaction) => reaction.pod === one.key)
      for (const container of one.containers) {
        const isFollowed = ['usual', 'restart'].includes(one.onConfigChange.kind) && one.restartPolicy === 'Always'
        const made = madeUnder(one, container.name, old)
        const references = replacingReferences(one, container)
        // What it could not do without it has waited for: there is no such container to be outdated.
        const waited = old === null && references.some((each) => !each.optional && each.object === now.key)
        const outdated = isFollowed && !waited && isOutdated(made, references, aConfig([now]))
        t.equal(said?.replaced.includes(container.name) ?? false, outdated, `${one.name} ${container.name}`)
      }
    }
  }
})

await t.test('keys by their change, and each pod with what becomes of it', async (t) => {
  const edit = configEdit(before, settings({ a: '9', b: '2', d: '4' }), pods)
  t.strictSame(edit.keys, [
    { key: 'a', how: 'changed' },
    { key: 'c', how: 'removed' },
    { key: 'd', how: 'added' },
  ])
  const nothing = { started: [], replaced: [], rewritten: [], signalled: [], stranded: [] }
  const of = (name: string, more: object) => ({ pod: `default/${name}`, ...nothing, ...more })
  t.strictSame(edit.pods, [
    of('reads-a', { replaced: ['c0'] }),
    of('reads-all', { replaced: ['c0'] }),
    of('optional', { replaced: ['c0'] }),
    of('mounts', { rewritten: ['v'] }),
    of('mounts-and-restarts', { replaced: ['c0'], rewritten: ['v'] }),
    of('mounts-and-is-told', { rewritten: ['v'], signalled: [{ container: 'c0', signal: 'SIGHUP' }] }),
    of('does-not-care', {}),
    of('sidecar', { replaced: ['s'] }),
  ])
})

await t.test('what is gone leaves what runs, and says who could not start again', async (t) => {
  const without = configEdit(before, settings({ b: '2', c: '3' }), pods)
  t.match(
    without.pods.find(({ pod: name }) => name === 'default/reads-a'),
    { replaced: [], stranded: ['c0'] },
  )
  t.match(
    without.pods.find(({ pod: name }) => name === 'default/optional'),
    { replaced: ['c0'], stranded: [] },
  )
  const gone = configEdit(before, null, pods)
  t.equal(gone.effect, 'removed')
  t.ok(gone.pods.every(({ replaced, rewritten }) => replaced.length + rewritten.length === 0))
  t.match(gone.pods[0], { stranded: ['c0', 'c1'] })
})

await t.test('what is new starts who has waited for it', async (t) => {
  const edit = configEdit(null, before, pods)
  t.equal(edit.effect, 'created')
  t.match(edit.pods[0], { started: ['c0', 'c1'], replaced: [] })
  t.match(
    edit.pods.find(({ pod: name }) => name === 'default/optional'),
    { started: [], replaced: ['c0'] },
  )
})

await t.test('the same content is no change, wherever it stands, and nothing tells a value', async (t) => {
  t.strictSame(configEdit(before, settings({ c: '3', b: '2', a: '1' }), pods), {
    effect: 'unchanged',
    keys: [],
    pods: [],
  })
  const secret = (pass: string): ConfigObject => anObject('Secret', 'login', { pass })
  const edit = configEdit(secret('hunter2'), secret('hunter3'), pods)
  t.strictSame(edit.keys, [{ key: 'pass', how: 'changed' }])
  t.notMatch(JSON.stringify(edit), /hunter/)
  t.equal(configKey('Secret', 'default', 'login'), secret('').key)
})
