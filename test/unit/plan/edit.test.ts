/** What `podkeep diff` says an edit will do, for manifests as a person would write them. */

import t from 'tap'

import { decodeFile } from '../../../lib/manifest/index.js'
import { podEdit, type PodEdit } from '../../../lib/plan/index.js'
import { containerHash, podKey, sandboxHash, withRestart, type DesiredPod } from '../../../lib/pod/index.js'

const manifest = `apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  initContainers:
    - {name: prepare, image: "a:1"}
    - {name: proxy, image: "p:1", restartPolicy: Always}
  containers:
    - name: app
      image: a:1
      env: [{name: A, value: one}]
      resources: {limits: {cpu: 100m, memory: 64Mi}}
      volumeMounts: [{name: data, mountPath: /data}]
      ports: [{containerPort: 80, hostPort: 8080}]
    - name: log
      image: l:1
  volumes: [{name: data, emptyDir: {}}]
`

function decoded(text: string): DesiredPod {
  const { pods, problems } = decodeFile('web.yaml', Buffer.from(text))
  if (pods[0] === undefined) throw new Error(JSON.stringify(problems))
  return pods[0].pod
}

const before = decoded(manifest)
const key = podKey('default', 'web')

function edited(...replacements: readonly (readonly [string, string])[]): PodEdit {
  let text = manifest
  for (const [from, to] of replacements) {
    if (!text.includes(from)) throw new Error(`the manifest has no ${from}`)
    text = text.replace(from, to)
  }
  return podEdit(key, before, decoded(text))
}

const effects = (edit: PodEdit): Record<string, string> =>
  Object.fromEntries(edit.containers.map(({ name, effect, causes }) => [name, [effect, ...causes].join(' ')]))

await t.test('the same manifest changes nothing, also with its list items in another order', async (t) => {
  t.match(edited(), { effect: 'unchanged', causes: [], changes: [] })
  t.strictSame(effects(edited()), { proxy: 'stays', app: 'stays', log: 'stays' })
})

await t.test('what takes effect at once is named, and nothing restarts', async (t) => {
  const edit = edited(
    ['{app: web}', '{app: web, tier.example/x: front}'],
    ['spec:', 'spec:\n  restartPolicy: OnFailure'],
  )
  t.equal(edit.effect, 'inPlace')
  t.strictSame(effects(edit), { proxy: 'stays', app: 'stays', log: 'stays' })
  t.strictSame(edit.changes, [
    { path: 'metadata.labels."tier.example/x"', before: undefined, after: 'front' },
    { path: 'spec.restartPolicy', before: 'Always', after: 'OnFailure' },
  ])
})

await t.test('an image replaces its container only', async (t) => {
  const edit = edited(['image: a:1\n      env', 'image: a:2\n      env'])
  t.equal(edit.effect, 'containers')
  t.strictSame(effects(edit), { proxy: 'stays', app: 'replaced image', log: 'stays' })
  t.strictSame(edit.changes, [{ path: 'spec.containers[app].image', before: 'a:1', after: 'a:2' }])
})

await t.test('a sidecar is replaced like a regular container', async (t) => {
  t.strictSame(effects(edited(['p:1', 'p:2'])), { proxy: 'replaced image', app: 'stays', log: 'stays' })
})

await t.test('another volume behind a mount is a change of the container that mounts it', async (t) => {
  const edit = edited(['emptyDir: {}', 'hostPath: {path: /srv}'])
  t.strictSame(effects(edit), { proxy: 'stays', app: 'replaced mounts', log: 'stays' })
})

await t.test('limits are changed as it runs, but a memory limit is not lifted so', async (t) => {
  t.strictSame(effects(edited(['cpu: 100m', 'cpu: 200m'])), { proxy: 'stays', app: 'resized resources', log: 'stays' })
  t.equal(edited(['cpu: 100m', 'cpu: 200m']).effect, 'inPlace')
  const lifted = edited([', memory: 64Mi', ''])
  t.strictSame(effects(lifted), { proxy: 'stays', app: 'replaced resources', log: 'stays' })
  t.equal(lifted.effect, 'containers')
})

await t.test('the restart annotation replaces what stays, or one container, and never an init container', async (t) => {
  const annotated = (value: string): PodEdit =>
    edited(['labels: {app: web}', `labels: {app: web}\n  annotations: {podkeep.io/restarted-at: "${value}"}`])
  const why = 'replaced restartedAt'
  t.strictSame(effects(annotated('2026-01-01T00:00:00Z')), { proxy: why, app: why, log: why })
  t.strictSame(effects(annotated('app=2026-01-01T00:00:00Z')), { proxy: 'stays', app: why, log: 'stays' })
  t.strictSame(effects(annotated('prepare=2026-01-01T00:00:00Z')), { proxy: 'stays', app: 'stays', log: 'stays' })
  t.equal(withRestart('', null, 'T1'), 'T1')
  t.equal(withRestart('T1', 'app', 'T2'), 'T1,app=T2')
  t.equal(withRestart('T1,app=T2,log=T3', 'app', 'T4'), 'T1,app=T4,log=T3')
  t.equal(withRestart('T1,app=T2', null, 'T3'), 'T3')
})

await t.test('what the sandbox carries, and init containers, make the pod anew', async (t) => {
  const port = edited(['hostPort: 8080', 'hostPort: 8081'])
  t.match(port, { effect: 'anew', causes: ['ports'] })
  t.strictSame(effects(port), { prepare: 'replaced', proxy: 'replaced', app: 'replaced', log: 'replaced' })
  t.match(edited(['prepare, image: "a:1"', 'prepare, image: "a:2"']), { effect: 'anew', causes: ['initContainers'] })
  t.match(edited(['name: web\n', 'name: web\n  uid: 0a4e7a52-64a7-4d0c-8d1c-3a3d0c7f6a52\n']).causes, ['uid'])
})

await t.test('containers come and go, and so do pods', async (t) => {
  const renamed = edited(['- name: log', '- name: tail'])
  t.strictSame(effects(renamed), { proxy: 'stays', app: 'stays', tail: 'created', log: 'removed' })
  t.equal(renamed.effect, 'containers')
  t.match(podEdit(key, null, before), { effect: 'created', containers: [{ name: 'prepare', effect: 'created' }] })
  t.match(podEdit(key, before, null), { effect: 'removed', containers: [{ name: 'prepare', effect: 'removed' }] })
})

await t.test('what is told and what the hashes say are the same', async (t) => {
  const edits: [string, string][] = [
    ['image: l:1', 'image: l:2'],
    ['value: one', 'value: two'],
    ['hostPort: 8080', 'hostPort: 80'],
    ['{app: web}', '{app: other}'],
    ['/data', '/elsewhere'],
    ['spec:', 'spec:\n  hostNetwork: true'],
  ]
  for (const [from, to] of edits) {
    const after = decoded(manifest.replace(from, to).replaceAll('hostNetwork: true', 'hostNetwork: false'))
    const edit = podEdit(key, before, after)
    t.equal(edit.effect === 'anew', sandboxHash(before) !== sandboxHash(after), `pod: ${to}`)
    for (const [at, container] of after.containers.entries()) {
      const isOther = containerHash(before, before.containers[at]!) !== containerHash(after, container)
      const told = edit.containers.find(({ name }) => name === container.name)?.effect
      t.equal(told === 'replaced', isOther || edit.effect === 'anew', `${container.name}: ${to}`)
    }
  }
})
