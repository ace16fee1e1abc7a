/** PersistentVolumeClaims and volumeClaimTemplates: what they say, what is refused, and which claim each pod has. */

import { t } from 'tap'

import { decodeFile, resolveDuplicates, type DecodedFile } from '../../../lib/manifest/index.js'
import { problemText, type DesiredClaim, type DesiredPod } from '../../../lib/pod/index.js'

const decode = (text: string, file = 'c.yaml'): DecodedFile => decodeFile(file, new TextEncoder().encode(text))
const problems = (text: string): string[] => decode(text).problems.map(problemText)

const storage = 'resources: {requests: {storage: 1Gi}}'
const claim = (spec: string): string =>
  `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: shop}, spec: {${spec}}}`

const plainTerms = {
  storageClassName: null,
  accessModes: ['ReadWriteOnce'],
  requestBytes: 2 ** 30,
  volumeName: null,
  selector: null,
}

t.test('a claim is a name, whether more than one pod may use it, and what it asks for', (test) => {
  const claimed = (text: string): DesiredClaim | undefined => decode(text).claims[0]?.claim
  const plain = {
    key: 'shop/data',
    namespace: 'shop',
    name: 'data',
    file: 'c.yaml',
    isForOnePod: false,
    terms: plainTerms,
  }
  test.same(claimed(claim(`accessModes: [ReadWriteOnce], ${storage}`)), plain)
  const shared = ['ReadWriteMany', 'ReadOnlyMany']
  test.same(claimed(claim(`accessModes: [ReadWriteMany, ReadOnlyMany], ${storage}`)), {
    ...plain,
    terms: { ...plainTerms, accessModes: shared },
  })
  const alone = { ...plainTerms, accessModes: ['ReadWriteOncePod'] }
  test.same(claimed(claim(`accessModes: [ReadWriteOncePod], ${storage}`)), {
    ...plain,
    isForOnePod: true,
    terms: alone,
  })
  const fromCluster = [
    'apiVersion: v1',
    'kind: PersistentVolumeClaim',
    'metadata:',
    '  name: data',
    '  namespace: shop',
    '  annotations: {pv.kubernetes.io/bind-completed: "yes"}',
    '  finalizers: [kubernetes.io/pvc-protection]',
    'spec:',
    '  accessModes: [ReadWriteOnce]',
    '  resources: {requests: {storage: 1Gi}, limits: {storage: 2Gi}}',
    '  storageClassName: fast',
    '  volumeAttributesClassName: gold',
    '  volumeMode: Filesystem',
    '  volumeName: ""',
    'status: {phase: Bound}',
  ].join('\n')
  test.same(problems(fromCluster), [])
  test.same(claimed(fromCluster), { ...plain, terms: { ...plainTerms, storageClassName: 'fast' } })
  const picky = 'storageClassName: "", volumeName: pv-1, selector: {matchLabels: {a: b}}'
  test.same(claimed(claim(`accessModes: [ReadWriteOnce], ${storage}, ${picky}`))?.terms, {
    ...plainTerms,
    storageClassName: '',
    volumeName: 'pv-1',
    selector: { matchLabels: { a: 'b' } },
  })
  test.end()
})

t.test('what is wrong with a claim is told as the API server does, and what is refused says what to write', (test) => {
  const good = `accessModes: [ReadWriteOnce], ${storage}`
  const cases: readonly (readonly [string, string])[] = [
    [storage, 'spec.accessModes: required, but missing (at least 1 access mode is required: write [ReadWriteOnce])'],
    [
      `accessModes: [ReadWriteOncce], ${storage}`,
      'spec.accessModes[0]: must be one of ReadOnlyMany, ReadWriteMany, ReadWriteOnce, ReadWriteOncePod (did you mean "ReadWriteOnce"?)',
    ],
    [
      `accessModes: [ReadWriteOncePod, ReadWriteOnce], ${storage}`,
      'spec.accessModes: may not use ReadWriteOncePod with other access modes',
    ],
    [
      'accessModes: [ReadWriteOnce]',
      'spec.resources.requests.storage: required, but missing (write how much it should hold, as in 1Gi)',
    ],
    [
      'accessModes: [ReadWriteOnce], resources: {requests: {storage: 0}}',
      'spec.resources.requests.storage: must be greater than zero',
    ],
    [
      'accessModes: [ReadWriteOnce], resources: {requests: {storage: -1Gi}}',
      'spec.resources.requests.storage: must be greater than or equal to 0',
    ],
    [
      'accessModes: [ReadWriteOnce], resources: {requests: {storage: 500m}}',
      'spec.resources.requests.storage: must be whole bytes',
    ],
    [
      `${good}, storageClassName: Fast`,
      "spec.storageClassName: must consist of lower case letters, digits, '-' or '.', and start and end with a letter or digit (RFC 1123 subdomain) (for example \"fast\")",
    ],
    [
      `${good}, volumeMode: Block`,
      'spec.volumeMode: not supported: a volume of the engine is a folder (write Filesystem)',
    ],
    [
      `${good}, volumeName: PV-1`,
      "spec.volumeName: must consist of lower case letters, digits, '-' or '.', and start and end with a letter or digit (RFC 1123 subdomain) (for example \"pv-1\")",
    ],
    [
      `${good}, selector: {matchExpressions: [{key: a, operator: In}]}`,
      "spec.selector.matchExpressions[0].values: must be specified when `operator` is 'In' or 'NotIn'",
    ],
    [
      `${good}, dataSource: {kind: PersistentVolumeClaim, name: old}`,
      'spec.dataSource: not supported: what a claim stores is empty at first (remove the field, and fill the volume in an init container)',
    ],
    [
      `${good}, dataSourceRef: {kind: PersistentVolumeClaim, name: old}`,
      'spec.dataSourceRef: not supported: what a claim stores is empty at first (remove the field, and fill the volume in an init container)',
    ],
    [`${good}, acessModes: []`, 'spec.acessModes: unknown field (did you mean "accessModes"?)'],
  ]
  for (const [spec, expected] of cases)
    test.same(
      problems(claim(spec)).map((problem) => problem.replace(/^c\.yaml:\d+:\d+: /, '')),
      [expected],
    )
  test.same(problems('{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}}'), [
    'c.yaml:1:1: spec: required, but missing',
  ])
  test.end()
})

t.test('the first of two claims of one name counts, and the other is told where that is', (test) => {
  const text = claim(`accessModes: [ReadWriteOnce], ${storage}`)
  const { claims, problems: found } = resolveDuplicates(
    [decode(text, 'a.yaml'), decode(text, 'b.yaml')],
    () => undefined,
  )
  test.equal(claims.get('shop/data' as never)?.file, 'a.yaml')
  test.same(found.map(problemText), [
    'b.yaml:1:64: metadata.name: PersistentVolumeClaim shop/data is defined in a.yaml:1 already, and that one is in force (rename or remove one of the two)',
  ])
  test.end()
})

const statefulSet = (
  templates: string,
  pod = 'containers: [{name: c, image: i, volumeMounts: [{name: data, mountPath: /d}]}]',
): string =>
  [
    'apiVersion: apps/v1',
    'kind: StatefulSet',
    'metadata: {name: db, namespace: shop}',
    'spec:',
    '  replicas: 2',
    '  selector: {matchLabels: {app: db}}',
    `  volumeClaimTemplates: [${templates}]`,
    '  template:',
    '    metadata: {labels: {app: db}}',
    `    spec: {${pod}}`,
  ].join('\n')
const dataTemplate = `{metadata: {name: data}, spec: {accessModes: [ReadWriteOncePod], ${storage}}}`

t.test('each pod of a StatefulSet has a claim of its own, named after the template and the pod', (test) => {
  const volumes = (text: string): DesiredPod['volumes'][] => {
    test.same(problems(text), [])
    return decode(text).pods.map(({ pod }) => pod.volumes)
  }
  const claimed = (name: string): object => ({
    kind: 'persistentVolumeClaim',
    name: 'data',
    claim: { namespace: 'shop', name },
    readOnly: false,
  })
  test.same(volumes(statefulSet(dataTemplate)), [[claimed('data-db-0')], [claimed('data-db-1')]])
  const withOwn = `volumes: [{name: data, emptyDir: {}}, {name: tmp, hostPath: {path: /t}}], containers: [{name: c, image: i}]`
  const tmp = { kind: 'hostPath', name: 'tmp', path: '/t', type: '' }
  test.same(
    volumes(statefulSet(dataTemplate, withOwn)),
    [
      [claimed('data-db-0'), tmp],
      [claimed('data-db-1'), tmp],
    ],
    'a claim stands in the place of a volume of its name',
  )
  test.end()
})

t.test('what is wrong in a volumeClaimTemplate is told at its own place', (test) => {
  const cases: readonly (readonly [string, string])[] = [
    [
      `{spec: {accessModes: [ReadWriteOnce], ${storage}}}`,
      'spec.volumeClaimTemplates[0].metadata.name: required, but missing',
    ],
    ['{metadata: {name: data}}', 'spec.volumeClaimTemplates[0].spec: required, but missing'],
    [
      `${dataTemplate}, ${dataTemplate}`,
      'spec.volumeClaimTemplates[1].metadata.name: "data" names another claim template too',
    ],
    [
      `{metadata: {name: data}, spec: {accessModes: [RWO], ${storage}}}`,
      'spec.volumeClaimTemplates[0].spec.accessModes[0]: must be one of ReadOnlyMany, ReadWriteMany, ReadWriteOnce, ReadWriteOncePod',
    ],
    [
      `{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], volumeMode: Block, ${storage}}}`,
      'spec.volumeClaimTemplates[0].spec.volumeMode: not supported: a volume of the engine is a folder (write Filesystem)',
    ],
    [
      `{metadata: {name: da.ta}, spec: {accessModes: [ReadWriteOnce], ${storage}}}`,
      "spec.volumeClaimTemplates[0].metadata.name: must consist of lower case letters, digits or '-', and start and end with a letter or digit (RFC 1123 label)",
    ],
  ]
  const pod = 'containers: [{name: c, image: i}]'
  for (const [template, expected] of cases)
    test.same(
      problems(statefulSet(template, pod)).map((problem) => problem.replace(/^c\.yaml:\d+:\d+: /, '')),
      [expected],
    )
  test.same(problems(statefulSet(dataTemplate.replace('name: data', 'name: dat'))), [
    'c.yaml:10:67: spec.template.spec.containers[0].volumeMounts[0].name: there is no volume "data" in spec.volumes (did you mean "dat"?)',
  ])
  const retention = statefulSet(dataTemplate).replace(
    '  template:',
    '  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}\n  template:',
  )
  test.same(problems(retention), [
    'c.yaml:8:3: spec.persistentVolumeClaimRetentionPolicy: not supported: what a pod has stored is never removed with it (remove the field)',
  ])
  test.same(problems(retention.replace('whenDeleted: Delete', 'whenDeleted: Retain, whenScaled: Retain')), [])
  test.end()
})
