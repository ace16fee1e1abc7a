/** What a whole file becomes: pods, or problems with place, words and suggestion exactly as a person sees them. */

import { t } from 'tap'

import { decodeFile, decodeStoredPod, resolveDuplicates, type DecodedFile } from '../../../lib/manifest/index.js'
import { isIpAddress } from '../../../lib/manifest/ip-address.js'
import { podKey, problemText, usualSecurity, type V1Pod } from '../../../lib/pod/index.js'
import { checkCases, decode, podWith, problemsOf, withoutSource, type Case } from '../../support/manifests.js'

/** What a container that asks for nothing of it has. */
const usualLife = {
  envFrom: [],
  restartPolicy: null,
  restartRules: [],
  startupProbe: null,
  readinessProbe: null,
  livenessProbe: null,
  postStart: null,
  preStop: null,
  stopSignal: null,
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  stdin: false,
  stdinOnce: false,
  tty: false,
  restartsOnResize: { cpu: false, memory: false },
  devices: [],
}

t.test('a complete manifest becomes a pod in podkeep’s units, with every default', (test) => {
  const text = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: prod
  uid: 1b4e28ba-2fa1-11d2-883f-0016d3cca427
  labels: {app: web}
spec:
  hostNetwork: true
  terminationGracePeriodSeconds: 5
  initContainers:
  - {name: init, image: busybox, command: [true-ish]}
  containers:
  - name: web
    image: registry.local:5000/team/web@sha256:${'a'.repeat(64)}
    args: [null, x]
    env: [{name: A}, {name: B, value: "1"}]
    workingDir: /srv
    ports: [{name: http, containerPort: 80}]
    resources: {limits: {cpu: 0.5, memory: 128Mi}}
    volumeMounts: [{name: data, mountPath: data/, readOnly: true}, {name: tmp, mountPath: /tmp}]
  volumes:
  - {name: data, hostPath: {path: /srv/data}}
  - {name: tmp, emptyDir: {medium: Memory, sizeLimit: 1Ki}}
  - {name: bare}
`
  const { pods, problems } = decode(text)
  test.same(problems, [])
  test.same([pods[0]?.line, pods[0]?.column], [4, 9])
  const { manifest, source, ...pod } = pods[0]!.pod
  test.equal(source, text)
  test.same(pod, {
    key: 'prod/web',
    namespace: 'prod',
    name: 'web',
    uid: '1b4e28ba-2fa1-11d2-883f-0016d3cca427',
    owner: null,
    file: 'web.yaml',
    elsewhere: null,
    runtime: null,
    restartPolicy: 'Always',
    graceMs: 5000,
    activeDeadlineMs: null,
    backoffLimit: null,
    ttlAfterFinishedMs: null,
    priority: 0,
    dependsOn: [],
    backOff: { baseMs: 10_000, maxMs: 300_000 },
    onConfigChange: { kind: 'usual' },
    rollout: null,
    pullSecrets: [],
    shares: { hostPid: false, hostIpc: false, processes: false },
    names: {
      hostname: 'web',
      subdomain: null,
      hostnameIsFqdn: false,
      hostAliases: [],
      dnsPolicy: 'host',
      dnsConfig: { nameservers: [], searches: [], options: [] },
    },
    resources: { cpuRequestMillis: null, cpuLimitMillis: null, memoryRequestBytes: null, memoryLimitBytes: null },
    pidsLimit: null,
    hostNetwork: true,
    sysctls: {},
    seLinux: null,
    volumes: [
      { kind: 'hostPath', name: 'data', path: '/srv/data', type: '' },
      { kind: 'emptyDir', name: 'tmp', medium: 'Memory', sizeLimitBytes: 1024 },
      { kind: 'emptyDir', name: 'bare', medium: '', sizeLimitBytes: null },
    ],
    initContainers: [
      {
        name: 'init',
        image: 'busybox',
        imagePullPolicy: 'Always',
        command: ['true-ish'],
        args: null,
        env: [],
        workingDir: null,
        ports: [],
        mounts: [],
        resources: { cpuRequestMillis: null, cpuLimitMillis: null, memoryRequestBytes: null, memoryLimitBytes: null },
        security: usualSecurity,
        ...usualLife,
      },
    ],
    containers: [
      {
        name: 'web',
        image: `registry.local:5000/team/web@sha256:${'a'.repeat(64)}`,
        imagePullPolicy: 'IfNotPresent',
        command: null,
        args: ['', 'x'],
        env: [
          { name: 'A', value: '' },
          { name: 'B', value: '1' },
        ],
        workingDir: '/srv',
        ports: [{ name: 'http', containerPort: 80, protocol: 'TCP', hostPort: 80, hostIP: null }],
        mounts: [
          { volume: 'data', mountPath: '/data', readOnly: true },
          { volume: 'tmp', mountPath: '/tmp', readOnly: false },
        ],
        resources: {
          cpuRequestMillis: 500,
          cpuLimitMillis: 500,
          memoryRequestBytes: 134217728,
          memoryLimitBytes: 134217728,
        },
        security: usualSecurity,
        ...usualLife,
      },
    ],
  })
  test.same(JSON.parse(JSON.stringify(manifest)), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      labels: { app: 'web' },
      name: 'web',
      namespace: 'prod',
      uid: '1b4e28ba-2fa1-11d2-883f-0016d3cca427',
    },
    spec: {
      containers: [
        {
          args: ['', 'x'],
          env: [{ name: 'A' }, { name: 'B', value: '1' }],
          image: `registry.local:5000/team/web@sha256:${'a'.repeat(64)}`,
          imagePullPolicy: 'IfNotPresent',
          name: 'web',
          ports: [{ containerPort: 80, hostPort: 80, name: 'http', protocol: 'TCP' }],
          resources: { limits: { cpu: '0.5', memory: '128Mi' }, requests: { cpu: '0.5', memory: '128Mi' } },
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          volumeMounts: [
            { mountPath: 'data/', name: 'data', readOnly: true },
            { mountPath: '/tmp', name: 'tmp' },
          ],
          workingDir: '/srv',
        },
      ],
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      hostNetwork: true,
      initContainers: [
        {
          command: ['true-ish'],
          image: 'busybox',
          imagePullPolicy: 'Always',
          name: 'init',
          resources: {},
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        },
      ],
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 5,
      volumes: [
        { hostPath: { path: '/srv/data', type: '' }, name: 'data' },
        { emptyDir: { medium: 'Memory', sizeLimit: '1Ki' }, name: 'tmp' },
        { emptyDir: {}, name: 'bare' },
      ],
    },
  })
  test.same(decodeStoredPod(manifest, 'web.yaml'), { manifest, ...pod }, 'what is stored is understood as what it was')
  test.end()
})

t.test('the order in which a manifest writes its fields changes nothing', (test) => {
  const forwards = decode(
    '{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b}, spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}',
  )
  const backwards = decode(
    '{spec: {containers: [{image: i, name: c}], restartPolicy: Never}, metadata: {namespace: b, name: a}, kind: Pod, apiVersion: v1}',
  )
  const written = ({ pods }: DecodedFile): string => JSON.stringify(withoutSource(pods[0]!.pod))
  test.equal(written(forwards), written(backwards))
  test.end()
})

t.test('a stored pod this version cannot understand is null', (test) => {
  const { manifest } = decode(podWith({})).pods[0]!.pod
  const spec = manifest.spec
  test.equal(decodeStoredPod({ ...manifest, spec: { ...spec, fromTheFuture: true } }, 'f'), null)
  test.equal(decodeStoredPod({ ...manifest, spec: { ...spec, containers: 'x' } }, 'f'), null)
  for (const damaged of [null, 1, 'x', [], {}, { apiVersion: 'v1', kind: 'Pod' }, { ...manifest, kind: 'Job' }])
    test.equal(decodeStoredPod(damaged as unknown as V1Pod, 'f'), null)
  test.end()
})

t.test('unknown fields are named, with what was probably meant', (test) => {
  checkCases(test, 'metadata', [
    ['lables: {a: b}', 'metadata.lables: unknown field (did you mean "labels"?)'],
    ['restartPolicy: Always', 'metadata.restartPolicy: unknown field ("restartPolicy" belongs to spec)'],
    ['Namespace: x', 'metadata.Namespace: unknown field (did you mean "namespace"? Field names are case-sensitive)'],
    ['on: x', 'metadata.true: unknown field'],
    ['constructor: x', 'metadata.constructor: unknown field'],
    ['__proto__: x', 'metadata.__proto__: unknown field'],
  ])
  checkCases(test, 'spec', [
    [
      'hostnetwork: true',
      'spec.hostnetwork: unknown field (did you mean "hostNetwork"? Field names are case-sensitive)',
    ],
    ['labels: {}', 'spec.labels: unknown field ("labels" belongs to metadata)'],
    ['image: x', 'spec.image: unknown field ("image" belongs to spec.containers[])'],
    ['foo: 1', 'spec.foo: unknown field'],
  ])
  checkCases(test, 'container', [
    ['hostNetwork: true', 'spec.containers[0].hostNetwork: unknown field ("hostNetwork" belongs to spec)'],
    [
      'containerPort: 80',
      'spec.containers[0].containerPort: unknown field ("containerPort" belongs to spec.containers[].ports[])',
    ],
    ['environment: []', 'spec.containers[0].environment: unknown field (did you mean "env"?)'],
    ['restart: always', 'spec.containers[0].restart: unknown field (did you mean "restartPolicy"?)'],
    ['limits: {}', 'spec.containers[0].limits: unknown field ("limits" belongs to spec.containers[].resources)'],
  ])
  test.end()
})

t.test('a wrong type says what is right and how to write it', (test) => {
  checkCases(test, 'metadata', [
    ['labels: {version: 1.20}', 'metadata.labels.version: must be a string, not a number (quote it: "1.20")'],
    ['annotations: {a: yes}', 'metadata.annotations.a: must be a string, not true or false (quote it: "yes")'],
    ['labels: [a]', 'metadata.labels: must be an object with fields, not a list'],
  ])
  checkCases(test, 'spec', [
    ['hostNetwork: "true"', 'spec.hostNetwork: must be true or false, not a string (write true without quotes)'],
    [
      'terminationGracePeriodSeconds: "30"',
      'spec.terminationGracePeriodSeconds: must be a whole number, not a string (write 30 without quotes)',
    ],
    [
      'terminationGracePeriodSeconds: 1.5',
      'spec.terminationGracePeriodSeconds: must be a whole number, not a fraction',
    ],
    ['volumes: {name: a}', 'spec.volumes: must be a list, not an object (start each item with "- ")'],
    ['restartPolicy: no', 'spec.restartPolicy: must be one of Always, OnFailure, Never (did you mean "Never"?)'],
    [
      'restartPolicy: on-failure',
      'spec.restartPolicy: must be one of Always, OnFailure, Never (did you mean "OnFailure"?)',
    ],
    ['restartPolicy: [a]', 'spec.restartPolicy: must be one of Always, OnFailure, Never'],
  ])
  checkCases(test, 'container', [
    ['command: ls -la', 'spec.containers[0].command: must be a list, not a string (write ["ls", "-la"])'],
    ['args: [1]', 'spec.containers[0].args[0]: must be a string, not a number (quote it: "1")'],
    ['env: [A=1]', 'spec.containers[0].env[0]: must be an object with fields, not a string'],
    [
      'imagePullPolicy: always',
      'spec.containers[0].imagePullPolicy: must be one of Always, IfNotPresent, Never (did you mean "Always"?)',
    ],
    [
      'resources: {limits: {memory: true}}',
      'spec.containers[0].resources.limits.memory: must be a quantity like 500m, 2, 128Mi or 1Gi, not true or false',
    ],
  ])
  test.end()
})

t.test('the rules of the API server that no schema can say', (test) => {
  checkCases(test, 'metadata', [
    [
      'namespace: a.b',
      "metadata.namespace: must consist of lower case letters, digits or '-', and start and end with a letter or digit (RFC 1123 label)",
    ],
    [
      'namespace: My_Space',
      'metadata.namespace: must consist of lower case letters, digits or \'-\', and start and end with a letter or digit (RFC 1123 label) (for example "my-space")',
    ],
    [
      'generateName: web-',
      'metadata.generateName: not supported: what is a file needs a name that stays (set metadata.name)',
    ],
    [
      'uid: ../../etc',
      "metadata.uid: must consist of at most 63 letters, digits, '-' or '_', and start with a letter or digit",
    ],
    [
      'creationTimestamp: 2020-01-01',
      'metadata.creationTimestamp: must be a time like 2006-01-02T15:04:05Z (remove the field)',
    ],
    [
      'labels: {"-a": x}',
      "metadata.labels[\"-a\"]: the name of a key must consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit",
    ],
    ['labels: {a/b/c: x}', 'metadata.labels["a/b/c"]: a key has at most one "/": [prefix/]name'],
    [
      'labels: {UP.example/b: x}',
      'metadata.labels["UP.example/b"]: the prefix before "/" must consist of lower case letters, digits, \'-\' or \'.\', and start and end with a letter or digit (RFC 1123 subdomain)',
    ],
    [
      'labels: {a: "b c"}',
      "metadata.labels.a: must be empty or consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit (annotations take any text)",
    ],
    [
      `labels: {a: ${'x'.repeat(64)}}`,
      'metadata.labels.a: must be no more than 63 characters (annotations take any text)',
    ],
    [
      `annotations: {a: ${'x'.repeat(262144)}}`,
      'metadata.annotations: must be no more than 262144 bytes in all, and are 262145',
    ],
  ])
  checkCases(test, 'spec', [
    ['terminationGracePeriodSeconds: -1', 'spec.terminationGracePeriodSeconds: must be greater than or equal to 0'],
  ])
  checkCases(test, 'spec', [
    [
      'terminationGracePeriodSeconds: 9007199254741',
      'spec.terminationGracePeriodSeconds: must be less than or equal to 9007199254740',
    ],
    [
      'volumes: [{name: A}]',
      'spec.volumes[0].name: must consist of lower case letters, digits or \'-\', and start and end with a letter or digit (RFC 1123 label) (for example "a")',
    ],
    ['volumes: [{name: a}, {name: a}]', 'spec.volumes[1].name: "a" names another volume of this pod too'],
    ['volumes: [{emptyDir: {}}]', 'spec.volumes[0].name: required, but missing'],
    ['volumes: [{name: a, hostPath: {}}]', 'spec.volumes[0].hostPath.path: required, but missing'],
    ['volumes: [{name: a, hostPath: {path: /a/../b}}]', 'spec.volumes[0].hostPath.path: must not contain ".."'],
    [
      'volumes: [{name: a, hostPath: {path: a}}]',
      'spec.volumes[0].hostPath.path: must be an absolute path (start it with "/")',
    ],
    [
      'volumes: [{name: a, hostPath: {path: /a, type: directory}}]',
      'spec.volumes[0].hostPath.type: must be one of DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice, BlockDevice (did you mean "Directory"?)',
    ],
    [
      'volumes: [{name: a, emptyDir: {}, hostPath: {path: /a}}]',
      'spec.volumes[0].hostPath: a volume has one source, and this one has emptyDir already',
    ],
    [
      'volumes: [{name: a, emptyDir: {medium: memory}}]',
      'spec.volumes[0].emptyDir.medium: must be Memory, HugePages, HugePages-SIZE or not set (did you mean "Memory"?)',
    ],
    [
      'volumes: [{name: a, emptyDir: {medium: HugePages}}]',
      'spec.volumes[0].emptyDir.medium: no container of this pod asks for such pages (write resources.limits.hugepages-2Mi)',
    ],
    [
      'volumes: [{name: a, emptyDir: {sizeLimit: 1X}}]',
      'spec.volumes[0].emptyDir.sizeLimit: must be a quantity like 500m, 2, 128Mi or 1Gi',
    ],
    [
      'initContainers: [{name: web, image: a}]',
      'spec.initContainers[0].name: "web" names another container of this pod too',
    ],
  ])
  checkCases(test, 'container', [
    ['workingDir: srv', 'spec.containers[0].workingDir: must be an absolute path (start it with "/")'],
    ['args: ["a\\0b"]', 'spec.containers[0].args[0]: must not contain a NUL character'],
    ['env: [{value: x}]', 'spec.containers[0].env[0].name: required, but missing'],
    [
      'env: [{name: "a=b"}]',
      'spec.containers[0].env[0].name: must consist of printable ASCII characters other than "="',
    ],
    [
      'ports: [{containerPort: 0}]',
      'spec.containers[0].ports[0].containerPort: must be between 1 and 65535, inclusive',
    ],
    ['ports: [{hostPort: 80}]', 'spec.containers[0].ports[0].containerPort: required, but missing'],
    [
      'ports: [{containerPort: 1, hostPort: 65536}]',
      'spec.containers[0].ports[0].hostPort: must be between 1 and 65535, inclusive',
    ],
    ['ports: [{containerPort: 1, name: "80"}]', 'spec.containers[0].ports[0].name: must contain at least one letter'],
    [
      'ports: [{containerPort: 1, name: a-very-long-port-name}]',
      'spec.containers[0].ports[0].name: must be no more than 15 characters',
    ],
    [
      'ports: [{containerPort: 1, name: a}, {containerPort: 2, name: a}]',
      'spec.containers[0].ports[1].name: "a" names another port of this container too',
    ],
    [
      'ports: [{containerPort: 1, hostPort: 9}, {containerPort: 2, hostPort: 9, hostIP: 0.0.0.0}]',
      'spec.containers[0].ports[1].hostPort: port 9 of the host is taken by container "web" of this pod already',
    ],
    ['ports: [{containerPort: 1, hostIP: localhost}]', 'spec.containers[0].ports[0].hostIP: must be an IP address'],
    [
      'ports: [{containerPort: 1, protocol: tcp}]',
      'spec.containers[0].ports[0].protocol: must be one of TCP, UDP, SCTP (did you mean "TCP"?)',
    ],
    [
      'volumeMounts: [{name: a, mountPath: /a}]',
      'spec.containers[0].volumeMounts[0].name: there is no volume "a" in spec.volumes (add it to spec.volumes)',
    ],
    [
      'resources: {limits: {memory: "1 Gi"}}',
      'spec.containers[0].resources.limits.memory: must be a quantity like 500m, 2, 128Mi or 1Gi (write 1Gi without spaces)',
    ],
    [
      'resources: {limits: {memory: 500MB}}',
      'spec.containers[0].resources.limits.memory: must be a quantity like 500m, 2, 128Mi or 1Gi (did you mean 500Mi (powers of 1024) or 500M (powers of 1000)?)',
    ],
    [
      'resources: {limits: {memory: 100m}}',
      'spec.containers[0].resources.limits.memory: must be whole bytes ("m" means thousandths: did you mean 100M or 100Mi?)',
    ],
    ['resources: {limits: {cpu: -1}}', 'spec.containers[0].resources.limits.cpu: must be greater than or equal to 0'],
    [
      'resources: {limits: {cpu: 1}, requests: {cpu: 1001m}}',
      'spec.containers[0].resources.requests.cpu: must be less than or equal to cpu limit of 1',
    ],
    [
      'resources: {limits: {mem: 1}}',
      'spec.containers[0].resources.limits.mem: must be cpu, memory or ephemeral-storage (did you mean "memory"?)',
    ],
    [
      'resources: {limits: {example.com/fpga: 1}}',
      'spec.containers[0].resources.limits["example.com/fpga"]: not supported: there are no device plugins; hugepages-SIZE and nvidia.com/gpu are supported without one (name the device in the annotation podkeep.io/devices.CONTAINER)',
    ],
    [
      'resources: {limits: {memory: 9007199254740993}}',
      'spec.containers[0].resources.limits.memory: is too large to be written as a number (quote it)',
    ],
  ])
  test.end()
})

t.test('mounts and host ports are looked at across the pod', (test) => {
  const mounts = (list: string): string[] =>
    problemsOf(podWith({ spec: 'volumes: [{name: data}]', container: `volumeMounts: [${list}]` }))
  test.same(mounts('{name: dta, mountPath: /a}'), [
    'web.yaml:10:27: spec.containers[0].volumeMounts[0].name: there is no volume "dta" in spec.volumes (did you mean "data"?)',
  ])
  test.same(mounts('{name: data, mountPath: /a}, {name: data, mountPath: a/}'), [
    'web.yaml:10:73: spec.containers[0].volumeMounts[1].mountPath: something else is mounted at "a/" in this container already',
  ])
  test.same(mounts('{name: data, mountPath: "/a:b"}'), [
    'web.yaml:10:44: spec.containers[0].volumeMounts[0].mountPath: must not contain ":"',
  ])
  test.same(mounts('{name: data, mountPath: /}'), [
    'web.yaml:10:44: spec.containers[0].volumeMounts[0].mountPath: must not be the root of the container',
  ])
  test.same(mounts('{name: data}'), [
    'web.yaml:10:20: spec.containers[0].volumeMounts[0].mountPath: required, but missing',
  ])
  test.same(
    problemsOf(podWith({ spec: 'hostNetwork: true', container: 'ports: [{containerPort: 80, hostPort: 81}]' })),
    [
      'web.yaml:10:43: spec.containers[0].ports[0].hostPort: must match containerPort when hostNetwork is true (write 80 or leave it out)',
    ],
  )
  test.same(
    problemsOf(podWith({ spec: 'hostNetwork: true', container: 'ports: [{containerPort: 80}, {containerPort: 80}]' })),
    [
      'web.yaml:10:50: spec.containers[0].ports[1].containerPort: port 80 of the host is taken by container "web" of this pod already',
    ],
  )
  test.end()
})

t.test('an image name that cannot be is a problem before anybody pulls it', (test) => {
  const problem = (image: string): string | undefined =>
    problemsOf(podWith({}).replace('nginx:1.27', image))[0]?.replace(
      /^web.yaml:8:\d+: spec.containers\[0\].image: /,
      '',
    )
  for (const image of [
    'nginx',
    'a/b/c:1',
    'localhost/x',
    'host:5000/x',
    'Host.Example/x:T_1',
    `x@sha256:${'0'.repeat(64)}`,
    '"[::1]:5000/x"',
    'a__b/c--d.e',
  ])
    test.equal(problem(image), undefined, image)
  test.equal(problem('Nginx'), 'must be in lower case (did you mean "nginx"?)')
  test.equal(problem('"nginx "'), 'must not contain white space (write "nginx")')
  test.equal(problem('"a b"'), 'must not contain white space')
  test.equal(problem('https://r.example/x'), 'must not be a URL (write "r.example/x")')
  test.equal(problem('"x:"'), 'has no tag after ":"')
  test.equal(problem('x:-a'), "\"-a\" is not a tag (a tag consists of letters, digits, '_', '.' and '-')")
  test.equal(problem('x@sha256:12'), '"sha256:12" is not a digest (write algorithm:hex, as in sha256:...)')
  test.equal(problem('"a..b/x"'), '"a..b" is not the name of a registry')
  test.equal(
    problem('/x'),
    "\"/x\" is not the name of an image (names consist of lower case letters and digits, separated by '.', '_', '-' and '/')",
  )
  test.equal(problem('0123456789abcdef'.repeat(4)), 'must not be an image id without a name')
  test.equal(problem('a'.repeat(256)), 'must have a name of no more than 255 characters')
  test.equal(problem('""'), 'required, but missing')
  test.end()
})

t.test('an address of the host is an IP address', (test) => {
  for (const ip of [
    '127.0.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    '1:2:3:4:5:6:7:8',
    '::ffff:10.0.0.1',
    '1::8',
  ])
    test.ok(isIpAddress(ip), ip)
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4.',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '12345::',
    'g::',
    '1.2.3.4::',
    '::1.2.3',
    'localhost',
    '[::1]',
    'fe80::1%eth0',
    '1:2:3:4:5:6:7:8::',
  ])
    test.notOk(isIpAddress(text), text)
  test.end()
})

t.test('a misspelt field does not also count as missing', (test) => {
  test.same(problemsOf(podWith({}).replace('image:', 'imge:')), [
    'web.yaml:8:5: spec.containers[0].imge: unknown field (did you mean "image"?)',
  ])
  test.same(problemsOf(podWith({}).replace('spec:', 'Spec:')), [
    'web.yaml:5:1: Spec: unknown field (did you mean "spec"? Field names are case-sensitive)',
  ])
  test.same(problemsOf(podWith({ container: 'ports:\n    - name: http\n    containerPort: 80' })), [
    'web.yaml:11:5: spec.containers[0].containerPort: unknown field ("containerPort" belongs to spec.containers[].ports[])',
  ])
  test.same(problemsOf(podWith({ container: 'livenessProbe: {nonsense: 1}' })), [
    'web.yaml:9:21: spec.containers[0].livenessProbe.nonsense: unknown field',
  ])
  test.end()
})

t.test('a template that nobody filled in is called that, where it stands', (test) => {
  const image = (text: string): string[] =>
    problemsOf(
      `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: c\n    image: ${text}\n`,
    )
  test.same(image('{{.Values.image}}'), [
    'web.yaml:7:12: spec.containers[0].image: this is a template that is not filled in (render it first, or quote it if {{...}} is meant)',
  ])
  test.same(image('"{{ .Values.image }}:1"'), [
    'web.yaml:7:12: spec.containers[0].image: holds a template that is not filled in (render it first)',
  ])
  test.same(image('{[a]: b}'), [
    'web.yaml:7:13: spec.containers[0].image: a field name must be a text, not an object or a list',
  ])
  test.end()
})

t.test('what podman writes beside a pod and Kubernetes refuses is named', (test) => {
  test.same(problemsOf(podWith({ metadata: 'annotations: {"bind-mount-options:/data": z}' })), [
    'web.yaml:5:17: metadata.annotations["bind-mount-options:/data"]: the prefix before "/" must consist of lower case letters, digits, \'-\' or \'.\', and start and end with a letter or digit (RFC 1123 subdomain) (podman wrote it for SELinux: remove it)',
  ])
  test.end()
})

t.test('positions hold for block, flow, quoted keys, empty values and aliases', (test) => {
  test.same(problemsOf('apiVersion: v1\nkind: Pod\nmetadata: {"name" : "A"}\nspec:\n  containers:\n  -\n'), [
    "web.yaml:3:21: metadata.name: must consist of lower case letters, digits, '-' or '.', and start and end with a letter or digit (RFC 1123 subdomain) (for example \"a\")",
    'web.yaml:6:3: spec.containers[0].name: required, but missing',
    'web.yaml:6:3: spec.containers[0].image: required, but missing',
  ])
  const aliased =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {x: &bad 1, z: *bad}}\nspec: {containers: [{name: c, image: i}]}\n'
  test.same(
    decode(aliased).problems.map(({ line, column, field }) => [line, column, field]),
    [
      [3, 43, 'metadata.annotations.x'],
      [3, 49, 'metadata.annotations.z'],
    ],
  )
  const merged =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - &base {name: c, image: I}\n  - <<: *base\n    name: d\n'
  test.same(
    decode(merged).problems.map(({ line, column, field }) => [line, column, field]),
    [
      [6, 28, 'spec.containers[0].image'],
      [7, 5, 'spec.containers[1].image'],
    ],
  )
  const emoji = decode(
    'apiVersion: v1\nkind: Pod\nmetadata: {annotations: {a: "\u{1f600}\u{1f600}"}, nme: x}\nspec: {containers: [{name: c, image: i}]}\n',
  )
  test.same(
    emoji.problems.map(({ line, column }) => [line, column]),
    [[3, 36]],
  )
  test.same(
    decode(
      '\ufeffapiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  nam: x\r\nspec: {containers: [{name: c, image: i}]}\r\n',
    ).problems.map(problemText),
    ['web.yaml:4:3: metadata.nam: unknown field (did you mean "name"?)'],
  )
  test.end()
})

t.test('problems of one pod name it, and come in the order of the file', (test) => {
  const { problems } = decode(podWith({ spec: 'foo: 1', metadata: 'bar: 1', container: 'baz: 1' }))
  test.same(
    problems.map(({ line }) => line),
    [5, 7, 11],
  )
  test.ok(problems.every(({ pod }) => pod === 'default/web'))
  test.end()
})

t.test('what is never closed is told of where it opens', (test) => {
  const goesOn = (line: number) => `close it, or indent line ${line} further if it goes on there`
  const cases: readonly Case[] = [
    ['a: "b\n', 'web.yaml:1:4: this " is never closed'],
    ["a: 'it''s\n", "web.yaml:1:4: this ' is never closed"],
    ['a: [b\n', 'web.yaml:1:4: this [ is never closed'],
    ['a: {b: [1, 2], c: 3\n', 'web.yaml:1:4: this { is never closed'],
    ['{"a": 1, "b": [1, {"c": "]"}\n', 'web.yaml:1:15: this [ is never closed'],
    ['a: 1\n"b: 2\n', 'web.yaml:2:1: this " is never closed'],
    ['a: it\'s\nb: "c" # "\nd: ["e", "f]\ng: "h"\n', `web.yaml:3:10: this " is never closed (${goesOn(4)})`],
    ['a: |\n  "[{\nb: [c, # ]\n  d\ne: 1\n', `web.yaml:3:4: this [ is never closed (${goesOn(5)})`],
    ['a: {{ .Values.x }\nb: 1\n', `web.yaml:1:4: this { is never closed (${goesOn(2)})`],
    ['a: "b\\"\n---\nc: 1\n', `web.yaml:1:4: this " is never closed (${goesOn(2)})`],
    ['a:\n- b: "c\n  d: 1\n- e: 2\n', `web.yaml:2:6: this " is never closed (${goesOn(3)})`],
    ['a: [\n  1\n]\n', 'web.yaml:3:1: this line must be indented further than the line in which its value began'],
    [`{"a": [${'["b"], '.repeat(200_000)}`, 'web.yaml:1:7: this [ is never closed'],
  ]
  for (const [text, problem] of cases) test.same(problemsOf(text), [problem], JSON.stringify(text.slice(0, 60)))
  test.end()
})

t.test('a syntax error is one problem in plain words', (test) => {
  const cases: readonly Case[] = [
    ['a:\n\t- b\n', 'web.yaml:2:1: a tab stands where YAML wants spaces (indent with spaces)'],
    [
      'a: b\n c: d\n',
      'web.yaml:2:3: this does not fit here: wrong indentation, or a value that needs quotes (indent fields of one object alike; put a text that contains ": " or starts with a quote into quotes)',
    ],
    [
      'a: b: c\n',
      'web.yaml:1:5: this does not fit here: wrong indentation, or a value that needs quotes (indent fields of one object alike; put a text that contains ": " or starts with a quote into quotes)',
    ],
    ['{"a": 1 "b": 2}', 'web.yaml:1:12: a "," is missing between two entries of a {...} or [...]'],
    [
      'a: *b\n',
      'web.yaml:1:4: a: *b refers to an anchor &b that is not above it in this document (put a text that starts with * into quotes: "*b")',
    ],
    [
      'a: !foo b\n',
      'web.yaml:1:4: a: the tag !foo does not go with this value (put a text that starts with ! into quotes)',
    ],
    [
      'a: 1\nb:\n  c: 1\n  c: 2\n',
      'web.yaml:4:3: b.c: stands twice in the same object, first in line 3 (remove one of the two)',
    ],
    ['a: \0\n', 'web.yaml:1:4: there is a NUL byte: this is not a text file, or it is damaged'],
    ['a: &a [*a]\n', 'web.yaml:1:8: this alias stands inside the anchor it names'],
    ['['.repeat(100), 'web.yaml:1:64: objects and lists are nested deeper than 64 levels'],
  ]
  for (const [text, problem] of cases) test.same(problemsOf(text), [problem], JSON.stringify(text))
  test.end()
})

t.test('bytes that are not UTF-8 are shown with their place', (test) => {
  const problems = (bytes: Uint8Array): string[] => decodeFile('x.yaml', bytes).problems.map(problemText)
  test.same(problems(Buffer.from('a: \u00e9\nb: \xff', 'latin1')), [
    'x.yaml:1:4: byte 0xe9 is not UTF-8 here (save the file as UTF-8)',
  ])
  test.same(problems(Buffer.concat([Buffer.from('a: \u{1f600}\nbé'), Buffer.from([0xc0, 0x80])])), [
    'x.yaml:2:3: byte 0xc0 is not UTF-8 here (save the file as UTF-8)',
  ])
  test.same(problems(Buffer.from('\ufeffa: b', 'utf16le')), [
    'x.yaml:1:1: byte 0xff is not UTF-8 here (it looks like UTF-16: save the file as UTF-8)',
  ])
  for (const bad of [
    [0xed, 0xa0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe2, 0x82],
  ])
    test.equal(decodeFile('x', Uint8Array.from(bad)).problems[0]?.column, 1)
  test.end()
})

t.test('several documents, lists and empty documents', (test) => {
  const one = (name: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: c, image: i}]}\n`
  const names = (text: string): string[] =>
    decode(text).pods.map(({ pod, line, column }) => `${pod.name}@${line}:${column}`)
  test.same(names(`---\n---\n${one('a')}---\n# nothing\n---\n${one('b')}...\n`), ['a@5:18', 'b@12:18'])
  test.same(
    names(
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, image: i}]}}\n',
    ),
    ['a@4:48'],
  )
  test.same(
    names(
      '{"apiVersion":"v1","kind":"PodList","items":[\n\t{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}}]}',
    ),
    ['a@2:22'],
  )
  test.same(
    problemsOf(
      'apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: []}}]\n',
    ),
    ['web.yaml:3:77: items[0].spec.containers: must have at least one container'],
  )
  const mixed = decode(`${one('a')}---\nkind: Pod\n`)
  test.same(
    [mixed.pods.length, mixed.problems.map(problemText)],
    [1, ['web.yaml:6:1: apiVersion: required, but missing (write apiVersion: v1)']],
  )
  for (const nothing of ['', '\n', '# comment\n', '---\n---\n', 'null', 'apiVersion: v1\nkind: List\nitems: []\n'])
    test.same(
      problemsOf(nothing),
      ['web.yaml: no Kubernetes object in this file (delete the file to remove its pods)'],
      JSON.stringify(nothing),
    )
  test.end()
})

t.test('other kinds are named, with what to do instead', (test) => {
  const kind = (text: string): string | undefined => problemsOf(text)[0]
  test.equal(
    kind('apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x}\n'),
    'web.yaml:2:7: kind: podkeep does not support the kind NetworkPolicy (podkeep would not enforce it: remove it, and keep what must not be reached off this machine or filter it on the host)',
  )
  test.equal(
    kind('apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: x}\n'),
    'web.yaml:1:13: apiVersion: podkeep knows apps/v1 Deployments, and not those of extensions/v1beta1 (write apiVersion: apps/v1)',
  )
  test.equal(
    kind('apiVersion: example.com/v1\nkind: Thing\n'),
    'web.yaml:2:7: kind: podkeep does not support the kind Thing',
  )
  test.equal(
    kind('apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n'),
    'web.yaml:2:7: kind: podkeep does not support the kind KubeletConfiguration (it is no manifest but podkeep’s settings: podkeep run --config FILE)',
  )
  test.equal(
    kind('apiVersion: v1\nkind: pod\n'),
    'web.yaml:2:7: kind: "pod" is no kind that podkeep knows (did you mean "Pod"?)',
  )
  test.equal(
    kind('apiVersion: v2\nkind: Pod\n'),
    'web.yaml:1:13: apiVersion: podkeep knows v1 Pods, and not those of v2 (write apiVersion: v1)',
  )
  test.equal(
    kind('apiVersion: v1\nKind: Pod\n'),
    'web.yaml:2:1: Kind: unknown field (did you mean "kind"? Field names are case-sensitive)',
  )
  test.equal(kind('apiVersion: 1\nkind: Pod\n'), 'web.yaml:1:13: apiVersion: must be a string')
  test.equal(
    kind('- a\n'),
    'web.yaml:1:1: a manifest is an object with apiVersion, kind, metadata and spec (separate several manifests with a line "---", or use kind: List)',
  )
  test.equal(kind('hello\n'), 'web.yaml:1:1: a manifest is an object with apiVersion, kind, metadata and spec')
  test.end()
})

t.test('at most fifty problems are listed, and the rest counted', (test) => {
  const { problems } = decode(podWith({ container: `args: [${'1,'.repeat(200)}]` }))
  test.equal(problems.length, 51)
  test.same(problems.at(-1), {
    file: 'web.yaml',
    line: null,
    column: null,
    field: '',
    message: 'and 150 more problems in this file',
    suggestion: null,
    pod: null,
  })
  test.end()
})

t.test('bombs are found before they are followed', (test) => {
  const levels = Array.from(
    { length: 10 },
    (_, at) => `a${at}: &a${at} [${Array.from({ length: 9 }, () => (at === 0 ? 'x' : `*a${at - 1}`)).join(', ')}]`,
  )
  test.match(problemsOf(levels.join('\n')), [
    /^web\.yaml:1:1: too large: 4412961516 values once its aliases are followed, where 200000 are allowed in a file$/,
  ])
  const fatText = `a: &a ${'x'.repeat(500_000)}\nb: [${'*a, '.repeat(1000)}]\n`
  test.match(problemsOf(fatText), [/too large: .* once its aliases are followed/])
  test.match(decodeFile('x', new Uint8Array(2 * 1024 * 1024 + 1)).problems.map(problemText), [
    'x: the file has 2097153 bytes, where 2097152 are allowed (is it a manifest? Split it if it is)',
  ])
  const wrong = `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, env: [${'1,'.repeat(190_000)}]}]}`
  test.equal(decode(wrong).problems.length, 51, 'and neither is a file of nothing but mistakes')
  test.end()
})

t.test('one pod has one place', (test) => {
  const file = (name: string, ...pods: string[]): DecodedFile =>
    decode(pods.map((pod) => podWith({}).replace('name: web\n', `name: ${pod}\n`)).join('---\n'), name)
  const [a, b] = [file('a.yaml', 'x', 'w'), file('b.yaml', 'w', 'z')]
  const first = resolveDuplicates([a, b], () => undefined)
  test.same(
    [...first.pods].map(([key, pod]) => [key, pod.file]),
    [
      ['default/x', 'a.yaml'],
      ['default/w', 'a.yaml'],
      ['default/z', 'b.yaml'],
    ],
  )
  test.same(first.problems.map(problemText), [
    'b.yaml:4:9: metadata.name: pod default/w is defined in a.yaml:13 already, and that one is in force (rename or remove one of the two)',
  ])
  const said = new Map(b.pods.map(({ pod }) => [pod.key, pod]))
  const owned = resolveDuplicates([a, b], (key) => said.get(key))
  test.equal(owned.pods.get(podKey('default', 'w'))?.file, 'b.yaml')
  test.same(owned.problems.map(problemText), [
    'a.yaml:13:9: metadata.name: pod default/w is defined in b.yaml:4 already, and that one is in force (rename or remove one of the two)',
  ])
  const twice = resolveDuplicates([file('c.yaml', 'x', 'x'), file('d.yaml', 'x')], () => a.pods[0]?.pod)
  test.same(
    twice.problems.map(({ file: name, line, pod }) => [name, line, pod]),
    [
      ['c.yaml', 13, 'default/x'],
      ['d.yaml', 4, 'default/x'],
    ],
  )
  test.end()
})

t.test('a resource that is null is asked for all the same, of none', (test) => {
  const text = podWith({ container: 'resources: {limits: {cpu: 500m, "example.com/thing": }}' })
  const [problem = '', ...others] = problemsOf(text)
  test.match(problem, /resources\.limits\["example\.com\/thing"\]: not supported: there are no device plugins/)
  test.same(others, [])
  test.end()
})
