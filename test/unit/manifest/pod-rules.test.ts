/** The API server's rules for what a pod says beside its containers: each refusal with its words. */

import { t, type Test } from 'tap'

import { checkCases, podWith, problemsOf, type Case } from '../../support/manifests.js'

/** Of one field of spec; `problem` follows its name. */
const cases = (test: Test, field: string, list: readonly Case[]): void => {
  checkCases(
    test,
    'spec',
    list.map(([value, problem]) => [`${field}: ${value}`, `spec.${field}${problem}`]),
  )
}

const accepts = (test: Test, part: 'metadata' | 'spec' | 'container', lines: readonly string[]): void => {
  for (const line of lines) test.same(problemsOf(podWith({ [part]: line })), [], line)
}

const label =
  "must consist of lower case letters, digits or '-', and start and end with a letter or digit (RFC 1123 label)"
const subdomain =
  "must consist of lower case letters, digits, '-' or '.', and start and end with a letter or digit (RFC 1123 subdomain)"
const range = 'must be between 0 and 2147483647, inclusive'

t.test('names, numbers and hosts', (test) => {
  cases(test, 'hostname', [['a.b', `: ${label}`]])
  cases(test, 'subdomain', [['A', `: ${label} (for example "a")`]])
  cases(test, 'nodeName', [['a_b', `: ${subdomain} (for example "a-b")`]])
  cases(test, 'serviceAccountName', [['-a', `: ${subdomain}`]])
  cases(test, 'priorityClassName', [
    ['a..b', `: ${subdomain}`],
    [
      'high',
      ': there are no PriorityClass objects here (write priority: and a number; there are only system-node-critical and system-cluster-critical)',
    ],
  ])
  cases(test, 'runtimeClassName', [
    ['""', ': required, but missing'],
    ['a..b', `: ${subdomain}`],
  ])
  cases(test, 'activeDeadlineSeconds', [
    ['0', ': must be between 1 and 2147483647, inclusive'],
    ['2147483648', ': must be between 1 and 2147483647, inclusive'],
  ])
  cases(test, 'priority', [['2147483648', ': must be less than or equal to 2147483647']])
  cases(test, 'preemptionPolicy', [['""', ': must be one of PreemptLowerPriority, Never']])
  checkCases(test, 'spec', [
    [
      'priority: 5\n  priorityClassName: system-node-critical',
      'spec.priority: must be 2000001000, as priorityClassName system-node-critical says (remove one of the two)',
    ],
    [
      'setHostnameAsFQDN: true\n  hostname: a-rather-long-hostname\n  subdomain: and-a-subdomain-of-length',
      'spec.setHostnameAsFQDN: the whole name a-rather-long-hostname.and-a-subdomain-of-length.default.svc.cluster.local has 74 characters, and Linux allows 64 (shorten hostname, subdomain or the namespace, or remove setHostnameAsFQDN)',
    ],
    [
      'hostNetwork: true\n  hostnameOverride: a',
      'spec.hostnameOverride: may not be specified when hostNetwork is true',
    ],
    [`hostnameOverride: ${'a'.repeat(65)}`, 'spec.hostnameOverride: must be no more than 64 characters'],
  ])
  cases(test, 'hostAliases', [
    ['[{hostnames: [a]}]', '[0].ip: required, but missing'],
    ['[{ip: a, hostnames: [b]}]', '[0].ip: must be an IP address'],
    ['[{ip: 1.2.3.4, hostnames: [b, a_b]}]', `[0].hostnames[1]: ${subdomain} (for example "a-b")`],
  ])
  cases(test, 'os', [
    ['{}', '.name: required, but missing'],
    ['{name: Linux}', '.name: not supported: podkeep runs Linux containers (write linux, or remove spec.os)'],
  ])
  test.end()
})

t.test('dnsConfig', (test) => {
  cases(test, 'dnsConfig', [
    ['{nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4]}', '.nameservers: must not have more than 3 nameservers'],
    ['{nameservers: [localhost]}', '.nameservers[0]: must be an IP address'],
    [`{searches: [${'a, '.repeat(33)}]}`, '.searches: must not have more than 32 search paths'],
    [
      `{searches: [${`${'a'.repeat(60)}.${'b'.repeat(60)}, `.repeat(17)}]}`,
      '.searches: must not have more than 2048 characters (including spaces) in the search list',
    ],
    [
      '{searches: [A.b]}',
      ".searches[0]: must consist of lower case letters, digits, '-', '_' or '.', and start and end with one of them but '-' or '.' (for example \"a.b\")",
    ],
    ['{options: [{value: "5"}]}', '.options[0].name: required, but missing'],
  ])
  checkCases(test, 'spec', [
    ['dnsPolicy: None', 'spec.dnsConfig: required, but missing (dnsPolicy None needs at least one nameserver here)'],
    [
      'dnsPolicy: None\n  dnsConfig: {}',
      'spec.dnsConfig.nameservers: required, but missing (dnsPolicy None needs at least one nameserver here)',
    ],
  ])
  accepts(test, 'spec', ['dnsConfig: {nameservers: ["::1"], searches: [., a., _a.b], options: [{name: ndots}]}'])
  test.end()
})

t.test('securityContext of the pod and of a container', (test) => {
  cases(test, 'securityContext', [
    ['{runAsUser: -1}', `.runAsUser: ${range}`],
    ['{runAsGroup: 2147483648}', `.runAsGroup: ${range}`],
    ['{fsGroup: -1}', `.fsGroup: ${range}`],
    ['{supplementalGroups: [0, -1]}', `.supplementalGroups[1]: ${range}`],
    [
      '{fsGroupChangePolicy: always}',
      '.fsGroupChangePolicy: must be one of Always, OnRootMismatch (did you mean "Always"?)',
    ],
    ['{supplementalGroupsPolicy: x}', '.supplementalGroupsPolicy: must be one of Merge, Strict'],
    ['{seLinuxChangePolicy: x}', '.seLinuxChangePolicy: must be one of MountOption, Recursive'],
    ['{seccompProfile: {}}', '.seccompProfile.type: required, but missing'],
    ['{seccompProfile: {type: Default}}', '.seccompProfile.type: must be one of Localhost, RuntimeDefault, Unconfined'],
    [
      '{seccompProfile: {type: Localhost}}',
      '.seccompProfile.localhostProfile: required, but missing (must be set when seccomp type is Localhost)',
    ],
    [
      '{seccompProfile: {type: Localhost, localhostProfile: /a}}',
      '.seccompProfile.localhostProfile: must be a relative path',
    ],
    [
      '{seccompProfile: {type: Unconfined, localhostProfile: a}}',
      '.seccompProfile.localhostProfile: can only be set when seccomp type is Localhost',
    ],
    [
      '{appArmorProfile: {type: Localhost, localhostProfile: " a"}}',
      '.appArmorProfile.localhostProfile: must not be padded with whitespace',
    ],
    ['{sysctls: [{value: "1"}]}', '.sysctls[0].name: required, but missing'],
    [
      '{sysctls: [{name: A, value: "1"}]}',
      '.sysctls[0].name: must have at most 253 characters and be a name like kernel.shmmax or net/ipv4/ip_forward',
    ],
    [
      '{sysctls: [{name: net.ipv4.tcp_rmem, value: "1"}, {name: net/ipv4/tcp_rmem, value: "2"}]}',
      '.sysctls[1].name: "net/ipv4/tcp_rmem" is set twice',
    ],
  ])
  checkCases(test, 'spec', [
    [
      'hostNetwork: true\n  securityContext: {sysctls: [{name: net/core/somaxconn, value: "1"}]}',
      "spec.securityContext.sysctls[0].name: may not be specified when 'hostNetwork' is true",
    ],
    [
      'hostIPC: true\n  securityContext: {sysctls: [{name: kernel.sem, value: "1"}]}',
      "spec.securityContext.sysctls[0].name: may not be specified when 'hostIPC' is true",
    ],
    [
      'hostPID: true\n  shareProcessNamespace: true',
      'spec.shareProcessNamespace: ShareProcessNamespace and HostPID cannot both be enabled',
    ],
  ])
  const own = 'spec.containers[0].securityContext'
  checkCases(test, 'container', [
    ['securityContext: {runAsUser: -1}', `${own}.runAsUser: ${range}`],
    [
      'securityContext: {allowPrivilegeEscalation: false, privileged: true}',
      `${own}.allowPrivilegeEscalation: cannot set \`allowPrivilegeEscalation\` to false and \`privileged\` to true`,
    ],
    [
      'securityContext: {runAsUser: "0"}',
      `${own}.runAsUser: must be a whole number, not a string (write 0 without quotes)`,
    ],
  ])
  accepts(test, 'spec', [
    'securityContext: {runAsUser: 0, fsGroup: 2147483647, sysctls: [{name: kernel.shm_rmid_forced, value: "1"}], seccompProfile: {type: Localhost, localhostProfile: a/b.json}}',
  ])
  test.end()
})

t.test('what only a scheduler reads must be right all the same', (test) => {
  cases(test, 'nodeSelector', [
    [
      '{a: b c}',
      ".a: must be empty or consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit",
    ],
  ])
  cases(test, 'tolerations', [
    ['[{key: a/b/c}]', '[0].key: a key has at most one "/": [prefix/]name'],
    [
      '[{value: x}]',
      '[0].operator: operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
    ['[{key: a, operator: Exists, value: x}]', "[0].value: value must be empty when `operator` is 'Exists'"],
    ['[{key: a, operator: Gt, value: x}]', '[0].value: must be a decimal integer'],
    ['[{key: a, operator: equal}]', '[0].operator: must be one of Exists, Equal, Lt, Gt (did you mean "Equal"?)'],
    ['[{key: a, effect: NoExec}]', '[0].effect: must be one of NoSchedule, PreferNoSchedule, NoExecute'],
    [
      '[{key: a, operator: Exists, tolerationSeconds: 5}]',
      "[0].effect: effect must be 'NoExecute' when `tolerationSeconds` is set",
    ],
    [
      '[{key: a, value: b c}]',
      "[0].value: must be empty or consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit",
    ],
  ])
  const required = 'requiredDuringSchedulingIgnoredDuringExecution'
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'
  const node = (expression: string, problem: string): Case => [
    `{nodeAffinity: {${required}: {nodeSelectorTerms: [{${expression}}]}}}`,
    `.nodeAffinity.${required}.nodeSelectorTerms[0].${problem}`,
  ]
  const pod = (term: string, problem: string): Case => [
    `{podAffinity: {${required}: [{${term}}]}}`,
    `.podAffinity.${required}[0]${problem}`,
  ]
  cases(test, 'affinity', [
    [
      `{nodeAffinity: {${required}: {nodeSelectorTerms: []}}}`,
      `.nodeAffinity.${required}.nodeSelectorTerms: must have at least one node selector term`,
    ],
    node(
      'matchExpressions: [{key: a, operator: In}]',
      "matchExpressions[0].values: must be specified when `operator` is 'In' or 'NotIn'",
    ),
    node(
      'matchExpressions: [{key: a, operator: Exists, values: [b]}]',
      "matchExpressions[0].values: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    ),
    node(
      'matchExpressions: [{key: a, operator: Gt, values: ["1", "2"]}]',
      "matchExpressions[0].values: must be specified single value when `operator` is 'Lt' or 'Gt'",
    ),
    node('matchExpressions: [{key: a, operator: Is}]', 'matchExpressions[0].operator: not a valid selector operator'),
    node('matchExpressions: [{key: "", operator: Exists}]', 'matchExpressions[0].key: required, but missing'),
    node(
      'matchExpressions: [{key: a, operator: In, values: [b c]}]',
      "matchExpressions[0].values[0]: must be empty or consist of letters, digits, '-', '_' or '.', and start and end with a letter or digit",
    ),
    node(
      'matchFields: [{key: a, operator: In, values: [b]}]',
      'matchFields[0].key: not a valid field selector key (the only one is metadata.name)',
    ),
    node(
      'matchFields: [{key: metadata.name, operator: In, values: []}]',
      "matchFields[0].values: must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
    ),
    node(
      'matchFields: [{key: metadata.name, operator: Exists}]',
      'matchFields[0].operator: not a valid selector operator',
    ),
    [
      `{nodeAffinity: {${preferred}: [{weight: 0, preference: {}}]}}`,
      `.nodeAffinity.${preferred}[0].weight: must be in the range 1-100`,
    ],
    pod('labelSelector: {}', '.topologyKey: required, but missing'),
    pod('topologyKey: a/b/c', '.topologyKey: a key has at most one "/": [prefix/]name'),
    pod('topologyKey: a, namespaces: [A]', `.namespaces[0]: ${label} (for example "a")`),
    pod(
      'topologyKey: a, labelSelector: {matchExpressions: [{key: b, operator: In, values: []}]}',
      ".labelSelector.matchExpressions[0].values: must be specified when `operator` is 'In' or 'NotIn'",
    ),
    pod('topologyKey: a, matchLabelKeys: [b]', '.matchLabelKeys: must not be specified when labelSelector is not set'),
    pod(
      'topologyKey: a, labelSelector: {matchLabels: {b: c}}, matchLabelKeys: [b]',
      '.matchLabelKeys[0]: exists in both matchLabelKeys and labelSelector',
    ),
    pod(
      'topologyKey: a, labelSelector: {}, matchLabelKeys: [b], mismatchLabelKeys: [b]',
      '.matchLabelKeys[0]: exists in both matchLabelKeys and mismatchLabelKeys',
    ),
    [
      `{podAntiAffinity: {${preferred}: [{weight: 101, podAffinityTerm: {topologyKey: a}}]}}`,
      `.podAntiAffinity.${preferred}[0].weight: must be in the range 1-100`,
    ],
  ])
  const spread = (fields: string): string =>
    `[{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule, ${fields}}]`
  cases(test, 'topologySpreadConstraints', [
    ['[{topologyKey: a, whenUnsatisfiable: DoNotSchedule}]', '[0].maxSkew: required, but missing'],
    ['[{maxSkew: 0, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]', '[0].maxSkew: must be greater than zero'],
    ['[{maxSkew: 1, whenUnsatisfiable: DoNotSchedule}]', '[0].topologyKey: required, but missing'],
    [
      '[{maxSkew: 1, topologyKey: a, whenUnsatisfiable: Never}]',
      '[0].whenUnsatisfiable: must be one of DoNotSchedule, ScheduleAnyway',
    ],
    [
      '[{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway, minDomains: 1}]',
      '[0].minDomains: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
    ],
    [spread('nodeTaintsPolicy: honor'), '[0].nodeTaintsPolicy: must be one of Honor, Ignore (did you mean "Honor"?)'],
    [
      '[{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 2, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]',
      '[1]: there is a constraint {a, DoNotSchedule} already',
    ],
  ])
  accepts(test, 'spec', [
    'tolerations: [{operator: Exists}, {key: a, operator: Lt, value: "-5"}, {key: a, value: b, effect: NoExecute, tolerationSeconds: 0}]',
    `affinity: {nodeAffinity: {${preferred}: [{weight: 1, preference: {matchExpressions: [{key: a, operator: In, values: [no label]}]}}]}}`,
    `topologySpreadConstraints: ${spread('labelSelector: {matchLabels: {a: b}}, minDomains: 2, nodeAffinityPolicy: Ignore')}`,
  ])
  test.end()
})

t.test('volumes made of objects', (test) => {
  const one = (source: string, problem: string): Case => [`[{name: v, ${source}}]`, `[0].${problem}`]
  const mode = 'must be a number between 0 and 0777 (octal), both inclusive'
  cases(test, 'volumes', [
    one('configMap: {}', 'configMap.name: required, but missing'),
    one('configMap: {name: a, defaultMode: 644}', `configMap.defaultMode: ${mode} (did you mean 0644?)`),
    one('configMap: {name: a, items: [{path: b}]}', 'configMap.items[0].key: required, but missing'),
    one('configMap: {name: a, items: [{key: a, path: /b}]}', 'configMap.items[0].path: must be a relative path'),
    one('secret: {}', 'secret.secretName: required, but missing'),
    one('secret: {secretName: a, items: [{key: a, path: ..b}]}', 'secret.items[0].path: must not start with ".."'),
    one('secret: {secretName: a, items: [{key: a, path: b, mode: -1}]}', `secret.items[0].mode: ${mode}`),
    one('downwardAPI: {items: [{path: a}]}', 'downwardAPI.items[0]: one of fieldRef and resourceFieldRef is required'),
    one(
      'downwardAPI: {items: [{path: a, fieldRef: {fieldPath: metadata.name}, resourceFieldRef: {resource: limits.cpu, containerName: web}}]}',
      'downwardAPI.items[0]: fieldRef and resourceFieldRef can not be specified simultaneously',
    ),
    one(
      'downwardAPI: {items: [{path: a, resourceFieldRef: {resource: limits.cpu}}]}',
      'downwardAPI.items[0].resourceFieldRef.containerName: required, but missing',
    ),
    one('projected: {defaultMode: 755}', `projected.defaultMode: ${mode} (did you mean 0755?)`),
    one('projected: {defaultMode: 01000}', `projected.defaultMode: ${mode}`),
    one('projected: {sources: [{configMap: {}}]}', 'projected.sources[0].configMap.name: required, but missing'),
    one(
      'projected: {sources: [{configMap: {name: a}, secret: {name: b}}]}',
      'projected.sources[0]: may not specify more than 1 volume type per source',
    ),
    one(
      'projected: {sources: [{secret: {name: a, items: [{key: a, path: p}]}}, {configMap: {name: b, items: [{key: a, path: p}]}}]}',
      'projected.sources[1].configMap.items[0].path: conflicting duplicate paths',
    ),
    one(
      'projected: {sources: [{serviceAccountToken: {path: t}}]}',
      'projected.sources[0].serviceAccountToken: not supported: there is no API server that could issue it (remove the whole volume and its mounts where an API server added it (kube-api-access-...), or put what the program needs into a Secret)',
    ),
    one(
      'configMap: {name: a, items: [{key: a, path: .}]}',
      'configMap.items[0].path: must name a file (write the name that the file should have)',
    ),
    one(
      'downwardAPI: {items: [{path: ././, fieldRef: {fieldPath: metadata.name}}]}',
      'downwardAPI.items[0].path: must name a file (write the name that the file should have)',
    ),
    one(
      'configMap: {name: a, items: [{key: a, path: x/y}, {key: b, path: ./x}]}',
      'configMap.items[1].path: conflicts with "x/y": what is a folder cannot be a file (rename one of the two)',
    ),
    one(
      'secret: {secretName: a, items: [{key: a, path: x}, {key: b, path: x/y/z}]}',
      'secret.items[1].path: conflicts with "x": what is a folder cannot be a file (rename one of the two)',
    ),
    one(
      'projected: {sources: [{secret: {name: a, items: [{key: a, path: p}]}}, {configMap: {name: b, items: [{key: a, path: p/q}]}}]}',
      'projected.sources[1].configMap.items[0].path: conflicts with "p": what is a folder cannot be a file (rename one of the two)',
    ),
    one(
      `configMap: {name: a, items: [{key: a, path: x/${'n'.repeat(256)}}]}`,
      'configMap.items[0].path: each name in it must be no more than 255 bytes',
    ),
    one(
      `configMap: {name: a, items: [{key: a, path: ${'n/'.repeat(2100)}n}]}`,
      'configMap.items[0].path: must be no more than 4096 bytes',
    ),
    one(
      'emptyDir: {medium: HugePages-2Mi}',
      'emptyDir.medium: no container of this pod asks for such pages (write resources.limits.hugepages-2Mi)',
    ),
    one('emptyDir: {medium: HugePages-x}', 'emptyDir.medium: must name a size of pages, as in HugePages-2Mi'),
    one('emptyDir: {medium: HugePages-3Mi}', 'emptyDir.medium: must name a size of pages, as in HugePages-2Mi'),
    one('image: {reference: "a b"}', 'image.reference: must not contain white space'),
    one('image: {pullPolicy: Always}', 'image.reference: required, but missing'),
    one('persistentVolumeClaim: {}', 'persistentVolumeClaim.claimName: required, but missing'),
    one(
      'gitRepo: {repository: a}',
      'gitRepo: not supported: Kubernetes has given it up (clone in an init container into an emptyDir)',
    ),
    one(
      'csi: {driver: a}',
      'csi: not supported: it is storage that a cluster’s drivers attach (mount it on the machine and use hostPath)',
    ),
  ])
  accepts(test, 'spec', [
    'volumes: [{name: v, downwardAPI: {items: [{path: a/b, fieldRef: {fieldPath: metadata.labels}}]}}, {name: w, configMap: {name: a, defaultMode: 0777}}]',
  ])
  test.end()
})

t.test('owners mean nothing here, and are looked at as the API server does', (test) => {
  const owner = (text: string): string => `ownerReferences: [{name: a, uid: b, ${text}}]`
  checkCases(test, 'metadata', [
    [
      owner('apiVersion: a/b/c, kind: Node'),
      'metadata.ownerReferences[0].apiVersion: must be a version, or a group and a version: v1 or apps/v1',
    ],
    [owner('apiVersion: v1, kind: Event'), 'metadata.ownerReferences[0].kind: an Event cannot own anything'],
  ])
  test.end()
})

t.test('annotations of podkeep’s own', (test) => {
  const known =
    'podkeep has podkeep.io/depends-on, podkeep.io/back-off-base, podkeep.io/back-off-max, podkeep.io/on-config-change, podkeep.io/backoff-limit, podkeep.io/ttl-after-finished, podkeep.io/restarted-at, podkeep.io/pids-limit, podkeep.io/devices.CONTAINER'
  const one = (key: string, value: string, problem: string): Case => [
    `annotations: {${key}: ${value}}`,
    `metadata.annotations["${key}"]${problem}`,
  ]
  const base = 'podkeep.io/back-off-base'
  const after = 'podkeep.io/depends-on'
  checkCases(test, 'metadata', [
    one('podkeep.io/depend-on', 'a', ': is no annotation that podkeep knows (did you mean "podkeep.io/depends-on"?)'),
    one('podkeep.io/x', 'a', `: is no annotation that podkeep knows (${known})`),
    one(base, '"10"', ': must be a duration like 500ms, 10s or 5m (write 10s for seconds)'),
    one(base, '"10 s"', ': must be a duration like 500ms, 10s or 5m'),
    one(base, '0s', ': must be greater than 0'),
    one('podkeep.io/back-off-max', '25h', ': must be no more than 24h'),
    [
      `annotations: {${base}: 2m, podkeep.io/back-off-max: 1m}`,
      `metadata.annotations["${base}"]: must be less than or equal to podkeep.io/back-off-max`,
    ],
    one(after, '"a,"', ': must be names of pods, [namespace/]name, separated by commas'),
    one(after, 'a/b/c', ': must be names of pods, [namespace/]name, separated by commas'),
    one(after, 'A', `: "A" ${subdomain}`),
    one(after, 'A/b', `: "A/b" ${label}`),
    one(after, 'web', ': a pod cannot depend on itself'),
    one(after, '"db, default/db"', ': names "default/db" twice'),
    one('podkeep.io/backoff-limit', '"-1"', ': must be a whole number of retries, like "3"'),
    one('podkeep.io/backoff-limit', '"1.5"', ': must be a whole number of retries, like "3"'),
    one('podkeep.io/ttl-after-finished', '"10"', ': must be a duration like 10s, 5m or 1h (write 10s for seconds)'),
    one('podkeep.io/ttl-after-finished', '-1s', ': must be a duration like 10s, 5m or 1h'),
    one('controller.kubernetes.io/pod-deletion-cost', '"01"', ': must be a 32bit integer'),
  ])
  accepts(test, 'metadata', [
    `annotations: {${base}: 500ms, podkeep.io/back-off-max: 1h30m}`,
    `annotations: {${after}: "db, other/web"}`,
    `annotations: {${after}: ""}`,
    'annotations: {podkeep.io/backoff-limit: "0", podkeep.io/ttl-after-finished: 0s}',
  ])
  test.end()
})

t.test('bookkeeping that no API server would take', (test) => {
  checkCases(test, 'metadata', [
    ['generation: -1', 'metadata.generation: must be greater than or equal to 0'],
    [
      'finalizers: [mine]',
      'metadata.finalizers[0]: name is neither a standard finalizer name nor is it fully qualified',
    ],
    ['finalizers: [a/b/c]', 'metadata.finalizers[0]: a key has at most one "/": [prefix/]name'],
    [
      'ownerReferences: [{apiVersion: v1, kind: Node, name: o, uid: ""}]',
      'metadata.ownerReferences[0].uid: required, but missing',
    ],
    [
      'ownerReferences: [{apiVersion: v1, kind: A, name: o, uid: u, controller: true}, {apiVersion: v1, kind: A, name: m, uid: v, controller: true}]',
      'metadata.ownerReferences[1].controller: only one reference can have controller set to true',
    ],
  ])
  accepts(test, 'metadata', ['finalizers: [orphan, example.com/a]'])
  test.end()
})

t.test('annotations of older Kubernetes about confinement: what is in force there is not passed over', (test) => {
  const appArmor = (container: string): string => `container.apparmor.security.beta.kubernetes.io/${container}`
  const at = (key: string): string => `metadata.annotations["${key}"]`
  const seccomp = 'seccomp.security.alpha.kubernetes.io/pod'
  const ofSeccomp =
    'must be a seccomp profile: runtime/default, unconfined or localhost/PATH (it has meant nothing since Kubernetes 1.27: write securityContext.seccompProfile, and remove it)'
  checkCases(test, 'metadata', [
    [
      `annotations: {${appArmor('db')}: runtime/default}`,
      `${at(appArmor('db'))}: there is no container "db" in this pod`,
    ],
    [
      `annotations: {${appArmor('web')}: tight}`,
      `${at(appArmor('web'))}: must be an AppArmor profile: runtime/default, unconfined or localhost/PROFILE`,
    ],
    [`annotations: {${seccomp}: tight}`, `${at(seccomp)}: ${ofSeccomp}`],
    [`annotations: {${seccomp}: localhost/../a}`, `${at(seccomp)}: ${ofSeccomp}`],
  ])
  accepts(test, 'metadata', [
    `annotations: {${appArmor('web')}: runtime/default}`,
    `annotations: {${seccomp}: localhost/a/b}`,
  ])
  const both = podWith({
    metadata: `annotations: {${appArmor('web')}: unconfined}`,
    container: 'securityContext: {appArmorProfile: {type: Unconfined}}',
  })
  test.same(
    problemsOf(both).filter((problem) => problem.includes('annotations')),
    [],
    'the field says it',
  )
  test.end()
})
