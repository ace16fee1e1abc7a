/** One document of a file is changed, and none of the others. */

import t from 'tap'

import { decodeFile, singleDocuments, splitDocuments, withAnnotation } from '../../../lib/manifest/index.js'

const pod = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n${more}spec:\n  containers: [{name: a, image: "a:1"}]\n`

await t.test('a file is its documents, byte for byte', async (t) => {
  const texts = [
    '',
    pod('a'),
    `# head\n---\n${pod('a')}--- # second\r\n${pod('b')}...\n---\n`,
    `%YAML 1.2\n---\n${pod('a')}`,
    `${pod('a').replace('name: a\n', 'name: a\n  annotations: {x: "--- no"}\n')}\n---\n${pod('b')}`,
    'a: [\n',
  ]
  for (const text of texts)
    t.equal(
      splitDocuments(text)
        .map((document) => document.text)
        .join(''),
      text,
    )
  const [, first, second] = splitDocuments(texts[2]!)
  t.match(first?.objects, [{ kind: 'Pod', namespace: 'default', name: 'a' }])
  t.match(second?.objects, [{ name: 'b' }])
  t.strictSame(splitDocuments('a: [\n')[0]?.objects, [])
})

await t.test('the objects of a List become documents of their own, others stay as they are written', async (t) => {
  const list = JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: ['a', 'b'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop' },
      spec: { containers: [{ name: 'x', image: 'i:1' }] },
    })),
  })
  const documents = singleDocuments(`${pod('c')}---\n${list}`)
  t.match(
    documents.map(({ objects }) => objects),
    [[{ name: 'c' }], [{ name: 'a', namespace: 'shop' }], [{ name: 'b' }]],
  )
  t.equal(documents[0]?.text, pod('c'))
  t.strictSame(decodeFile('x', Buffer.from(documents[1]!.text)).problems, [])
})

await t.test('an annotation is set, whatever way the metadata are written, and nothing else changes', async (t) => {
  const key = 'example.org/at'
  const table: [string, string][] = [
    ['block', pod('a')],
    ['with others', pod('a', '  annotations:\n    # kept\n    other: "1"\n')],
    ['with it', pod('a', '  annotations:\n    other: x\n    example.org/at: "old"\n')],
    ['with it, plain', pod('a', '  annotations:\n    example.org/at: old # why\n')],
    ['with it, quoted once', pod('a', "  annotations: {'example.org/at': 'old'}\n")],
    ['flow', pod('a').replace('metadata:\n  name: a\n', 'metadata: {name: a}\n')],
    ['empty flow', pod('a', '  annotations: {}\n')],
    [
      'json',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a', annotations: { other: '1' } },
        spec: { containers: [{ name: 'a', image: 'a:1' }] },
      }),
    ],
    [
      'json without',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a' },
        spec: { containers: [{ name: 'a', image: 'a:1' }] },
      }),
    ],
    [
      'indented by four',
      'apiVersion: v1\nkind: Pod\nmetadata:\n    name: a\nspec:\n    containers: [{name: a, image: "a:1"}]\n',
    ],
  ]
  for (const [name, text] of table) {
    const before = decodeFile('x', Buffer.from(text)).pods[0]!.pod.manifest
    const changed = withAnnotation(text, key, 'new "value"')
    const { pods, problems } = decodeFile('x', Buffer.from(changed ?? ''))
    t.strictSame(problems, [], name)
    const annotations = { ...before.metadata.annotations, [key]: 'new "value"' }
    t.strictSame(pods[0]?.pod.manifest, { ...before, metadata: { ...before.metadata, annotations } }, name)
    t.equal(withAnnotation(changed!, key, 'old')?.includes('"new'), false, `${name}, again`)
  }
})

await t.test('of a workload the template is annotated, whether it has metadata or not', async (t) => {
  const head = 'apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: a\n  annotations: {own: kept}\nspec:\n'
  const spec = 'spec:\n      containers: [{name: a, image: "a:1"}]\n'
  const selector = '  selector: {matchLabels: {app: a}}\n'
  const texts = [
    `${head}${selector}  template:\n    metadata:\n      labels: {app: a}\n    ${spec}`,
    `${head}${selector}  template:\n    metadata:\n      labels: {app: a}\n      annotations:\n        other: x\n    ${spec}`,
    `${head}${selector}  template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: "a:1"}]}}\n`,
    `${head.replace('apps/v1', 'batch/v1').replace('DaemonSet', 'Job')}  template:\n    spec:\n      restartPolicy: Never\n      containers: [{name: a, image: "a:1"}]\n`,
    `${head.replace('apps/v1', 'batch/v1').replace('DaemonSet', 'Job')}  template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}\n`,
  ]
  for (const text of texts) {
    const manifest = (of: string): object | undefined => decodeFile('x', Buffer.from(of)).pods[0]?.pod.manifest.metadata
    const before = decodeFile('x', Buffer.from(text)).pods[0]?.pod.manifest.metadata.annotations
    const changed = withAnnotation(text, 'k', 'v', ['spec', 'template'])
    t.match(manifest(changed ?? ''), { annotations: { ...before, k: 'v' } }, changed ?? text)
    const again = withAnnotation(changed ?? '', 'k', 'w', ['spec', 'template'])
    t.match(manifest(again ?? ''), { annotations: { ...before, k: 'w' } })
    t.match(again, 'annotations: {own: kept}')
  }
})

await t.test('what is not written there cannot be changed there', async (t) => {
  t.equal(withAnnotation('metadata: &m {name: a}\nother: *m\n', 'k', 'v')?.includes('"k"'), true)
  t.equal(withAnnotation('base: &m {a: b}\nmetadata:\n  annotations: *m\n', 'k', 'v'), null)
  t.equal(withAnnotation('- a\n', 'k', 'v'), null)
  t.equal(withAnnotation('a: [\n', 'k', 'v'), null)
})
