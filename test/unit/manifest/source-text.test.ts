/** What a person wrote of a pod: kept with it for the history, and made up again where it is not. */

import t from 'tap'

import { decodeStoredPod, withoutDefaults } from '../../../lib/manifest/index.js'
import type { V1Pod } from '../../../lib/pod/index.js'
import { decode } from '../../support/manifests.js'

const web =
  '# the site\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: a}]} # small\n'
const sources = (text: string): (string | undefined)[] => decode(text).pods.map(({ pod }) => pod.source)

await t.test('each document of its own, byte for byte', async (t) => {
  const db = web.replace('web', 'db')
  t.strictSame(sources(web), [web])
  t.strictSame(sources(`${web}--- # next\n${db}`), [web, `--- # next\n${db}`])
  t.strictSame(
    sources(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'j' },
        spec: { containers: [{ name: 'a', image: 'a' }] },
      }),
    ).length,
    1,
  )
})

await t.test('not what is part of something else, may hold a Secret, or is long', async (t) => {
  const list = `apiVersion: v1\nkind: List\nitems:\n- ${web.replace('# the site\n', '').trimEnd().replaceAll('\n', '\n  ')}\n`
  t.strictSame(sources(list), [undefined])
  t.strictSame(sources(web.replace('# the site', '# kind: Secret')), [undefined])
  t.strictSame(sources(`${web}# ${'x'.repeat(70_000)}\n`), [undefined])
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {pass: hunter2}\n'
  t.notMatch(JSON.stringify(decode(`${web}---\n${secret}`).pods), /hunter2/)
})

await t.test('without defaults it decodes to the same, and says no more than it must', async (t) => {
  const text = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 5
  containers:
    - name: app
      image: a:1
      ports: [{containerPort: 80}]
      readinessProbe: {httpGet: {port: 80, path: /ready}}
      resources: {limits: {memory: 64Mi}}
  volumes: [{name: data, emptyDir: {}}]
`
  const { pod } = decode(text).pods[0]!
  const slim = withoutDefaults(pod.manifest)
  t.strictSame(decodeStoredPod(slim as unknown as V1Pod, pod.file)?.manifest, pod.manifest)
  t.strictSame(slim, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
    spec: {
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: 'app',
          image: 'a:1',
          ports: [{ containerPort: 80 }],
          readinessProbe: { httpGet: { port: 80, path: '/ready' } },
          resources: { limits: { memory: '64Mi' } },
        },
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
    },
  })
})
