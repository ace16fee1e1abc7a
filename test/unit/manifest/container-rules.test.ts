/** The API server's rules for containers: each refusal with its words, and what stands just inside the rule. */

import { t, type Test } from 'tap'

import { checkCases, podWith, problemsOf, type Case } from '../../support/manifests.js'

const at = 'spec.containers[0]'

/** Problems of one field of a container, its place cut off. */
const cases = (test: Test, field: string, list: readonly Case[]): void => {
  checkCases(
    test,
    'container',
    list.map(([value, problem]) => [`${field}: ${value}`, `${at}.${field}${problem}`]),
  )
}

const accepts = (test: Test, part: 'metadata' | 'spec' | 'container', lines: readonly string[]): void => {
  for (const line of lines) test.same(problemsOf(podWith({ [part]: line })), [], line)
}

t.test('a probe has exactly one handler, and numbers that make sense', (test) => {
  cases(test, 'livenessProbe', [
    ['{}', ': must specify a handler type'],
    ['{periodSeconds: 5}', ': must specify a handler type'],
    [
      '{exec: {command: [a]}, tcpSocket: {port: 1}}',
      '.tcpSocket: may not specify more than 1 handler type (keep exec)',
    ],
    ['{httpGet: {port: 80}, grpc: {port: 1}}', '.grpc: may not specify more than 1 handler type (keep httpGet)'],
    ['{http: {port: 80}}', '.http: unknown field'],
    ['{exec: {}}', '.exec.command: required, but missing'],
    ['{exec: {command: []}}', '.exec.command: required, but missing'],
    ['{exec: {command: ["a\\0"]}}', '.exec.command[0]: must not contain a NUL character'],
    ['{httpGet: {path: /}}', '.httpGet.port: required, but missing'],
    ['{httpGet: {port: 0}}', '.httpGet.port: must be between 1 and 65535, inclusive'],
    ['{httpGet: {port: 65536}}', '.httpGet.port: must be between 1 and 65535, inclusive'],
    ['{httpGet: {port: "80"}}', '.httpGet.port: must contain at least one letter (write 80 without quotes)'],
    ['{httpGet: {port: Http}}', ".httpGet.port: must contain only lower case letters, digits and '-'"],
    ['{httpGet: {port: 80, scheme: https}}', '.httpGet.scheme: must be one of HTTP, HTTPS (did you mean "HTTPS"?)'],
    [
      '{httpGet: {port: 80, httpHeaders: [{name: "a b", value: c}]}}',
      ".httpGet.httpHeaders[0].name: must consist of letters, digits or '-'",
    ],
    ['{httpGet: {port: 80, httpHeaders: [{value: c}]}}', '.httpGet.httpHeaders[0].name: required, but missing'],
    ['{tcpSocket: {host: a}}', '.tcpSocket.port: required, but missing'],
    ['{tcpSocket: {port: -1}}', '.tcpSocket.port: must be between 1 and 65535, inclusive'],
    ['{grpc: {service: a}}', '.grpc.port: required, but missing'],
    ['{grpc: {port: 0}}', '.grpc.port: must be between 1 and 65535, inclusive'],
    ['{grpc: {port: http}}', '.grpc.port: must be a whole number, not a string'],
    ['{tcpSocket: {port: 1}, initialDelaySeconds: -1}', '.initialDelaySeconds: must be greater than or equal to 0'],
    ['{tcpSocket: {port: 1}, timeoutSeconds: -1}', '.timeoutSeconds: must be greater than or equal to 0'],
    ['{tcpSocket: {port: 1}, periodSeconds: -1}', '.periodSeconds: must be greater than or equal to 0'],
    ['{tcpSocket: {port: 1}, failureThreshold: -1}', '.failureThreshold: must be greater than or equal to 0'],
    ['{tcpSocket: {port: 1}, successThreshold: -1}', '.successThreshold: must be greater than or equal to 0'],
    ['{tcpSocket: {port: 1}, successThreshold: 2}', '.successThreshold: must be 1'],
    [
      '{tcpSocket: {port: 1}, terminationGracePeriodSeconds: 0}',
      '.terminationGracePeriodSeconds: must be greater than 0',
    ],
  ])
  cases(test, 'startupProbe', [
    ['{tcpSocket: {port: 1}, successThreshold: 2}', '.successThreshold: must be 1'],
    [
      '{tcpSocket: {port: 1}, terminationGracePeriodSeconds: -1}',
      '.terminationGracePeriodSeconds: must be greater than 0',
    ],
  ])
  cases(test, 'readinessProbe', [
    [
      '{tcpSocket: {port: 1}, terminationGracePeriodSeconds: 5}',
      '.terminationGracePeriodSeconds: must not be set for readinessProbes (remove it)',
    ],
  ])
  accepts(test, 'container', [
    'livenessProbe: {httpGet: {port: web, path: "/a?b=c", host: 127.0.0.1, httpHeaders: [{name: X-A, value: ""}]}}',
    'livenessProbe: {grpc: {port: 65535}, successThreshold: 1, terminationGracePeriodSeconds: 3600}',
    'livenessProbe: {exec: {command: [""]}, timeoutSeconds: 0, periodSeconds: 0, failureThreshold: 0, successThreshold: 0}',
    'readinessProbe: {tcpSocket: {port: 1}, successThreshold: 9}',
    'livenessProbe: null',
  ])
  test.end()
})

t.test('a hook has exactly one handler, and sleeps no longer than the grace', (test) => {
  cases(test, 'lifecycle', [
    ['{postStart: {}}', '.postStart: must specify a handler type'],
    ['{preStop: {exec: {command: []}}}', '.preStop.exec.command: required, but missing'],
    [
      '{preStop: {exec: {command: [a]}, sleep: {seconds: 1}}}',
      '.preStop.sleep: may not specify more than 1 handler type (keep exec)',
    ],
    ['{preStop: {httpGet: {path: a}}}', '.preStop.httpGet.port: required, but missing'],
    [
      '{preStop: {grpc: {port: 1}}}',
      '.preStop.grpc: unknown field ("grpc" belongs to spec.containers[].livenessProbe)',
    ],
    ['{preStop: {sleep: {}}}', '.preStop.sleep.seconds: required, but missing'],
    [
      '{preStop: {sleep: {seconds: 31}}}',
      '.preStop.sleep.seconds: must be non-negative and less than terminationGracePeriodSeconds (30)',
    ],
    [
      '{postStart: {sleep: {seconds: -1}}}',
      '.postStart.sleep.seconds: must be non-negative and less than terminationGracePeriodSeconds (30)',
    ],
    [
      '{stopSignal: TERM}',
      '.stopSignal: must be the name of a Linux signal, like SIGTERM or SIGUSR1 (did you mean "SIGTERM"?)',
    ],
    ['{stopSignal: "15"}', '.stopSignal: must be the name of a Linux signal, like SIGTERM or SIGUSR1'],
    [
      '{stopSignal: SIGRTMIN+16}',
      '.stopSignal: must be the name of a Linux signal, like SIGTERM or SIGUSR1 (did you mean "SIGRTMIN+1"?)',
    ],
  ])
  accepts(test, 'container', [
    'lifecycle: {preStop: {sleep: {seconds: 0}}}',
    'lifecycle: {preStop: {sleep: {seconds: 30}}}',
    'lifecycle: {stopSignal: SIGRTMIN+15}',
    'lifecycle: {stopSignal: SIGRTMAX-14}',
    'lifecycle: {}',
  ])
  accepts(test, 'spec', [
    'terminationGracePeriodSeconds: 60\n  initContainers: [{name: i, image: i, restartPolicy: Always, lifecycle: {preStop: {sleep: {seconds: 60}}}}]',
  ])
  test.end()
})

t.test('only a sidecar among the init containers has probes and hooks', (test) => {
  const init = (fields: string): string => `initContainers: [{name: i, image: i, ${fields}}]`
  const forbidden =
    'may not be set for init containers without restartPolicy=Always (restartPolicy: Always makes it a sidecar, which may have one)'
  checkCases(test, 'spec', [
    [init('lifecycle: {}'), `spec.initContainers[0].lifecycle: ${forbidden}`],
    [init('livenessProbe: {}'), `spec.initContainers[0].livenessProbe: ${forbidden}`],
    [init('startupProbe: {tcpSocket: {port: 1}}'), `spec.initContainers[0].startupProbe: ${forbidden}`],
    [init('readinessProbe: {tcpSocket: {port: 1}}'), `spec.initContainers[0].readinessProbe: ${forbidden}`],
    [
      init('restartPolicy: Always, livenessProbe: {}'),
      'spec.initContainers[0].livenessProbe: must specify a handler type',
    ],
  ])
  accepts(test, 'spec', [init('restartPolicy: Always, startupProbe: {tcpSocket: {port: 1}}')])
  test.same(
    problemsOf(
      podWith({
        spec: init('restartPolicy: Always, ports: [{containerPort: 1, hostPort: 9}]'),
        container: 'ports: [{containerPort: 2, hostPort: 9}]',
      }),
    ).map((text) => text.replace(/^web.yaml:\d+:\d+: /, '')),
    ['spec.initContainers[0].ports[0].hostPort: port 9 of the host is taken by container "web" of this pod already'],
    'a sidecar runs beside the others',
  )
  test.same(
    problemsOf(
      podWith({
        spec: init('ports: [{containerPort: 1, hostPort: 9}, {containerPort: 2, hostPort: 9}]'),
        container: 'ports: [{containerPort: 2, hostPort: 9}]',
      }),
    ).map((text) => text.replace(/^web.yaml:\d+:\d+: /, '')),
    ['spec.initContainers[0].ports[1].hostPort: port 9 of the host is taken by container "i" of this pod already'],
    'another init container has its ports for itself',
  )
  test.end()
})

t.test('restart rules need a policy, and exit codes', (test) => {
  checkCases(test, 'container', [
    [
      'restartPolicy: always',
      'spec.containers[0].restartPolicy: must be one of Always, OnFailure, Never (did you mean "Always"?)',
    ],
    ['restartPolicy: ""', 'spec.containers[0].restartPolicy: must be one of Always, OnFailure, Never'],
    [
      'restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1]}}]',
      'spec.containers[0].restartPolicy: must specify restartPolicy when restart rules are used',
    ],
  ])
  const rule = (text: string): string => `restartPolicy: Never\n    restartPolicyRules: ${text}`
  const rules = 'spec.containers[0].restartPolicyRules'
  const twentyOne = '{action: Restart, exitCodes: {operator: In, values: [1]}}, '.repeat(21)
  checkCases(test, 'container', [
    [rule('[{action: Restart}]'), `${rules}[0].exitCodes: must be specified`],
    [rule('[{exitCodes: {operator: In}}]'), `${rules}[0].action: required, but missing`],
    [
      rule('[{action: restart, exitCodes: {operator: In}}]'),
      `${rules}[0].action: must be one of Restart, RestartAllContainers (did you mean "Restart"?)`,
    ],
    [
      rule('[{action: Restart, exitCodes: {operator: Exists}}]'),
      `${rules}[0].exitCodes.operator: must be one of In, NotIn`,
    ],
    [rule('[{action: Restart, exitCodes: {values: [1]}}]'), `${rules}[0].exitCodes.operator: required, but missing`],
    [rule(`[${twentyOne}]`), `${rules}: must have at most 20 items`],
    [
      rule(`[{action: Restart, exitCodes: {operator: In, values: [${'1, '.repeat(256)}]}}]`),
      `${rules}[0].exitCodes.values: must have at most 255 items`,
    ],
  ])
  accepts(test, 'container', [
    rule('[{action: RestartAllContainers, exitCodes: {operator: NotIn, values: [0, 42]}}]'),
    rule('[]'),
  ])
  test.end()
})

t.test('a variable has one source, and the source is one that can be read', (test) => {
  const one = (from: string, problem: string): Case => [`[{name: A, valueFrom: ${from}}]`, `[0].valueFrom${problem}`]
  const fields =
    "metadata.annotations['<KEY>'], metadata.labels['<KEY>'], metadata.name, metadata.namespace, metadata.uid, spec.nodeName, spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP, status.podIPs"
  const sources = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
  cases(test, 'env', [
    ['[{name: ""}]', '[0].name: required, but missing'],
    ['[{name: "a=b"}]', '[0].name: must consist of printable ASCII characters other than "="'],
    ['[{name: "\\t"}]', '[0].name: must consist of printable ASCII characters other than "="'],
    one('{}', `: must specify one of: ${sources}`),
    one('{field: {}}', '.field: unknown field'),
    [
      '[{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]',
      '[0].valueFrom: may not be specified when `value` is not empty (remove one of the two)',
    ],
    one(
      '{fieldRef: {fieldPath: metadata.name}, resourceFieldRef: {resource: limits.cpu}}',
      ': may not have more than one field specified at a time',
    ),
    one('{fieldRef: {}}', '.fieldRef.fieldPath: required, but missing'),
    one('{fieldRef: {fieldPath: status.phase}}', `.fieldRef.fieldPath: must be one of ${fields}`),
    one(
      '{fieldRef: {fieldPath: metadata.labels}}',
      `.fieldRef.fieldPath: must be one of ${fields} (name one of them: metadata.labels['key'])`,
    ),
    one(
      '{fieldRef: {fieldPath: "metadata.name[\'a\']"}}',
      '.fieldRef.fieldPath: metadata.name does not support subscript',
    ),
    one('{fieldRef: {fieldPath: "metadata.labels[\'\']"}}', '.fieldRef.fieldPath: the name of a key must not be empty'),
    one(
      '{fieldRef: {fieldPath: "metadata.labels[\'a/b/c\']"}}',
      '.fieldRef.fieldPath: a key has at most one "/": [prefix/]name',
    ),
    one(
      '{fieldRef: {apiVersion: v2, fieldPath: metadata.name}}',
      '.fieldRef.apiVersion: unsupported pod version: v2 (write v1 or leave it out)',
    ),
    one('{resourceFieldRef: {}}', '.resourceFieldRef.resource: required, but missing'),
    one(
      '{resourceFieldRef: {resource: limits.gpu}}',
      '.resourceFieldRef.resource: must be one of limits.cpu, limits.ephemeral-storage, limits.memory, requests.cpu, requests.ephemeral-storage, requests.memory',
    ),
    one(
      '{resourceFieldRef: {resource: limits.cpu, containerName: other}}',
      '.resourceFieldRef.containerName: there is no container "other" in this pod',
    ),
    one(
      '{resourceFieldRef: {resource: limits.cpu, divisor: 10m}}',
      ".resourceFieldRef.divisor: only divisor's values 1m and 1 are supported with the cpu resource",
    ),
    one(
      '{resourceFieldRef: {resource: requests.memory, divisor: 2Mi}}',
      ".resourceFieldRef.divisor: only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the memory resource",
    ),
    one(
      '{resourceFieldRef: {resource: limits.cpu, divisor: x}}',
      '.resourceFieldRef.divisor: must be a quantity like 500m, 2, 128Mi or 1Gi',
    ),
    one('{configMapKeyRef: {key: a}}', '.configMapKeyRef.name: required, but missing'),
    one('{configMapKeyRef: {name: a}}', '.configMapKeyRef.key: required, but missing'),
    one(
      '{secretKeyRef: {name: A, key: a}}',
      ".secretKeyRef.name: must consist of lower case letters, digits, '-' or '.', and start and end with a letter or digit (RFC 1123 subdomain) (for example \"a\")",
    ),
    one(
      '{secretKeyRef: {name: a, key: a b}}',
      ".secretKeyRef.key: must consist of letters, digits, '-', '_' or '.' (for example \"a-b\")",
    ),
    one('{secretKeyRef: {name: a, key: ..b}}', '.secretKeyRef.key: must not be "." nor start with ".."'),
    one(
      '{fileKeyRef: {volumeName: v, path: p, key: K}}',
      '.fileKeyRef.volumeName: there is no volume "v" in spec.volumes',
    ),
  ])
  const file = (volume: string, fields: string): string =>
    podWith({ spec: `volumes: [${volume}]`, container: `env: [{name: A, valueFrom: {fileKeyRef: {${fields}}}}]` })
  const fileProblems = (volume: string, fields: string): string[] =>
    problemsOf(file(volume, fields)).map((text) => text.replace(/^.*fileKeyRef\.?/, ''))
  test.same(fileProblems('{name: v, hostPath: {path: /a}}', 'volumeName: v, path: p, key: K'), [
    'volumeName: referenced volume must be of type emptyDir',
  ])
  test.same(fileProblems('{name: v}', 'volumeName: v, path: a/../b, key: K'), ['path: must not contain ".."'])
  test.same(fileProblems('{name: v}', 'volumeName: v, path: a, key: "="'), [
    'key: must consist of printable ASCII characters other than "="',
  ])
  test.same(fileProblems('{name: v}', ''), [
    'key: required, but missing',
    'path: required, but missing',
    'volumeName: required, but missing',
  ])
  accepts(test, 'container', [
    'env: [{name: A.b-c, valueFrom: {fieldRef: {fieldPath: "metadata.annotations[\'Example.com/A\']"}}}]',
    'env: [{name: "1 a", valueFrom: {fieldRef: {fieldPath: spec.host}}}]',
    'env: [{name: A, value: "", valueFrom: {fieldRef: {apiVersion: v1, fieldPath: status.podIPs}}}]',
    'env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.hugepages-2Mi, divisor: 1Mi}}}]',
    'env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.memory, containerName: web, divisor: "0"}}}]',
    'env: [{name: A, valueFrom: null}]',
  ])
  test.same(problemsOf(file('{name: v, emptyDir: {}}', 'volumeName: v, path: a/b, key: K, optional: true')), [])
  test.end()
})

t.test('envFrom names one object each', (test) => {
  cases(test, 'envFrom', [
    ['[{}]', '[0]: must specify one of: `configMapRef` or `secretRef`'],
    [
      '[{prefix: "=", configMapRef: {name: a}}]',
      '[0].prefix: must consist of printable ASCII characters other than "="',
    ],
    ['[{configMapRef: {}}]', '[0].configMapRef.name: required, but missing'],
    [
      '[{secretRef: {name: a_b}}]',
      "[0].secretRef.name: must consist of lower case letters, digits, '-' or '.', and start and end with a letter or digit (RFC 1123 subdomain) (for example \"a-b\")",
    ],
    ['[{configMapRef: {name: a}, secretRef: {name: b}}]', '[0]: may not have more than one field specified at a time'],
  ])
  test.end()
})

t.test('what is mounted, and how', (test) => {
  const mount = (fields: string): string =>
    podWith({ spec: 'volumes: [{name: v}]', container: `volumeMounts: [{name: v, mountPath: /v, ${fields}}]` })
  const problems = (fields: string): string[] =>
    problemsOf(mount(fields)).map((text) => text.replace(/^.*volumeMounts\[0\]\./, ''))
  test.same(problems('subPath: /a'), ['subPath: must be a relative path'])
  test.same(problems('subPath: a/../b'), ['subPath: must not contain ".."'])
  test.same(problems('subPathExpr: ../b'), ['subPathExpr: must not contain ".."'])
  test.ok(
    problems('subPath: a, subPathExpr: b').includes('subPathExpr: subPathExpr and subPath are mutually exclusive'),
  )
  test.same(problems('mountPropagation: Bidirectional'), [
    'mountPropagation: Bidirectional mount propagation is available only to privileged containers',
  ])
  test.same(problems('mountPropagation: ""'), ['mountPropagation: must be one of None, HostToContainer, Bidirectional'])
  test.same(problems('recursiveReadOnly: Enabled'), ['recursiveReadOnly: may only be specified when readOnly is true'])
  test.ok(
    problems('recursiveReadOnly: Enabled, readOnly: true, mountPropagation: HostToContainer').includes(
      'recursiveReadOnly: may only be specified when mountPropagation is None or not specified',
    ),
  )
  cases(test, 'terminationMessagePath', [
    ['/', ': must not be the root of the container'],
    ['/a:b', ': must not contain ":"'],
  ])
  cases(test, 'terminationMessagePolicy', [
    ['file', ': must be one of File, FallbackToLogsOnError (did you mean "File"?)'],
  ])
  cases(test, 'resizePolicy', [
    ['[{resourceName: disk, restartPolicy: NotRequired}]', '[0].resourceName: must be one of cpu, memory'],
    [
      '[{resourceName: cpu, restartPolicy: NotRequired}, {resourceName: cpu, restartPolicy: NotRequired}]',
      '[1].resourceName: there is a policy for cpu already',
    ],
    [
      '[{resourceName: cpu, restartPolicy: Restart}]',
      '[0].restartPolicy: must be one of NotRequired, RestartContainer',
    ],
  ])
  checkCases(test, 'spec', [
    [
      'restartPolicy: Never\n  initContainers: [{name: i, image: i, resizePolicy: [{resourceName: cpu, restartPolicy: RestartContainer}]}]',
      "spec.initContainers[0].resizePolicy[0].restartPolicy: must be 'NotRequired' when `restartPolicy` is 'Never'",
    ],
  ])
  test.end()
})
