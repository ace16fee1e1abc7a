/** ConfigMaps and Secrets in manifests: what they become, and every refusal with its exact words. */

import { inspect } from 'node:util'
import { t } from 'tap'

import { resolveObjects } from '../../../lib/manifest/index.js'
import { configKey, problemText, type ConfigObject } from '../../../lib/pod/index.js'
import { checkCases, decode, podWith, problemsOf, type Case } from '../../support/manifests.js'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

function objectsOf(text: string, file = 'web.yaml'): readonly ConfigObject[] {
  const { objects, problems } = decode(text, file)
  t.same(problems.map(problemText), [])
  return objects.map(({ object }) => object)
}

const valuesOf = ({ entries }: ConfigObject): Record<string, string> =>
  Object.fromEntries([...entries].map(([key, value]) => [key, Buffer.from(value.reveal()).toString()]))

const withHead = (kind: string, lines: string): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: {name: app}\n${lines}\n`

t.test('a file may hold nothing but ConfigMaps and Secrets, also in lists', (test) => {
  const text = `
apiVersion: v1
kind: ConfigMap
metadata: {name: app, namespace: shop, uid: x, labels: {a: b}}
data: {b.txt: two, a.txt: null}
binaryData: {c: ${base64('three')}}
immutable: true
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, metadata: {name: db}, data: {password: ${base64('old')}, user: ${base64('root')}}, stringData: {password: new}}
- {apiVersion: v1, kind: Secret, metadata: {name: empty}, type: ''}
---
apiVersion: v1
kind: SecretList
items: [{metadata: {name: listed}, data: null}]
`
  const [app, db, empty, listed] = objectsOf(text)
  test.match(app, { kind: 'ConfigMap', key: 'ConfigMap shop/app', isImmutable: true, type: '', file: 'web.yaml' })
  test.same(Object.entries(valuesOf(app!)), [
    ['a.txt', ''],
    ['b.txt', 'two'],
    ['c', 'three'],
  ])
  test.same(
    [...app!.entries.values()].map(({ isBinary }) => isBinary),
    [false, false, true],
  )
  test.match(db, { key: 'Secret default/db', type: 'Opaque', isImmutable: false })
  test.same(valuesOf(db!), { password: 'new', user: 'root' }, 'stringData wins')
  test.same([empty?.type, valuesOf(empty!), listed?.key], ['Opaque', {}, 'Secret default/listed'])
  test.end()
})

t.test('a value is never shown by accident', (test) => {
  const [secret] = objectsOf(withHead('Secret', 'stringData: {password: hunter2}'))
  const value = secret!.entries.get('password')
  for (const shown of [
    JSON.stringify({ secret, value }),
    inspect(secret, { depth: 9 }),
    inspect(value),
    ''.concat(value as unknown as string),
  ]) {
    test.notMatch(shown, /hunter2|aHVudGVyMg|104, 117/)
  }
  test.match(JSON.stringify(value), 'hidden')
  test.end()
})

const cases: readonly (readonly [kind: string, lines: string, ...problems: string[]])[] = [
  ['ConfigMap', 'data: {a: 1}', 'web.yaml:4:11: data.a: must be a string, not a number (quote it: "1")'],
  ['ConfigMap', 'data: {a: yes}', 'web.yaml:4:11: data.a: must be a string, not true or false (quote it: "yes")'],
  [
    'ConfigMap',
    'data: {a: {b: c}}',
    'web.yaml:4:11: data.a: must be a string, not an object (a whole file is a text behind "|")',
  ],
  ['ConfigMap', 'data: text', 'web.yaml:4:7: data: must be an object with keys and texts, not a string'],
  ['ConfigMap', 'date: {a: b}', 'web.yaml:4:1: date: unknown field (did you mean "data"?)'],
  ['ConfigMap', 'port: "80"', 'web.yaml:4:1: port: unknown field (values belong below data)'],
  [
    'ConfigMap',
    'stringData: {a: b}',
    'web.yaml:4:1: stringData: unknown field (only a Secret has it; the values of data are text as they are)',
  ],
  ['ConfigMap', 'type: Opaque', 'web.yaml:4:1: type: unknown field (only a Secret has a type)'],
  ['ConfigMap', 'immutable: "true"', 'web.yaml:4:12: immutable: must be true or false, not a string'],
  [
    'ConfigMap',
    'data: {"a/b": c}',
    `web.yaml:4:8: data["a/b"]: the key must consist of letters, digits, '-', '_' or '.': it becomes the name of a file`,
  ],
  [
    'ConfigMap',
    'data: {"..": c}',
    'web.yaml:4:8: data[".."]: the key must not be "." nor start with "..": it becomes the name of a file',
  ],
  [
    'ConfigMap',
    'data: {".": c}',
    'web.yaml:4:8: data["."]: the key must not be "." nor start with "..": it becomes the name of a file',
  ],
  [
    'ConfigMap',
    `data: {${'k'.repeat(254)}: c}`,
    `web.yaml:4:8: data.${'k'.repeat(254)}: the key must be no more than 253 characters: it becomes the name of a file`,
  ],
  [
    'ConfigMap',
    'data: {a: b}\nbinaryData: {a: Yg==}',
    'web.yaml:5:14: binaryData.a: stands in data too (remove one of the two)',
  ],
  ['ConfigMap', 'binaryData: {a: plain}', 'web.yaml:4:17: binaryData.a: must be base64 (plain text belongs into data)'],
  ['Secret', 'data: {a: hunter2}', 'web.yaml:4:11: data.a: must be base64 (plain text belongs into stringData)'],
  ['Secret', 'data: {a: aGk}', 'web.yaml:4:11: data.a: must be base64 (plain text belongs into stringData)'],
  ['Secret', 'stringData: {pin: 1234}', 'web.yaml:4:19: stringData.pin: must be a string, not a number (quote it)'],
  [
    'Secret',
    'binaryData: {a: Yg==}',
    'web.yaml:4:1: binaryData: unknown field (only a ConfigMap has it; the values of data are base64 as they are)',
  ],
  ['Secret', 'type: 5', 'web.yaml:4:7: type: must be a string, not a number'],
  ['Secret', 'type: opaque', 'web.yaml:4:7: type: is no type that Kubernetes knows (did you mean "Opaque"?)'],
  [
    'Secret',
    'type: kubernetes.io/tsl',
    'web.yaml:4:7: type: is no type that Kubernetes knows (did you mean "kubernetes.io/tls"?)',
  ],
  [
    'Secret',
    'type: kubernetes.io/tls\ndata: {tls.crt: ""}',
    'web.yaml:5:1: data["tls.key"]: a Secret of type kubernetes.io/tls needs this key',
  ],
  [
    'Secret',
    'type: kubernetes.io/ssh-auth\ndata: {ssh-privatekey: ""}',
    'web.yaml:5:8: data.ssh-privatekey: a Secret of type kubernetes.io/ssh-auth needs this key',
  ],
  [
    'Secret',
    'type: kubernetes.io/basic-auth',
    'web.yaml:1:1: data: a Secret of type kubernetes.io/basic-auth needs the key username or password',
  ],
  [
    'Secret',
    'type: kubernetes.io/dockercfg',
    'web.yaml:1:1: data[".dockercfg"]: a Secret of type kubernetes.io/dockercfg needs this key',
  ],
  [
    'Secret',
    'type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: "{hunter2"}',
    'web.yaml:5:14: stringData[".dockerconfigjson"]: must be JSON (it is what docker login writes into config.json)',
  ],
  [
    'Secret',
    'type: kubernetes.io/dockerconfigjson\ndata: {.dockerconfigjson: aGk=}',
    'web.yaml:5:8: data[".dockerconfigjson"]: must be JSON (it is what docker login writes into config.json)',
  ],
  [
    'Secret',
    'type: kubernetes.io/tls\nstringData: {tls.crt: ""}',
    'web.yaml:5:1: stringData["tls.key"]: a Secret of type kubernetes.io/tls needs this key',
  ],
  [
    'Secret',
    'type: kubernetes.io/service-account-token',
    'web.yaml:3:1: metadata.annotations["kubernetes.io/service-account.name"]: required, but missing',
  ],
  [
    'Configmap',
    'data: {}',
    'web.yaml:2:7: kind: "Configmap" is no kind that podkeep knows (did you mean "ConfigMap"?)',
  ],
]

t.test('every mistake has its place, its words and what to write instead; of a Secret no value is repeated', (test) => {
  for (const [kind, lines, ...expected] of cases)
    test.same(problemsOf(withHead(kind, lines)), expected, lines.slice(0, 60))
  const headless = problemsOf(
    'apiVersion: v1\nkind: Secret\nmetadata: {nam: app, generateName: a-}\nstringData: {a: hunter2}\n',
  )
  test.same(headless, [
    'web.yaml:3:12: metadata.nam: unknown field (did you mean "name"?)',
    'web.yaml:3:22: metadata.generateName: not supported: a Secret that is a file needs a name that stays (set metadata.name)',
  ])
  test.same(problemsOf('apiVersion: v2\nkind: Secret\nmetadata: {name: a}\n'), [
    'web.yaml:1:13: apiVersion: podkeep knows v1 Secrets, and not those of v2 (write apiVersion: v1)',
  ])
  test.end()
})

t.test('one MiB of values is the most, and fits into a file', (test) => {
  const most = Buffer.alloc(1024 * 1024, 'x')
  const secret = (bytes: Buffer): string => withHead('Secret', `data: {a: ${bytes.toString('base64')}}`)
  test.equal(objectsOf(secret(most))[0]?.entries.get('a')?.sizeBytes, 1024 * 1024)
  test.same(problemsOf(secret(Buffer.concat([most, Buffer.from('x')]))), [
    'web.yaml:4:1: data: must be no more than 1048576 bytes in all, and are 1048577 (put large files into a hostPath volume)',
  ])
  test.end()
})

t.test('the same object in two files: the one in force stays, and the other is the problem', (test) => {
  const map = (value: string, lines = ''): string => withHead('ConfigMap', `data: {a: ${value}}\n${lines}`)
  const [a, b] = [decode(map('one'), 'a.yaml'), decode(map('two'), 'b.yaml')]
  const first = resolveObjects([a, b], () => undefined)
  test.same(
    [...first.objects.values()].map(({ file }) => file),
    ['a.yaml'],
  )
  test.same(first.problems.map(problemText), [
    'b.yaml:3:18: metadata.name: ConfigMap default/app is defined in a.yaml:3 already, and that one is in force (rename or remove one of the two)',
  ])
  const known = resolveObjects([a, b], () => b.objects[0]!.object)
  test.same(
    [...known.objects.values()].map(({ file }) => file),
    ['b.yaml'],
  )
  test.end()
})

t.test('what is immutable stays as it was, until it is removed', (test) => {
  const text = (value: string, lines: string): string => withHead('ConfigMap', `data: {a: ${value}}\n${lines}`)
  const before = decode(text('one', 'immutable: true')).objects[0]!.object
  const problem =
    'web.yaml:3:18: metadata.name: ConfigMap default/app is immutable, so what it said before stays in force (give the new one another name, and the pods that read it)'
  for (const after of [text('two', 'immutable: true'), text('one', '')]) {
    const { objects, problems } = resolveObjects([decode(after)], () => before)
    test.same(problems.map(problemText), [problem])
    test.equal(objects.get(configKey('ConfigMap', 'default', 'app')), before)
  }
  test.same(resolveObjects([decode(text('one', 'immutable: true'))], () => before).problems, [])
  test.end()
})

t.test('the annotation says what a change does', (test) => {
  const annotated = (value: string): Case[0] => `annotations: {podkeep.io/on-config-change: ${value}}`
  const field = 'metadata.annotations["podkeep.io/on-config-change"]'
  const form = 'must be restart, none, a signal like SIGHUP, or container=SIGNAL for single ones'
  checkCases(test, 'metadata', [
    [annotated('Restart'), `${field}: ${form} (did you mean "restart"?)`],
    [annotated('reload'), `${field}: ${form}`],
    [annotated('HUP'), `${field}: ${form} (did you mean "SIGHUP"?)`],
    [annotated('sighup'), `${field}: ${form} (did you mean "SIGHUP"?)`],
    [annotated('signal SIGHUP'), `${field}: ${form} (did you mean "SIGHUP"?)`],
    [annotated('"app=USR1"'), `${field}: ${form} (did you mean "SIGUSR1"?)`],
    [annotated('"SIGHUP,"'), `${field}: ${form}`],
    [annotated('"restart,none"'), `${field}: ${form} (did you mean "restart"?)`],
    [annotated('SIGKILL'), `${field}: SIGKILL ends or halts a program (write restart)`],
    [annotated('app=SIGSTOP'), `${field}: SIGSTOP ends or halts a program (write restart)`],
    [annotated('wb=SIGHUP'), `${field}: names "wb", which is no container or sidecar of the pod (did you mean "web"?)`],
    [annotated('proxy=SIGHUP'), `${field}: names "proxy", which is no container or sidecar of the pod (it has web)`],
    [annotated('"web=SIGHUP, web=SIGUSR1"'), `${field}: names "web" twice`],
    [annotated('"SIGHUP, SIGUSR1"'), `${field}: has two signals for all containers`],
  ])
  const reactionTo = (value: string): unknown =>
    decode(podWith({ metadata: annotated(value) })).pods[0]?.pod.onConfigChange
  test.same(reactionTo('SIGHUP'), { kind: 'signal', byContainer: {}, others: 'SIGHUP' })
  test.same(reactionTo('SIGRTMIN+3'), { kind: 'signal', byContainer: {}, others: 'SIGRTMIN+3' })
  test.same(reactionTo('"web=SIGUSR1, SIGHUP"'), {
    kind: 'signal',
    byContainer: { web: 'SIGUSR1' },
    others: 'SIGHUP',
  })
  for (const value of ['restart', 'none'])
    test.equal(decode(podWith({ metadata: annotated(value) })).pods[0]?.pod.onConfigChange.kind, value)
  test.end()
})
