/** What containers and pods may ask for of the machine: each refusal with its words, and what is made of what is accepted. */

import { t } from 'tap'

import { decodeFile, usualPolicy } from '../../../lib/manifest/index.js'
import { problemText, type DesiredPod } from '../../../lib/pod/index.js'
import { checkCases, podWith, problemsOf } from '../../support/manifests.js'

type Parts = Parameters<typeof podWith>[0]

const decode = (parts: Parts): DesiredPod => {
  const { pods, problems } = decodeFile('web.yaml', new TextEncoder().encode(podWith(parts)), usualPolicy)
  const [decoded] = pods
  if (decoded === undefined) throw new Error(problems.map(problemText).join('\n'))
  return decoded.pod
}
const resources = 'spec.containers[0].resources'

t.test('huge pages: whole pages, requested as much as limited, beside cpu or memory', (test) => {
  checkCases(test, 'container', [
    [
      'resources: {limits: {hugepages-2Mi: 4Mi}}',
      `${resources}: huge pages require cpu or memory (request one of the two as well)`,
    ],
    [
      'resources: {limits: {hugepages-2Mi: 3Mi, memory: 1Gi}}',
      `${resources}.limits.hugepages-2Mi: 3Mi is not positive integer multiple of hugepages-2Mi`,
    ],
    [
      'resources: {limits: {hugepages-big: 3Mi, memory: 1Gi}}',
      `${resources}.limits.hugepages-big: "big" is no size of a page (write hugepages-2Mi or hugepages-1Gi)`,
    ],
    [
      'resources: {limits: {hugepages-2Mi: 4Mi, memory: 1Gi}, requests: {hugepages-2Mi: 2Mi}}',
      `${resources}.requests.hugepages-2Mi: must be equal to hugepages-2Mi limit of 4Mi`,
    ],
    [
      'resources: {requests: {hugepages-1Gi: 1Gi, cpu: 1}}',
      `${resources}.limits.hugepages-1Gi: required, but missing (write what is requested, 1Gi, as the limit too)`,
    ],
  ])
  const { containers } = decode({ container: 'resources: {limits: {hugepages-2Mi: 4Mi, hugepages-1Gi: 2Gi, cpu: 1}}' })
  test.same(containers[0]?.resources.hugepageLimitBytes, { '2Mi': 4 * 2 ** 20, '1Gi': 2 * 2 ** 30 })
  test.end()
})

t.test('GPUs: a whole number, requested as much as limited; other extended resources are nobody’s to give', (test) => {
  checkCases(test, 'container', [
    ['resources: {limits: {nvidia.com/gpu: 500m}}', `${resources}.limits["nvidia.com/gpu"]: must be an integer`],
    [
      'resources: {limits: {nvidia.com/gpu: 2}, requests: {nvidia.com/gpu: 1}}',
      `${resources}.requests["nvidia.com/gpu"]: must be equal to nvidia.com/gpu limit of 2`,
    ],
    [
      'resources: {requests: {nvidia.com/gpu: 1}}',
      `${resources}.limits["nvidia.com/gpu"]: required, but missing (write what is requested, 1, as the limit too)`,
    ],
  ])
  test.same(decode({ container: 'resources: {limits: {nvidia.com/gpu: 2}}' }).containers[0]?.devices, [
    { kind: 'gpu', count: 2 },
  ])
  test.end()
})

t.test('resources of a pod as a whole', (test) => {
  checkCases(test, 'spec', [
    [
      'resources: {limits: {ephemeral-storage: 1Gi}}',
      'spec.resources.limits.ephemeral-storage: of a pod must be cpu, memory or hugepages-SIZE (write it at the containers)',
    ],
    [
      'resources: {requests: {cpu: 2}, limits: {cpu: 1}}',
      'spec.resources.requests.cpu: must be less than or equal to cpu limit of 1',
    ],
    [
      'resources: {claims: [{name: a}]}',
      'spec.resources.claims: not supported: claims cannot be set for resources of a pod, only for those of a container (remove the field)',
    ],
    [
      'overhead: {cpu: 1}',
      'spec.overhead: not supported: it is what a RuntimeClass adds to a pod, and there are no RuntimeClass objects here (remove the field, and add the amount to resources)',
    ],
  ])
  const both = (spec: string, container: string): string[] =>
    problemsOf(podWith({ spec, container })).map((text) => text.replace(/^[^ ]+ /, ''))
  test.same(
    both('resources: {requests: {cpu: 1, memory: 1Gi}}', 'resources: {requests: {cpu: 1500m, memory: 1536Mi}}'),
    [
      'spec.resources.requests.cpu: must be greater than or equal to aggregate container requests of 1500m',
      'spec.resources.requests.memory: must be greater than or equal to aggregate container requests of 1536Mi',
    ],
  )
  test.same(both('resources: {limits: {cpu: 1}}', 'resources: {limits: {cpu: 1001m}, requests: {cpu: 1m}}'), [
    'spec.containers[0].resources.limits.cpu: must be less than or equal to pod limits of 1',
  ])
  test.end()
})

t.test('what a pod with limits does not request: what its containers do, or else what it is limited to', (test) => {
  const pod = decode({
    spec: 'resources: {limits: {cpu: 2, memory: 1Gi}}\n  initContainers: [{name: i, image: i, resources: {requests: {cpu: 300m}}}]',
    container: 'resources: {requests: {cpu: 250m}}',
  })
  test.match(pod.resources, {
    cpuRequestMillis: 300,
    cpuLimitMillis: 2000,
    memoryRequestBytes: 2 ** 30,
    memoryLimitBytes: 2 ** 30,
  })
  test.match(pod.manifest.spec, { resources: { requests: { cpu: '300m', memory: '1Gi' } } }, 'as /pods shows it')
  const unlimited = decode({ spec: 'resources: {requests: {cpu: 2}}' })
  test.match(unlimited.resources, { cpuRequestMillis: 2000, memoryRequestBytes: null })
  test.end()
})

t.test(
  'what a container is told of its limits, and memory for files, are the pod’s where it has none of its own',
  (test) => {
    const spec = 'resources: {limits: {cpu: 2, memory: 1Gi}}\n  volumes: [{name: v, emptyDir: {medium: Memory}}]'
    const limit = (resource: string): string => `valueFrom: {resourceFieldRef: {resource: ${resource}}}`
    const env = `env: [{name: A, ${limit('limits.cpu')}}, {name: B, ${limit('limits.memory')}}]`
    const amounts = (container: string): unknown[] =>
      decode({ spec, container }).containers[0]?.env.map(
        ({ valueFrom }) => (valueFrom as { amount?: unknown }).amount,
      ) ?? []
    test.same(amounts(env), [2000, 2 ** 30])
    test.same(amounts(`${env}\n    resources: {limits: {memory: 5}}`), [2000, 5])
    test.match(decode({ spec }).volumes, [{ sizeLimitBytes: 2 ** 30 }])
    test.end()
  },
)

t.test('a container that wants to begin anew when a resource changes', (test) => {
  const { containers } = decode({
    container:
      'resizePolicy: [{resourceName: memory, restartPolicy: RestartContainer}, {resourceName: cpu, restartPolicy: NotRequired}]',
  })
  test.same(containers[0]?.restartsOnResize, { cpu: false, memory: true })
  test.end()
})

t.test('devices by annotation: paths as Docker writes them, and CDI names', (test) => {
  const annotated = (key: string, value: string): string[] =>
    problemsOf(podWith({ metadata: `annotations: {podkeep.io/${key}: "${value}"}` })).map((text) =>
      text.replace(/^[^ ]+ /, ''),
    )
  const container = 'web'
  const key = `devices.${container}`
  const place = `metadata.annotations["podkeep.io/${key}"]`
  const path = '(write /dev/PATH[:PATH INSIDE][:PERMISSIONS], like /dev/fuse or /dev/ttyUSB0:/dev/modem:rw)'
  for (const [value, problem] of [
    ['fuse', `"fuse" is neither a path nor the name of a CDI device ${path}`],
    ['/etc/passwd', `"/etc/passwd" is not below /dev ${path}`],
    ['/dev/../etc', `"/dev/../etc" is not an absolute path ${path}`],
    ['/dev/a:b', `"/dev/a:b" is not an absolute path ${path}`],
    ['/dev/a:/dev/b:/dev/c', `"/dev/a:/dev/b:/dev/c" has too many parts ${path}`],
    ['/dev/a:rr', `"/dev/a:rr" is not an absolute path ${path}`],
    ['/dev/a,/dev/b:/dev/a', 'names "/dev/a" twice'],
    ['', `"" is no device ${path}`],
    [
      'vendor/=0',
      '"vendor/=0" is neither a path nor the name of a CDI device (write VENDOR/CLASS=NAME, like vendor.com/gpu=0)',
    ],
  ] as const)
    test.same(annotated(key, value), [`${place}: ${problem}`], value)
  test.same(annotated('devices.other', '/dev/fuse'), [
    `metadata.annotations["podkeep.io/devices.other"]: the pod has no container "other" (its containers are ${container})`,
  ])
  const text = '/dev/fuse, /dev/ttyUSB0:/dev/modem:rw, vendor.com/gpu=all'
  const { containers } = decode({ metadata: `annotations: {podkeep.io/${key}: "${text}"}` })
  test.same(containers[0]?.devices, [
    { kind: 'path', hostPath: '/dev/fuse', path: '/dev/fuse', permissions: 'rwm' },
    { kind: 'path', hostPath: '/dev/ttyUSB0', path: '/dev/modem', permissions: 'rw' },
    { kind: 'cdi', name: 'vendor.com/gpu=all' },
  ])
  test.end()
})

t.test('the limit of processes by annotation', (test) => {
  for (const wrong of ['0', '-1', '1.5', 'many', ''])
    test.match(
      problemsOf(podWith({ metadata: `annotations: {podkeep.io/pids-limit: "${wrong}"}` })),
      [/metadata\.annotations\["podkeep\.io\/pids-limit"\]: must be a whole number of processes, like "512"/],
      wrong,
    )
  test.equal(decode({ metadata: 'annotations: {podkeep.io/pids-limit: "512"}' }).pidsLimit, 512)
  test.equal(decode({}).pidsLimit, null)
  test.end()
})
