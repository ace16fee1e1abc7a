/** The table of supported fields against the schema: every field has its row, and every row has its field. */

import fc from 'fast-check'
import { t } from 'tap'

import { decodeFile } from '../../../lib/manifest/index.js'
import { fieldSupport } from '../../../lib/manifest/field-support.js'
import { editDistance } from '../../../lib/manifest/field-names.js'
import { podFields } from '../../../lib/manifest/schema/pod-fields.generated.js'
import { problemText } from '../../../lib/pod/index.js'

/** The paths of all fields, down to where the table stops: `V1Container` under `spec.containers[]`. */
const pathsOf = (definition: string, prefix: string): string[] =>
  Object.entries(podFields[definition] ?? {}).flatMap(([field, type]) => {
    const path = prefix === '' ? field : `${prefix}.${field}`
    const row = fieldSupport.find((candidate) => candidate.path === path)
    if (row?.support !== 'supported' || path === 'spec.initContainers') return [path]
    if (type.startsWith('[]')) return [path, `${path}[]`, ...pathsOf(type.slice(2), `${path}[]`)]
    if (type.startsWith('{}')) return [path, `${path}.{}`]
    return [path, ...pathsOf(type, path)]
  })

t.test('every field of everything that is supported at least in part has a row, and no row lacks a field', (test) => {
  const rows = fieldSupport.map(({ path }) => path)
  test.equal(new Set(rows).size, rows.length, 'no path twice')
  const paths = pathsOf('V1Pod', '')
  test.same(
    paths.filter((path) => !path.endsWith('{}') && !rows.includes(path)),
    [],
    'fields without a row',
  )
  const isPart = (path: string): boolean =>
    /\.(requests|limits|labels|annotations)\.|^spec\.initContainers\[\]$/.test(path)
  test.same(
    rows.filter((path) => !isPart(path) && !paths.includes(path)),
    [],
    'rows without a field',
  )
  test.end()
})

t.test('what is ignored or refused for good says why, and what is refused for good what to write instead', (test) => {
  for (const { path, support, reason, instead } of fieldSupport) {
    test.equal(reason !== null, support === 'ignored' || support === 'never', path)
    test.equal(instead !== null, support === 'never', path)
  }
  test.end()
})

const problems = (metadata: string, spec: string, container: string): string[] =>
  decodeFile(
    'p.yaml',
    new TextEncoder().encode(
      `{apiVersion: v1, kind: Pod, metadata: {name: a, ${metadata}}, spec: {${spec === '' ? '' : `${spec}, `}containers: [{name: c, image: i, ${container}}]}}`,
    ),
  ).problems.map(problemText)

t.test('what an API server adds to a plain pod is accepted', (test) => {
  const metadata =
    'creationTimestamp: "2026-01-01T00:00:00Z", generation: 1, resourceVersion: "1", selfLink: x, managedFields: [{nonsense: 1}], ownerReferences: [{apiVersion: v1, kind: Node, name: n1, uid: u1}]'
  const spec =
    'dnsPolicy: ClusterFirst, enableServiceLinks: true, nodeName: n1, preemptionPolicy: PreemptLowerPriority, priority: 0, schedulerName: default-scheduler, securityContext: {}, serviceAccount: default, serviceAccountName: default, hostPID: false, imagePullSecrets: [], tolerations: [{effect: NoExecute, key: a, operator: Exists}], nodeSelector: {kubernetes.io/os: linux}, os: {name: linux}'
  const container =
    'terminationMessagePath: /dev/termination-log, terminationMessagePolicy: File, resources: {}, securityContext: {privileged: false, allowPrivilegeEscalation: true, procMount: Default}, stdin: false, tty: false, envFrom: [], volumeMounts: [], livenessProbe: null, resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}]'
  test.same(problems(metadata, spec, container), [])
  test.same(problems('', 'hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet', ''), [])
  test.end()
})

t.test('what would change how the pod runs is refused by name', (test) => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      '',
      'hostUsers: false',
      'spec.hostUsers: not supported: a Docker Engine has users of their own for all of its containers or for none (remove the field; dockerd --userns-remap does it for all)',
    ],
    [
      '',
      'os: {name: windows}',
      'spec.os.name: not supported: podkeep runs Linux containers (write linux, or remove spec.os)',
    ],
    [
      '',
      'readinessGates: [{conditionType: a/b}]',
      'spec.readinessGates: not supported: whoever could set such a condition would need an API server, and the pod would never be ready (remove the field, and let a readinessProbe tell)',
    ],
    [
      'volumeDevices: [{name: v, devicePath: /dev/x}]',
      '',
      'spec.containers[0].volumeDevices: not supported: there are no PersistentVolumes that could be block devices (name the device in the annotation podkeep.io/devices.CONTAINER)',
    ],
    [
      'lifecycle: {preStop: {tcpSocket: {port: 1}}}',
      '',
      'spec.containers[0].lifecycle.preStop.tcpSocket: not supported: Kubernetes accepts it and every such hook fails (use httpGet, or exec with a program that connects)',
    ],
  ]
  for (const [container, spec, expected] of cases)
    test.same(
      problems('', spec, container).map((text) => text.replace(/^p\.yaml:\d+:\d+: /, '')),
      [expected],
    )
  test.end()
})

t.test('the distance of two words counts insertions, deletions, replacements and swaps', (test) => {
  test.equal(editDistance('image', 'image'), 0)
  test.equal(editDistance('imge', 'image'), 1)
  test.equal(editDistance('iamge', 'image'), 1)
  test.equal(editDistance('', 'abc'), 3)
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      (a, b) => editDistance(a, b) === editDistance(b, a) && editDistance(a, b) <= Math.max(a.length, b.length),
    ),
  )
  test.end()
})
