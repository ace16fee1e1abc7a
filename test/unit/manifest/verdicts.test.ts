/**
 * The API server's own verdicts as the judge: test/fixtures/api-server-verdicts.json holds what Kubernetes 1.20 said of some 1,400
 * Pods, good and bad. podkeep says the same: accepted or refused, at the same fields. Every difference is in the table below with
 * its reason; any other fails, and so does a reason that no case needs any more. That podkeep does not support a field is no
 * verdict on what it says: those findings are left out.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { t } from 'tap'

import { checkout } from '../../support/checkout.js'
import { decode } from '../../support/manifests.js'

type Verdict = undefined | 'undecodable' | 'unknown field' | readonly string[]

interface Fixture {
  readonly slots: Readonly<Record<string, string>>
  readonly cases: readonly (readonly [slot: string, text: string, verdict?: Verdict])[]
}

const fixture = JSON.parse(readFileSync(join(checkout, 'test/fixtures/api-server-verdicts.json'), 'utf8')) as Fixture

type Difference = 'podkeep accepts' | 'podkeep refuses' | 'at other fields'

interface Reason {
  readonly why: string
  readonly difference: Difference
  /** Of cases, as `slot text`. */
  readonly cases: readonly RegExp[]
}

const newer = (what: string, ...cases: readonly RegExp[]): Reason => ({
  why: `newer than 1.20: ${what}`,
  difference: 'podkeep accepts',
  cases,
})

const reasons: readonly Reason[] = [
  newer(
    'names of variables may be any printable text (KEP-4369)',
    /^container env: \[\{name: (\.|\.\.|\.\.a|1A|A B), v/,
    /^container envFrom: \[\{prefix: "(a b|1)"/,
  ),
  newer(
    'search domains may have underscores and be the root (KEP-4427)',
    /^spec dnsConfig: \{searches: \[(a_b|\.)\]\}/,
  ),
  newer('32 search domains, not 6 (KEP-2595)', /^spec dnsConfig: \{searches: \[s0, .*s6\]\}/),
  newer('status.hostIPs (KEP-2681)', /fieldPath: status\.hostIPs/),
  newer('huge pages in the downward API (KEP-2053)', /resource: (limits|requests)\.hugepages-2Mi\}/),
  newer('sleep as a hook (KEP-3960)', /sleep: \{seconds: 5\}/),
  newer('lifecycle.stopSignal (KEP-4960)', /stopSignal: SIGTERM/),
  newer('grpc probes (KEP-2727)', /^container livenessProbe: \{grpc/),
  newer('grace of a probe (KEP-2238)', /Probe: \{.*terminationGracePeriodSeconds: 1/),
  newer('resizePolicy (KEP-1287)', /resizePolicy/),
  newer('resources of the pod as a whole (KEP-2837)', /^spec resources: \{limits: \{cpu: 1\}\}/),
  newer(
    'sidecars (KEP-753) and restart policies of containers (KEP-5307)',
    /^container restartPolicy: Always/,
    /^spec initContainers: .*restartPolicy/,
  ),
  newer('hostUsers (KEP-127), os (KEP-2802), resourceClaims (KEP-4381)', /^spec (hostUsers: true|os:|resourceClaims:)/),
  newer('tolerations by number (KEP-5471)', /operator: Gt, value: "5"/),
  newer('minDomains (KEP-3022)', /minDomains/),
  newer(
    'appArmorProfile (KEP-24), supplementalGroupsPolicy (KEP-3619)',
    /appArmorProfile: \{type/,
    /GroupsPolicy: Merge/,
  ),
  {
    why: 'the kubelet would never start it: root where root is not allowed, a capability that is none',
    difference: 'podkeep refuses',
    cases: [/runAsNonRoot: true, runAsUser: 0\}/, /add: \[nonsense\]/, /localhost\/\}/],
  },
  {
    why: 'the kubelet admits safe sysctls only, unless it is told of others',
    difference: 'podkeep refuses',
    cases: [/^spec securityContext: \{sysctls: \[\{name: (net\.core\.somaxconn|a-b|kernel\.shmmax)/],
  },
  {
    why: 'the kubelet admits safe sysctls only, unless it is told of others',
    difference: 'at other fields',
    cases: [/^spec securityContext: \{sysctls: \[\{name: kernel\.shmmax/],
  },
  {
    why: 'newer than 1.20: procMount (KEP-4265), which 1.20 drops',
    difference: 'podkeep refuses',
    cases: [/procMount: x/],
  },
  {
    why: 'newer than 1.20: sysctls of a namespace that is the host’s',
    difference: 'podkeep refuses',
    cases: [/^spec host(Network|IPC): true\nsecurityContext: \{sysctls/],
  },
  {
    why: 'newer than 1.20: values of selectors are values of labels',
    difference: 'podkeep refuses',
    cases: [/^spec affinity: .*operator: In, values: \[b c\]/, /^spec topologySpreadConstraints: .*\{a: b c\}/],
  },
  {
    why: 'older: metadata.clusterName was removed in 1.24',
    difference: 'podkeep refuses',
    cases: [/clusterName/],
  },
  {
    why: 'meant for the API server alone: the copies it keeps of static pods, tolerations as they were before 1.6',
    difference: 'podkeep accepts',
    cases: [/config\.mirror/, /scheduler\.alpha\.kubernetes\.io\/tolerations/],
  },
  {
    why: 'the engine could not do it: the API server lets it pass, and the pod would wait for an edit for ever',
    difference: 'podkeep refuses',
    cases: [
      /^containers \[\{name: c, image: (":a"|"a b"|"a:"|a@|http)/,
      /^container workingDir: a$/,
      /^container (command|env): .*a\\0b/,
      /^container ports: \[\{containerPort: 80, hostIP: (localhost|1\.2\.3|1\.2\.3\.256|01\.2\.3\.4)\}/,
      /hostIP: 0\.0\.0\.0\}, \{containerPort: 81, hostPort: 80\}/,
      /^mounts \[\{name: v, mountPath: (\/|a:b)\}\]/,
      /^mounts .*mountPath: \/a\/\}/,
      /^spec volumes: \[\{name: v, hostPath: \{path: a\}\}\]/,
    ],
  },
  {
    why: 'there is no such kind of emptyDir, or nobody asks for such pages; the kubelet finds out when it makes it',
    difference: 'podkeep refuses',
    cases: [/medium: (memory|Disk|x)\}/, /medium: HugePages(-2Mi)?\}/],
  },
  {
    why: 'a part of a byte: kubectl only warns, and nearly always M or Mi was meant',
    difference: 'podkeep refuses',
    cases: [/(memory|ephemeral-storage): (100m|1500m|0\.1|"1e-3")\}/, /sizeLimit: 1m\}/],
  },
  {
    why: 'an unquoted number beyond 2^53 loses its last digits in JavaScript: it must be quoted',
    difference: 'podkeep refuses',
    cases: [/memory: (9223372036854775807|9223372036854775808|1e100)\}/],
  },
  {
    why: 'a quantity without a digit is a mistake, not 0',
    difference: 'podkeep refuses',
    cases: [/memory: Mi\}/],
  },
  {
    why: 'a container of another name can never be there; the kubelet finds out at its start',
    difference: 'podkeep refuses',
    cases: [/containerName: x/],
  },
  {
    why: 'a grace period is not negative, as its documentation says, and podkeep counts it in milliseconds',
    difference: 'podkeep refuses',
    cases: [/^spec terminationGracePeriodSeconds: (-1|9223372036854775807)$/],
  },
  {
    why: 'a grace period is not negative, as its documentation says, and podkeep counts it in milliseconds',
    difference: 'at other fields',
    cases: [/terminationGracePeriodSeconds: -5/],
  },
  {
    why: 'there are no PriorityClass objects, as the admission plugin Priority would say',
    difference: 'podkeep refuses',
    cases: [/^spec priorityClassName: a/],
  },
  {
    why: 'podkeep points at what is written and wrong, Kubernetes at what it does not fit',
    difference: 'at other fields',
    cases: [
      /fieldRef: \{apiVersion: /,
      /^containers .*\nhostNetwork: true/,
      /^spec tolerations: \[\{key: a, (operator: Exists, value: b|value: b c)\}\]/,
      /^spec topologySpreadConstraints: .*maxSkew: 2/,
      /podAffinityTerm|DuringExecution: \[\{weight: (1|101)\}\]/,
      /volumeDevices: \[\{name: v, devicePath: \/dev\/x\}\], volumeMounts: \[\{name: v/,
    ],
  },
  {
    why: 'newer than 1.20: huge pages come whole (KEP-1539)',
    difference: 'podkeep refuses',
    cases: [/^container resources: \{limits: \{hugepages-(2Mi: 1Mi|x: )/],
  },
  {
    why: 'one finding for one mistake: what only follows from it is left out',
    difference: 'at other fields',
    cases: [
      /^name generateName: Web-/,
      /\nvolumes: \[\{name: (V, emptyDir|v, hostPath: \{path: \.\.)/,
      /expirationSeconds: 100/,
    ],
  },
  {
    why: 'what podkeep does not support is refused whatever it says',
    difference: 'at other fields',
    cases: [
      /^container resources: .*nvidia\.com\/gpu: /,
      /^spec serviceAccount: A/,
      /^spec volumes: \[\{name: v, ephemeral/,
      /serviceAccountToken: \{\}/,
    ],
  },
]

const manifestOf = (slot: string, text: string): string => {
  const template = fixture.slots[slot] ?? ''
  const indent = /^( *).*@/m.exec(template)?.[1] ?? ''
  return template.replace('@', () => text.replaceAll('\n', `\n${indent}`))
}

/** `a.b[0].c[d]` and `a.b[0].c["d"]`: a b 0 c d */
const segments = (field: string): string[] => field.match(/[^.[\]"]+/g) ?? []

/** Whether a field is the other, or a more exact place of it: older Kubernetes leaves out indexes, and names the whole map for a key. */
const isWithin = (field: string, wider: string): boolean => {
  const wanted = segments(wider)
  let found = 0
  for (const segment of segments(field)) if (segment === wanted[found]) found++
  return found === wanted.length
}

/** Paths that Kubernetes itself has mended since. */
const mended = (field: string): string =>
  field
    .replace(/\.matchExpressions(?=\.match(Labels|Expressions))/, '.labelSelector')
    .replace('spec.securityContext.shareProcessNamespace', 'spec.shareProcessNamespace')
    .replace(/(Execution\[\d\])\.namespace$/, '$1.namespaces')

const isUnsupported = (message: string): boolean => message.includes('not supported')

const differenceOf = (slot: string, text: string, verdict: Verdict): Difference | null => {
  const { problems } = decode(manifestOf(slot, text))
  const ours = problems.filter(({ message }) => !isUnsupported(message)).map(({ field }) => field)
  const unsupported = problems.filter(({ message }) => isUnsupported(message)).map(({ field }) => field)
  if (verdict === undefined) return ours.length === 0 ? null : 'podkeep refuses'
  if (problems.length === 0) return 'podkeep accepts'
  if (typeof verdict === 'string') return null
  const theirs = verdict.map((error) => mended(error.slice(0, error.lastIndexOf(' '))))
  // A request that is not written is the limit, and wrong as the limit is.
  const written = theirs.filter(
    (field) => !field.includes('.requests[') || !theirs.includes(field.replace('.requests[', '.limits[')),
  )
  const isKnown = (field: string): boolean =>
    ours.some((other) => isWithin(other, field)) || unsupported.some((other) => isWithin(field, other))
  const isTheirs = (field: string): boolean => theirs.some((other) => isWithin(field, other))
  return written.every(isKnown) && ours.every(isTheirs) ? null : 'at other fields'
}

t.test('podkeep says of a Pod what the API server says, but for what is listed', (test) => {
  const needed = new Set<Reason>()
  for (const [slot, text, verdict] of fixture.cases) {
    const difference = differenceOf(slot, text, verdict)
    if (difference === null) continue
    const name = `${slot} ${text}`
    const reason = reasons.find((one) => one.difference === difference && one.cases.some((form) => form.test(name)))
    if (reason === undefined) test.fail(`${difference}: ${name}`)
    else needed.add(reason)
  }
  test.same(
    reasons.filter((reason) => !needed.has(reason)).map(({ why }) => why),
    [],
    'every reason is needed',
  )
  test.end()
})
