/** Deployments, StatefulSets, DaemonSets and Jobs: the pods they stand for, and what is wrong with them, at its line. */

import { t } from 'tap'

import { decodeFile, decodeStoredPod, type DecodedFile } from '../../../lib/manifest/index.js'
import { problemText, type DesiredPod } from '../../../lib/pod/index.js'

const decode = (text: string): DecodedFile => decodeFile('w.yaml', new TextEncoder().encode(text))
const problems = (text: string): string[] => decode(text).problems.map(problemText)
const pods = (text: string): DesiredPod[] => {
  const { pods: decoded, problems: found } = decode(text)
  if (found.length > 0) throw new Error(found.map(problemText).join('\n'))
  return decoded.map(({ pod }) => pod)
}

const template = '{metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}'
const selector = 'selector: {matchLabels: {app: web}}'
const workload = (kind: string, spec: string, of = template): string =>
  `{apiVersion: ${kind === 'Job' ? 'batch' : 'apps'}/v1, kind: ${kind}, metadata: {name: web, namespace: shop}, spec: {${spec === '' ? '' : `${spec}, `}template: ${of}}}`

t.test('each replica has a name that does not depend on how many there are', (test) => {
  const names = (kind: string, spec: string): string[] => pods(workload(kind, spec)).map(({ key }) => key)
  test.same(names('Deployment', selector), ['shop/web-0'])
  test.same(names('Deployment', `${selector}, replicas: 3`), ['shop/web-0', 'shop/web-1', 'shop/web-2'])
  test.same(names('Deployment', `${selector}, replicas: 0`), [])
  test.same(names('StatefulSet', `${selector}, replicas: 2, ordinals: {start: 5}`), ['shop/web-5', 'shop/web-6'])
  test.same(names('DaemonSet', selector), ['shop/web'])
  test.end()
})

t.test(
  'a pod of a workload is a pod like any other, which tells whose it is, also when it is read from its record',
  (test) => {
    const [pod] = pods(workload('Deployment', selector))
    test.equal(pod?.containers[0]?.image, 'i')
    test.same(pod?.owner, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' })
    test.same(pod?.manifest.metadata.labels, { app: 'web' })
    test.equal(pod?.manifest.metadata['generateName'], undefined)
    if (pod !== undefined) test.same(decodeStoredPod(pod.manifest, 'w.yaml'), pod)
    const foreign = `{apiVersion: v1, kind: Pod, metadata: {name: a, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u, controller: true}]}, spec: {containers: [{name: c, image: i}]}}`
    test.equal(pods(foreign)[0]?.owner, null, 'what an API server wrote does not count')
    test.end()
  },
)

t.test('pods of a StatefulSet are found below the name of its Service', (test) => {
  const subdomains = (spec: string): unknown[] =>
    pods(workload('StatefulSet', spec)).map(({ manifest }) => manifest.spec['subdomain'])
  test.strictSame(subdomains(`${selector}, serviceName: nginx, replicas: 2`), ['nginx', 'nginx'])
  test.strictSame(subdomains(selector), [undefined])
  test.strictSame(
    subdomains(`${selector}, serviceName: "no name"`),
    [undefined],
    'what no Service can be called is no domain',
  )
  test.end()
})

t.test('replicas of a StatefulSet start one after the other, unless it says Parallel', (test) => {
  const after = (spec: string): string[][] => pods(workload('StatefulSet', spec)).map(({ dependsOn }) => [...dependsOn])
  test.same(after(`${selector}, replicas: 3`), [[], ['shop/web-0'], ['shop/web-1']])
  test.same(after(`${selector}, replicas: 2, podManagementPolicy: Parallel`), [[], []])
  const [first] = pods(workload('StatefulSet', selector))
  test.same(first?.manifest.metadata.labels, {
    app: 'web',
    'statefulset.kubernetes.io/pod-name': 'web-0',
    'apps.kubernetes.io/pod-index': '0',
  })
  test.end()
})

t.test('how an edit reaches the replicas is on each of them, and survives in its record', (test) => {
  const terms = (kind: string, spec: string): unknown => {
    const [pod] = pods(workload(kind, `${selector}, ${spec}`))
    if (pod !== undefined) test.same(decodeStoredPod(pod.manifest, 'w.yaml')?.rollout, pod.rollout)
    return pod?.rollout
  }
  const rolling = (maxUnavailable: number, minReadyMs = 0, partition = 0): object => ({
    maxUnavailable,
    minReadyMs,
    partition,
  })
  test.equal(terms('Deployment', 'replicas: 1'), null, 'one waits for nobody')
  test.same(terms('Deployment', 'replicas: 3'), rolling(1))
  test.same(terms('Deployment', 'replicas: 9, minReadySeconds: 5'), rolling(2, 5000), 'a quarter, rounded down')
  test.same(terms('Deployment', 'replicas: 9, strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}'), rolling(1))
  test.same(terms('Deployment', 'replicas: 9, strategy: {rollingUpdate: {maxUnavailable: 50%}}'), rolling(4))
  test.equal(terms('Deployment', 'replicas: 3, strategy: {type: Recreate}'), null)
  test.same(terms('StatefulSet', 'replicas: 9'), rolling(1))
  test.same(terms('StatefulSet', 'replicas: 9, updateStrategy: {rollingUpdate: {maxUnavailable: 3}}'), rolling(3))
  test.same(terms('StatefulSet', 'updateStrategy: {rollingUpdate: {partition: 2}}'), rolling(1, 0, 2))
  test.same(terms('StatefulSet', 'updateStrategy: {type: OnDelete}'), { ...rolling(1), partition: null })
  test.equal(terms('DaemonSet', 'minReadySeconds: 5'), null)
  test.end()
})

t.test('what is wrong with how an edit reaches the replicas', (test) => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'Deployment',
      'strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 0}}',
      'spec.strategy.rollingUpdate.maxUnavailable: may not be 0 when `maxSurge` is 0 (write 1)',
    ],
    [
      'Deployment',
      'strategy: {rollingUpdate: {maxUnavailable: some}}',
      'spec.strategy.rollingUpdate.maxUnavailable: must be a whole number or a percentage like "25%"',
    ],
    [
      'Deployment',
      'strategy: {rollingUpdate: {maxUnavailable: 101%}}',
      'spec.strategy.rollingUpdate.maxUnavailable: must not be greater than 100%',
    ],
    [
      'Deployment',
      'strategy: {rollingUpdate: {maxSurge: -1}}',
      'spec.strategy.rollingUpdate.maxSurge: must be greater than or equal to 0',
    ],
    ['Deployment', 'minReadySeconds: -1', 'spec.minReadySeconds: must be greater than or equal to 0'],
    [
      'StatefulSet',
      'updateStrategy: {type: Recreate}',
      'spec.updateStrategy.type: must be one of RollingUpdate, OnDelete',
    ],
    [
      'StatefulSet',
      'updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}}',
      "spec.updateStrategy.rollingUpdate: only allowed for updateStrategy 'RollingUpdate'",
    ],
    [
      'StatefulSet',
      'updateStrategy: {rollingUpdate: {partition: -1}}',
      'spec.updateStrategy.rollingUpdate.partition: must be greater than or equal to 0',
    ],
    [
      'StatefulSet',
      'updateStrategy: {rollingUpdate: {maxUnavailable: 0}}',
      'spec.updateStrategy.rollingUpdate.maxUnavailable: cannot be 0 (write 1)',
    ],
  ]
  for (const [kind, spec, expected] of cases)
    test.same(
      problems(workload(kind, `${selector}, ${spec}`)).map((text) => text.replace(/^w\.yaml:\d+:\d+: /, '')),
      [expected],
      spec,
    )
  test.match(
    problems(
      '{apiVersion: v1, kind: Pod, metadata: {name: a, annotations: {podkeep.io/rollout: x}}, spec: {containers: [{name: c, image: i}]}}',
    ),
    [/: is what a workload says of its pods \(write spec.strategy of a Deployment\)$/],
  )
  test.end()
})

t.test('what is wrong in a template is told at its own line and field', (test) => {
  const text = [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: {name: web}',
    'spec:',
    '  selector: {matchLabels: {app: web}}',
    '  template:',
    '    metadata: {labels: {app: web}}',
    '    spec:',
    '      containers:',
    '      - name: c',
    '        imge: i',
    '        ports: [{containerPort: 0}]',
    '',
  ].join('\n')
  test.same(problems(text), [
    'w.yaml:11:9: spec.template.spec.containers[0].imge: unknown field (did you mean "image"?)',
    'w.yaml:12:33: spec.template.spec.containers[0].ports[0].containerPort: must be between 1 and 65535, inclusive',
  ])
  test.end()
})

t.test('a template without a spec is refused as a Pod without one is, for a half-written file has one', (test) => {
  const labels = 'metadata: {labels: {app: web}}'
  const texts = [
    workload('Deployment', `${selector}, replicas: 3`, `{${labels}}`),
    workload('StatefulSet', selector, `{${labels}, spec: null}`),
    workload('DaemonSet', selector, `{${labels}}`),
    workload('Job', '', '{}'),
    workload('Job', 'completions: 2', `{${labels}}`),
  ]
  for (const text of texts) {
    const said = problems(text)
    test.match(said[0], /^w\.yaml:1:\d+: spec\.template\.spec\.containers: required, but missing$/)
    test.equal(said.length, 1)
  }
  const cron =
    '{apiVersion: batch/v1, kind: CronJob, metadata: {name: dump}, spec: {schedule: "0 * * * *", jobTemplate: {spec: {template: {}}}}}'
  test.same(problems(cron), ['w.yaml:1:114: spec.jobTemplate.spec.template.spec.containers: required, but missing'])
  test.end()
})

t.test('the rules of the API server for workloads', (test) => {
  const alone = (spec: string): string =>
    `{metadata: {labels: {app: web}}, spec: {${spec}, containers: [{name: c, image: i}]}}`
  const cases: readonly (readonly [string, string])[] = [
    [workload('Deployment', ''), 'spec.selector: required, but missing'],
    [
      workload('Deployment', 'selector: {}'),
      'spec.selector: empty selector is invalid for a Deployment (write matchLabels: with labels of the template)',
    ],
    [
      workload('StatefulSet', 'selector: {matchLabels: {app: db}}'),
      'spec.template.metadata.labels: selector does not match template labels (give the template the labels that spec.selector asks for)',
    ],
    [
      workload('DaemonSet', selector, alone('restartPolicy: Never')),
      'spec.template.spec.restartPolicy: must be Always in a DaemonSet (write a Job for what ends)',
    ],
    [workload('Deployment', `${selector}, replicas: -1`), 'spec.replicas: must be greater than or equal to 0'],
    [
      workload('Deployment', `${selector}, replicas: 257`),
      'spec.replicas: must be no more than 256: podkeep runs them all on this machine',
    ],
    [
      workload('Deployment', `${selector}, paused: true`),
      'spec.paused: not supported: an edit takes effect at once: that is what the file says (remove the field, and edit when it may take effect)',
    ],
    [
      workload('Deployment', `${selector}, containers: []`),
      'spec.containers: unknown field ("containers" belongs to spec.template.spec)',
    ],
    [workload('Deployment', `${selector}, replica: 2`), 'spec.replica: unknown field (did you mean "replicas"?)'],
    [
      workload('Job', ''),
      'spec.template.spec.restartPolicy: required, but missing (write OnFailure or Never: OnFailure retries a container in its place, Never begins the whole pod again)',
    ],
    [
      workload('Job', '', alone('restartPolicy: Always')),
      'spec.template.spec.restartPolicy: must be OnFailure or Never in a Job (OnFailure retries a container in its place, Never begins the whole pod again)',
    ],
    [
      workload('Job', 'completionMode: Indexed', alone('restartPolicy: Never')),
      'spec.completions: required, but missing (an Indexed Job has one pod for each completion)',
    ],
    [
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, annotations: {podkeep.io/depends-on: db}}, spec: {${selector}, template: ${template}}}`,
      'metadata.annotations["podkeep.io/depends-on"]: must stand in the template (move it to spec.template.metadata.annotations)',
    ],
  ]
  for (const [text, expected] of cases)
    test.same(
      problems(text).map((problem) => problem.replace(/^w\.yaml:\d+:\d+: /, '')),
      [expected],
    )
  test.end()
})

t.test('replicas that cannot live beside each other on one machine are refused with the reason', (test) => {
  const withPort = (spec: string, port: string): string =>
    `{metadata: {labels: {app: web}}, spec: {${spec}containers: [{name: c, image: i, ports: [{${port}}]}]}}`
  const told = (of: string): string | undefined =>
    problems(workload('Deployment', `${selector}, replicas: 2`, of))[0]?.replace(/^w\.yaml:\d+:\d+: /, '')
  test.equal(
    told(withPort('', 'containerPort: 80, hostPort: 8080')),
    'spec.replicas: must be no more than 1: each pod’s container "c" wants port 8080 of this machine (write 1, or leave hostPort out)',
  )
  test.equal(
    told(withPort('hostNetwork: true, ', 'containerPort: 80')),
    'spec.replicas: must be no more than 1: with hostNetwork each pod’s container "c" wants port 80 of this machine (write 1, or leave hostNetwork out)',
  )
  test.equal(told(withPort('', 'containerPort: 80')), undefined)
  test.equal(
    told(withPort('hostNetwork: true, ', 'containerPort: 80').replace('ports: [{containerPort: 80}]', 'ports: []')),
    undefined,
  )
  test.end()
})

t.test('what may safely be left alone is accepted with a word, beside what runs', (test) => {
  const text = [
    '{apiVersion: v1, kind: Namespace, metadata: {name: shop}}',
    '{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: []}',
    workload('Deployment', selector),
  ].join('\n---\n')
  const { pods: decoded, problems: found, warnings } = decode(text)
  test.same(found, [])
  test.equal(decoded.length, 1)
  test.same(warnings.map(problemText), [
    'w.yaml:1:24: kind: Namespace is accepted, and nothing is done about it: a namespace needs no object: metadata.namespace is enough',
    'w.yaml:3:50: kind: Role is accepted, and nothing is done about it: there is no API server whose use it could allow',
  ])
  test.end()
})
