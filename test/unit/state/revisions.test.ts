import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { changedFields, type DesiredPod, type V1Pod } from '../../../lib/pod/index.js'
import { RevisionFiles } from '../../../lib/state/revision-files.js'
import { VirtualClock } from '../../sim/virtual-clock.js'
import { rememberingLogger } from '../../support/logger.js'
import { aPod } from '../../support/pods.js'

function newFolder(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'podkeep-revisions-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'revisions')
}

function filesIn(directory: string) {
  const { logger, lines } = rememberingLogger()
  const clock = new VirtualClock()
  return { files: new RevisionFiles({ directory, clock, logger }), clock, lines }
}

function withImage(image: string, file = 'web.yaml'): DesiredPod {
  const pod = aPod({ file })
  const spec = { containers: [{ name: 'app', image }] }
  return { ...pod, manifest: { ...pod.manifest, spec } }
}

await t.test('each manifest is a revision with what changed and what became of it, across restarts', async (t) => {
  const directory = newFolder(t)
  const first = filesIn(directory)
  const { key } = withImage('a:1')
  first.files.wanted(withImage('a:1'))
  first.files.became(key, 'pending', '')
  first.files.became(key, 'ready', '')
  first.files.wanted(withImage('a:2'))
  first.files.became(key, 'failed', 'app: ErrImagePull: no')
  await first.files.close()

  const second = filesIn(directory)
  second.files.wanted(withImage('a:2'))
  second.files.held(key, 'web.yaml', 'web.yaml:1:1: broken')
  second.files.held(key, 'web.yaml', 'web.yaml:1:1: broken')
  second.files.became(key, 'ready', '')
  second.files.wanted(withImage('a:2'))
  second.files.became(key, 'ready', '')
  const [history] = await second.files.histories(key)
  t.match(history?.revisions, [
    { revision: 1, outcome: 'ready', changes: [], message: '', manifest: { spec: { containers: [{ image: 'a:1' }] } } },
    { revision: 2, outcome: 'failed', changes: ['spec.containers[app].image'], message: 'app: ErrImagePull: no' },
    { revision: 3, outcome: 'held', message: 'web.yaml:1:1: broken', manifest: null },
    { revision: 4, outcome: 'ready', changes: [] },
  ])
  t.equal(history?.revisions.length, 4)
  await second.files.close()
})

await t.test('what was replaced before it ran is superseded, also what an earlier podkeep left pending', async (t) => {
  const directory = newFolder(t)
  const first = filesIn(directory)
  const { key } = withImage('a:1')
  const outcomes = async (files: RevisionFiles): Promise<unknown> =>
    (await files.histories(key))[0]?.revisions.map(({ revision, outcome }) => `${revision} ${outcome}`)
  first.files.wanted(withImage('a:1'))
  first.files.became(key, 'pending', '')
  first.files.held(key, 'web.yaml', 'web.yaml:1:1: broken')
  t.strictSame(await outcomes(first.files), ['1 pending', '2 held'], 'the pod is still to become what it says')
  first.files.wanted(withImage('a:2'))
  t.strictSame(await outcomes(first.files), ['1 superseded', '2 held', '3 pending'])
  await first.files.close()
  const second = filesIn(directory)
  second.files.wanted(withImage('a:2'))
  t.strictSame(await outcomes(second.files), ['1 superseded', '2 held', '3 pending'], 'the same as before')
  second.files.wanted(withImage('a:3'))
  second.files.became(key, 'ready', '')
  t.strictSame(await outcomes(second.files), ['1 superseded', '2 held', '3 superseded', '4 ready'])
  await second.files.close()
})

await t.test('the text is kept as it was written last; another comment is no other revision', async (t) => {
  const { files } = filesIn(newFolder(t))
  const { key } = withImage('a:1')
  const sourceOf = async () =>
    (await files.histories(key))[0]?.revisions.map(({ revision, source }) => [revision, source])
  files.wanted({ ...withImage('a:1'), source: 'one' })
  t.strictSame(await sourceOf(), [[1, 'one']])
  files.wanted({ ...withImage('a:1'), source: 'one # better' })
  t.strictSame(await sourceOf(), [[1, 'one # better']])
  files.wanted(withImage('a:1'))
  t.strictSame(await sourceOf(), [[1, 'one # better']], 'what is not known tells nothing new')
  files.wanted(withImage('a:2'))
  t.strictSame(await sourceOf(), [
    [1, 'one # better'],
    [2, undefined],
  ])
  await files.close()
})

await t.test('ten of a pod are kept, and numbers go on', async (t) => {
  const { files } = filesIn(newFolder(t))
  for (let i = 1; i <= 25; i += 1) files.wanted(withImage(`a:${i}`))
  const [history] = await files.histories(withImage('a:1').key)
  t.strictSame(
    history?.revisions.map(({ revision }) => revision),
    [16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
  )
})

await t.test('nothing is written at once, and a file that is damaged costs its own history', async (t) => {
  const directory = newFolder(t)
  const { files, lines } = filesIn(directory)
  files.wanted(withImage('a:1'))
  t.throws(() => readdirSync(directory), { code: 'ENOENT' })
  await files.close()
  const [name] = readdirSync(directory)
  writeFileSync(join(directory, name!), '{"format":1,"history":{"pod":"x","revi')
  t.strictSame(await files.histories(null), [])
  t.match(lines, [{ level: 'warn', phrase: 'a damaged history of manifests is given up' }])
  files.wanted(withImage('a:2'))
  t.match(await files.histories(null), [{ revisions: [{ revision: 1 }] }])
})

await t.test('changes are named as a person would write them', async (t) => {
  const pod = (spec: Record<string, unknown>, labels = {}): V1Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', labels },
    spec,
  })
  const before = pod({
    containers: [{ name: 'a', env: [{ name: 'X', value: '1' }] }, { name: 'b' }],
    hostNetwork: false,
  })
  t.strictSame(changedFields(before, before), [])
  t.strictSame(
    changedFields(
      before,
      pod({ containers: [{ name: 'a', env: [{ name: 'X', value: '2' }] }, { name: 'c' }], hostNetwork: true }),
    ),
    ['spec.containers[a].env[X].value', 'spec.containers[b]', 'spec.containers[c]', 'spec.hostNetwork'],
  )
  t.strictSame(changedFields(before, pod(before.spec, { 'app.io/x': '1' })), ['metadata.labels["app.io/x"]'])
  const args = (list: string[]): V1Pod => pod({ containers: [{ name: 'a', args: list }] })
  t.strictSame(changedFields(args(['1']), args(['2'])), ['spec.containers[a].args'])
  const swapped = pod({ ...before.spec, containers: [...(before.spec['containers'] as object[])].reverse() })
  t.strictSame(changedFields(before, swapped), ['spec.containers'])
  const many = (value: string): V1Pod =>
    pod({}, Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`l${i}`, value])))
  t.match(changedFields(many('1'), many('2')).at(-1), 'and 40 more')
})
