/** What a container's life becomes in podkeep's own terms: every field, and what it is when a manifest leaves it out. */

import { t } from 'tap'

import { resolveDuplicates, type DecodedFile } from '../../../lib/manifest/index.js'
import { isSidecar, problemText, type BackOff, type DesiredContainer, type DesiredPod } from '../../../lib/pod/index.js'
import { decode, podWith, problemsOf } from '../../support/manifests.js'

const podOf = (parts: Parameters<typeof podWith>[0]): DesiredPod => {
  const text = podWith(parts)
  const { pods } = decode(text)
  if (pods[0] === undefined) throw new Error(problemsOf(text).join('\n'))
  return pods[0].pod
}
const containerOf = (...lines: string[]): DesiredContainer => podOf({ container: lines.join('\n    ') }).containers[0]!

t.test('probes: handlers, defaults, and ports by the name the container gives them', (test) => {
  const { livenessProbe, readinessProbe, startupProbe } = containerOf(
    'ports: [{name: web, containerPort: 8080}]',
    'startupProbe: {httpGet: {port: web}}',
    'livenessProbe: {httpGet: {port: other, scheme: HTTPS, host: h, path: "/a?b", httpHeaders: [{name: A, value: b}, {name: A, value: ""}]}, initialDelaySeconds: 1, timeoutSeconds: 2, periodSeconds: 3, successThreshold: 1, failureThreshold: 5, terminationGracePeriodSeconds: 6}',
    'readinessProbe: {grpc: {port: 9}, successThreshold: 4, timeoutSeconds: 0}',
  )
  const usual = {
    initialDelayMs: 0,
    timeoutMs: 1000,
    periodMs: 10_000,
    successThreshold: 1,
    failureThreshold: 3,
    graceMs: null,
  }
  test.same(startupProbe, {
    ...usual,
    handler: { kind: 'httpGet', scheme: 'HTTP', host: null, port: 8080, path: '/', headers: [] },
  })
  test.same(livenessProbe, {
    handler: {
      kind: 'httpGet',
      scheme: 'HTTPS',
      host: 'h',
      port: 'other',
      path: '/a?b',
      headers: [
        { name: 'A', value: 'b' },
        { name: 'A', value: '' },
      ],
    },
    initialDelayMs: 1000,
    timeoutMs: 2000,
    periodMs: 3000,
    successThreshold: 1,
    failureThreshold: 5,
    graceMs: 6000,
  })
  test.same(readinessProbe, { ...usual, successThreshold: 4, handler: { kind: 'grpc', port: 9, service: '' } })
  test.same(containerOf('livenessProbe: {tcpSocket: {port: 1}}').livenessProbe?.handler, {
    kind: 'tcpSocket',
    host: null,
    port: 1,
  })
  test.same(containerOf('livenessProbe: {exec: {command: [a, b]}}').livenessProbe?.handler, {
    kind: 'exec',
    command: ['a', 'b'],
  })
  const shown = podOf({ container: 'livenessProbe: {grpc: {port: 1}}' }).manifest.spec['containers'] as object[]
  test.match(shown[0], {
    livenessProbe: {
      grpc: { port: 1, service: '' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
  })
  test.end()
})

t.test('hooks and the signal that stops', (test) => {
  const full = containerOf(
    'ports: [{name: web, containerPort: 8080}]',
    'lifecycle: {postStart: {httpGet: {port: web}}, preStop: {sleep: {seconds: 5}}, stopSignal: SIGUSR1}',
  )
  test.same(full.postStart, { kind: 'httpGet', scheme: 'HTTP', host: null, port: 8080, path: '/', headers: [] })
  test.same(full.preStop, { kind: 'sleep', durationMs: 5000 })
  test.equal(full.stopSignal, 'SIGUSR1')
  const partial = containerOf('lifecycle: {preStop: {exec: {command: [a]}}}')
  test.same([partial.postStart, partial.preStop, partial.stopSignal], [null, { kind: 'exec', command: ['a'] }, null])
  test.end()
})

t.test('restart policies and rules of a container, and sidecars', (test) => {
  const container = containerOf(
    'restartPolicy: OnFailure',
    'restartPolicyRules: [{action: RestartAllContainers, exitCodes: {operator: In, values: [42, 43]}}, {action: Restart, exitCodes: {operator: NotIn}}]',
  )
  test.equal(container.restartPolicy, 'OnFailure')
  test.same(container.restartRules, [
    { action: 'RestartAllContainers', operator: 'In', exitCodes: [42, 43] },
    { action: 'Restart', operator: 'NotIn', exitCodes: [] },
  ])
  const pod = podOf({
    spec: 'initContainers: [{name: a, image: i, restartPolicy: Always}, {name: b, image: i, restartPolicy: Never}, {name: c, image: i}]',
  })
  test.same(
    pod.initContainers.map((init) => [init.restartPolicy, isSidecar(pod, init)]),
    [
      ['Always', true],
      ['Never', false],
      [null, false],
    ],
  )
  test.end()
})

t.test('where variables come from', (test) => {
  const { env } = podOf({
    spec: 'volumes: [{name: v}]',
    container: `resources: {limits: {cpu: 1500m}, requests: {memory: 1Ki}}
    env:
    - {name: A, value: "$(B)"}
    - {name: B, valueFrom: {fieldRef: {fieldPath: spec.host}}}
    - {name: C, valueFrom: {fieldRef: {fieldPath: "metadata.labels['a/b']"}}}
    - {name: D, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
    - {name: E, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m, containerName: web}}}
    - {name: F, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
    - {name: G, valueFrom: {resourceFieldRef: {resource: requests.memory}}}
    - {name: H, valueFrom: {fileKeyRef: {volumeName: v, path: p, key: K}}}`,
  }).containers[0]!
  const cpu = { kind: 'resourceFieldRef', container: 'web', resource: 'cpu', amount: 1500 }
  const memory = { kind: 'resourceFieldRef', container: 'web', resource: 'memory' }
  test.same(env, [
    { name: 'A', value: '$(B)' },
    { name: 'B', value: '', valueFrom: { kind: 'fieldRef', field: 'spec.nodeName', key: null } },
    { name: 'C', value: '', valueFrom: { kind: 'fieldRef', field: 'metadata.labels', key: 'a/b' } },
    { name: 'D', value: '', valueFrom: { ...cpu, bound: 'limits', divisor: 1000 } },
    { name: 'E', value: '', valueFrom: { ...cpu, bound: 'requests', divisor: 1 } },
    { name: 'F', value: '', valueFrom: { ...memory, bound: 'limits', amount: null, divisor: 1_048_576 } },
    { name: 'G', value: '', valueFrom: { ...memory, bound: 'requests', amount: 1024, divisor: 1 } },
    { name: 'H', value: '', valueFrom: { kind: 'fileKeyRef', volume: 'v', path: 'p', key: 'K', optional: false } },
  ])
  test.end()
})

t.test('the deadline', (test) => {
  test.equal(podOf({ spec: 'activeDeadlineSeconds: 90' }).activeDeadlineMs, 90_000)
  test.equal(podOf({}).activeDeadlineMs, null)
  test.end()
})

t.test('the last words', (test) => {
  const { terminationMessagePath, terminationMessagePolicy } = containerOf(
    'terminationMessagePath: tmp//words',
    'terminationMessagePolicy: FallbackToLogsOnError',
  )
  test.same([terminationMessagePath, terminationMessagePolicy], ['/tmp/words', 'FallbackToLogsOnError'])
  const usual = containerOf('terminationMessagePath: ""')
  test.same([usual.terminationMessagePath, usual.terminationMessagePolicy], ['/dev/termination-log', 'File'])
  test.end()
})

t.test('standard input and the terminal', (test) => {
  const { stdin, stdinOnce, tty } = containerOf('stdin: true', 'stdinOnce: true', 'tty: true')
  test.same([stdin, stdinOnce, tty], [true, true, true])
  test.end()
})

t.test('priority, by number or by a class that every cluster has', (test) => {
  const priority = (spec: string): number => podOf({ spec }).priority
  test.equal(podOf({}).priority, 0)
  test.equal(priority('priority: -5'), -5)
  test.equal(priority('priorityClassName: system-node-critical'), 2_000_001_000)
  test.equal(priority('priorityClassName: system-cluster-critical'), 2_000_000_000)
  test.equal(priority('priorityClassName: system-cluster-critical\n  priority: 2000000000'), 2_000_000_000)
  test.end()
})

t.test('annotations: dependencies and back-off', (test) => {
  const annotated = (text: string): DesiredPod => podOf({ metadata: `namespace: prod\n  annotations: {${text}}` })
  const dependencies = (text: string): readonly string[] => annotated(`podkeep.io/depends-on: "${text}"`).dependsOn
  test.same(dependencies('db, other/cache,queue'), ['prod/db', 'other/cache', 'prod/queue'])
  test.same(dependencies(''), [])
  const backOff = (text: string): BackOff => annotated(text).backOff
  test.same(backOff(''), { baseMs: 10_000, maxMs: 300_000 })
  test.same(backOff('podkeep.io/back-off-base: 1.5s'), { baseMs: 1500, maxMs: 300_000 })
  test.same(backOff('podkeep.io/back-off-base: 1h'), { baseMs: 3_600_000, maxMs: 3_600_000 })
  test.same(backOff('podkeep.io/back-off-max: 1m30s'), { baseMs: 10_000, maxMs: 90_000 })
  test.same(backOff('podkeep.io/back-off-max: 500ms'), { baseMs: 500, maxMs: 500 })
  test.end()
})

t.test('what pods wait for is looked at across all files', (test) => {
  const file = (name: string, ...pods: (readonly [name: string, after: string])[]): DecodedFile =>
    decode(
      pods
        .map(([pod, after]) =>
          podWith(after === '' ? {} : { metadata: `annotations: {podkeep.io/depends-on: "${after}"}` }).replace(
            'name: web\n',
            `name: ${pod}\n`,
          ),
        )
        .join('---\n'),
      name,
    )
  const problems = (...files: DecodedFile[]): string[] =>
    resolveDuplicates(files, () => undefined).problems.map(problemText)
  const field = 'metadata.annotations["podkeep.io/depends-on"]'
  test.same(problems(file('a.yaml', ['a', 'b']), file('b.yaml', ['b', ''])), [])
  test.same(problems(file('a.yaml', ['a', 'redis']), file('b.yaml', ['b', 'a'])), [
    `a.yaml:5:40: ${field}: there is no pod default/redis (add its manifest, or take it out)`,
  ])
  test.same(problems(file('a.yaml', ['a', 'datbase']), file('b.yaml', ['database', ''])), [
    `a.yaml:5:40: ${field}: there is no pod default/datbase (did you mean "default/database"?)`,
  ])
  const cycle = problems(file('a.yaml', ['a', 'b'], ['b', 'c, d']), file('c.yaml', ['c', 'a'], ['d', '']))
  test.same(cycle, [
    `a.yaml:5:40: ${field}: waits for itself: default/a -> default/b -> default/c -> default/a (take one of them out)`,
    `a.yaml:15:40: ${field}: waits for itself: default/b -> default/c -> default/a -> default/b (take one of them out)`,
    `c.yaml:5:40: ${field}: waits for itself: default/c -> default/a -> default/b -> default/c (take one of them out)`,
  ])
  const beside = problems(file('a.yaml', ['x', 'a'], ['a', 'b'], ['b', 'a']))
  test.equal(beside.length, 2, 'one that only leads to a cycle is not on it')
  const diamond = file('d.yaml', ['a', 'b, c'], ['b', 'd'], ['c', 'd'], ['d', ''])
  test.same(problems(diamond), [], 'two ways to one pod are no cycle')
  test.end()
})
