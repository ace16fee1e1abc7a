/** Whatever the bytes are, decodeFile answers: with pods or with problems, and with places that exist. */

import fc from 'fast-check'
import { t } from 'tap'

import { decodeFile, decodeStoredPod } from '../../../lib/manifest/index.js'
import { withoutSource } from '../../support/manifests.js'

const manifest = `apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web, "tier": front}
  annotations: &notes
    a: "1"
    <<: *none
spec:
  hostNetwork: false
  restartPolicy: OnFailure
  volumes:
  - name: data
    hostPath: {path: /srv, type: Directory}
  - name: tmp
    emptyDir: {medium: Memory, sizeLimit: 1Mi}
  containers:
  - name: web
    image: registry.local:5000/web:1.0
    command: [sh, -c, "sleep 1"]
    env: [{name: A, value: "x"}]
    ports: [{name: http, containerPort: 80, hostPort: 8080, protocol: TCP}]
    resources: {limits: {cpu: 500m, memory: 64Mi}}
    volumeMounts: [{name: data, mountPath: /data}]
`.replace('    <<: *none\n', '')

const fragments = [
  ...[
    '',
    ' ',
    '\t',
    '\n',
    '\n---\n',
    ':',
    ': ',
    '- ',
    '#',
    '"',
    "'",
    '*notes',
    '&a ',
    '<<: *notes',
    '!!str ',
    '!x ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '|',
    '>',
    '%',
    '@',
  ],
  ...[
    'null',
    '~',
    'true',
    'yes',
    '0',
    '-1',
    '1.5',
    '.inf',
    '.nan',
    '1e400',
    '99999999999999999999',
    '0x10',
    '\0',
    '\u2028',
    '\ufeff',
    '\ud800',
    '\u{1f600}',
  ],
  ...[
    '__proto__: x',
    'constructor: {}',
    'toString',
    '? [a]: b',
    '? {a: b}\n: c',
    'kind: List',
    'kind: PodList',
    'items: [null, 1]',
    'spec: []',
    'metadata: x',
    'a~1b/c: d',
  ],
]

const mutated = fc
  .array(
    fc.tuple(fc.nat(manifest.length), fc.nat(12), fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 5 }))),
    { maxLength: 6 },
  )
  .map((edits) =>
    edits.reduce((text, [at, length, insert]) => text.slice(0, at) + insert + text.slice(at + length), manifest),
  )

const answers = (bytes: Uint8Array): boolean => {
  const { pods, problems } = decodeFile('f.yaml', bytes)
  const lines = new TextDecoder().decode(bytes).split('\n').length
  const placed = problems.every(
    ({ line, column }) => line === null || (line >= 1 && line <= lines && (column ?? 0) >= 1),
  )
  const kept = pods.every(
    ({ pod }) => JSON.stringify(decodeStoredPod(pod.manifest, pod.file)) === JSON.stringify(withoutSource(pod)),
  )
  return pods.length + problems.length > 0 && placed && kept
}

t.test('the manifest that is mutated is good', (test) => {
  test.same(decodeFile('f.yaml', new TextEncoder().encode(manifest)).problems, [])
  test.end()
})

t.test(
  'mutated manifests are answered, and a pod that is accepted is understood again from the state folder',
  (test) => {
    fc.assert(
      fc.property(mutated, (text) => answers(new TextEncoder().encode(text))),
      { numRuns: 2000 },
    )
    test.end()
  },
)

t.test('any bytes are answered', (test) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), answers), { numRuns: 1000 })
  fc.assert(
    fc.property(fc.json(), (text) => answers(new TextEncoder().encode(text))),
    { numRuns: 500 },
  )
  test.end()
})

t.test('a Pod of any shape is answered', (test) => {
  const wild = fc.jsonValue({ maxDepth: 3 })
  const record = fc.record({
    apiVersion: fc.constant('v1'),
    kind: fc.constant('Pod'),
    metadata: fc.oneof(wild, fc.record({ name: fc.oneof(wild, fc.constant('a')), labels: wild, uid: wild })),
    spec: fc.oneof(
      wild,
      fc.record({
        volumes: fc.oneof(wild, fc.array(fc.oneof(wild, fc.record({ name: wild, hostPath: wild, emptyDir: wild })))),
        containers: fc.oneof(
          wild,
          fc.array(
            fc.oneof(
              wild,
              fc.record({
                name: wild,
                image: wild,
                ports: fc.array(wild),
                env: fc.array(wild),
                resources: wild,
                volumeMounts: fc.array(wild),
              }),
            ),
          ),
        ),
        terminationGracePeriodSeconds: wild,
        affinity: wild,
        nodeSelector: wild,
      }),
    ),
  })
  fc.assert(
    fc.property(record, (pod) => answers(new TextEncoder().encode(JSON.stringify(pod)))),
    { numRuns: 1000 },
  )
  test.end()
})
