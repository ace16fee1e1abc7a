/** Which edit changes which hash. The golden values stand for every container podkeep has ever made: they never change. */

import fc from 'fast-check'
import t from 'tap'

import {
  canonical,
  containerHash,
  isSidecar,
  needsSandbox,
  noDnsConfig,
  nothingShared,
  podKey,
  publishedPorts,
  sandboxHash,
  usualSecurity,
  type ContainerSecurity,
  usualNames,
  type DesiredContainer,
  type DesiredPod,
  type DesiredVolume,
  type EnvSource,
  type FieldSource,
} from '../../../lib/pod/index.js'
import { aContainer, aPod, aPort, containers } from '../../support/pods.js'

const data: DesiredVolume = { kind: 'emptyDir', name: 'data', medium: '', sizeLimitBytes: null }
const etc: DesiredVolume = { kind: 'hostPath', name: 'etc', path: '/etc', type: 'Directory' }

const full: DesiredContainer = aContainer('app', {
  image: 'registry.local/shop:1',
  command: ['serve'],
  args: ['--fast', ''],
  env: [
    { name: 'A', value: '1' },
    { name: 'B', value: '' },
  ],
  workingDir: '/srv',
  ports: [
    aPort({ containerPort: 80, hostPort: 8080 }),
    aPort({ containerPort: 53, protocol: 'UDP', hostPort: 53, hostIP: '127.0.0.1' }),
  ],
  mounts: [
    { volume: 'data', mountPath: '/data', readOnly: false },
    { volume: 'etc', mountPath: '/host', readOnly: true },
  ],
})
const shop = (container: Partial<DesiredContainer> = {}, fields: Partial<DesiredPod> = {}): DesiredPod =>
  aPod({
    volumes: [data, etc],
    initContainers: [aContainer('init')],
    containers: [{ ...full, ...container }, aContainer('side')],
    ...fields,
  })
const usual = usualNames('web')
const probe = {
  handler: { kind: 'exec', command: ['true'] },
  initialDelayMs: 0,
  timeoutMs: 1000,
  periodMs: 10_000,
  successThreshold: 1,
  failureThreshold: 3,
  graceMs: null,
} as const
const rule = { action: 'Restart', operator: 'In', exitCodes: [42] } as const
const sidecar = aContainer('proxy', { restartPolicy: 'Always' })
const labelSource = (key: string): FieldSource => ({ kind: 'fieldRef', field: 'metadata.labels', key })
const hashes = (pod: DesiredPod): { container: string; sandbox: string } => ({
  container: containerHash(pod, pod.containers[0]!),
  sandbox: sandboxHash(pod),
})

await t.test('golden values: an upgrade adopts what an earlier podkeep made', async (t) => {
  t.strictSame(hashes(aPod()), {
    container: '1:88efdf3c85b52cdc04296c1f94d19605',
    sandbox: '1:8b63e6eec46d56e95ba6493b373f4d7b',
  })
  t.strictSame(hashes(shop()), {
    container: '1:1f54362f9d41e2b557e470baeb803018',
    sandbox: '1:4086b926ae6688584552e6d27854aed1',
  })
  t.strictSame(hashes(aPod({ hostNetwork: true })), {
    container: '1:88efdf3c85b52cdc04296c1f94d19605',
    sandbox: '1:ae0480d75d9895172ace41ddc4038230',
  })
})

await t.test('an edit changes the hash of what it makes anew, and no other', async (t) => {
  const before = hashes(shop())
  const edits: readonly (readonly [edit: string, pod: DesiredPod, changes: 'nothing' | 'container' | 'sandbox'])[] = [
    ['image', shop({ image: 'registry.local/shop:2' }), 'container'],
    ['command', shop({ command: ['serve', 'more'] }), 'container'],
    ['no command', shop({ command: null }), 'container'],
    ['args', shop({ args: ['--fast'] }), 'container'],
    ['command and args change places', shop({ command: full.args, args: full.command }), 'container'],
    ['value of a variable', shop({ env: [full.env[0]!, { name: 'B', value: 'x' }] }), 'container'],
    ['an empty variable goes', shop({ env: [full.env[0]!] }), 'container'],
    ['order of variables, which $(VAR) follows', shop({ env: [...full.env].reverse() }), 'container'],
    ['workingDir', shop({ workingDir: null }), 'container'],
    ['path of a mount', shop({ mounts: [{ ...full.mounts[0]!, mountPath: '/else' }, full.mounts[1]!] }), 'container'],
    ['readOnly', shop({ mounts: [{ ...full.mounts[0]!, readOnly: true }, full.mounts[1]!] }), 'container'],
    ['no mounts', shop({ mounts: [] }), 'container'],
    ['path of a host volume', shop({}, { volumes: [data, { ...etc, path: '/opt' }] }), 'container'],
    ['an emptyDir becomes memory', shop({}, { volumes: [{ ...data, medium: 'Memory' }, etc] }), 'container'],
    ['check of a host path', shop({}, { volumes: [data, { ...etc, type: '' }] }), 'nothing'],
    ['size of an emptyDir', shop({}, { volumes: [{ ...data, sizeLimitBytes: 5 }, etc] }), 'nothing'],
    ['order of volumes', shop({}, { volumes: [etc, data] }), 'nothing'],
    ['pull policy', shop({ imagePullPolicy: 'Always' }), 'nothing'],
    [
      'a variable comes from a label',
      shop({ env: [full.env[0]!, { name: 'B', value: '', valueFrom: labelSource('tier') }] }),
      'container',
    ],
    ['signal that stops it', shop({ stopSignal: 'SIGUSR1' }), 'container'],
    ['path of the termination message', shop({ terminationMessagePath: '/tmp/last-words' }), 'container'],
    ['stdin', shop({ stdin: true }), 'container'],
    ['stdinOnce', shop({ stdinOnce: true }), 'container'],
    ['tty', shop({ tty: true }), 'container'],
    ['policy of the termination message', shop({ terminationMessagePolicy: 'FallbackToLogsOnError' }), 'nothing'],
    ['probes', shop({ startupProbe: probe, readinessProbe: probe, livenessProbe: probe }), 'nothing'],
    ['hooks', shop({ postStart: probe.handler, preStop: { kind: 'sleep', durationMs: 5 } }), 'nothing'],
    ['policy of the container', shop({ restartPolicy: 'OnFailure' }), 'nothing'],
    ['rules of restarts', shop({ restartRules: [rule] }), 'nothing'],
    ['deadline', shop({}, { activeDeadlineMs: 1 }), 'nothing'],
    ['priority', shop({}, { priority: 1 }), 'nothing'],
    ['dependencies', shop({}, { dependsOn: [podKey('default', 'db')] }), 'nothing'],
    ['back-off', shop({}, { backOff: { baseMs: 1, maxMs: 2 } }), 'nothing'],
    ['a sidecar more', shop({}, { initContainers: [aContainer('init'), sidecar] }), 'nothing'],
    ['hostname', shop({}, { names: { ...usual, hostname: 'other' } }), 'sandbox'],
    ['subdomain', shop({}, { names: { ...usual, subdomain: 'peers' } }), 'sandbox'],
    [
      'aliases of hosts',
      shop({}, { names: { ...usual, hostAliases: [{ ip: '192.0.2.1', names: ['a'] }] } }),
      'sandbox',
    ],
    ['DNS policy', shop({}, { names: { ...usual, dnsPolicy: 'none' } }), 'sandbox'],
    ['DNS searches', shop({}, { names: { ...usual, dnsConfig: { ...noDnsConfig, searches: ['a'] } } }), 'sandbox'],
    ['shared processes', shop({}, { shares: { ...nothingShared, processes: true } }), 'sandbox'],
    ['the host’s processes', shop({}, { shares: { ...nothingShared, hostPid: true } }), 'sandbox'],
    ['the host’s memory', shop({}, { shares: { ...nothingShared, hostIpc: true } }), 'sandbox'],
    ['resources', shop({ resources: { ...full.resources, cpuLimitMillis: 5 } }), 'nothing'],
    ['restart policy', shop({}, { restartPolicy: 'Never' }), 'nothing'],
    ['grace period', shop({}, { graceMs: 1 }), 'nothing'],
    ['file', shop({}, { file: 'other.yaml' }), 'nothing'],
    [
      'labels',
      shop({}, { manifest: { ...shop().manifest, metadata: { name: 'web', namespace: 'x', labels: { a: 'b' } } } }),
      'nothing',
    ],
    ['a port that is not published', shop({ ports: [...full.ports, aPort({ containerPort: 81 })] }), 'nothing'],
    ['name of a port', shop({ ports: [{ ...full.ports[0]!, name: 'web' }, full.ports[1]!] }), 'nothing'],
    ['order of ports', shop({ ports: [...full.ports].reverse() }), 'nothing'],
    ['order of containers', shop({}, { containers: [full, aContainer('side')].reverse() }), 'nothing'],
    ['order of mounts', shop({ mounts: [...full.mounts].reverse() }), 'nothing'],
    ['host port', shop({ ports: [aPort({ hostPort: 8081 }), full.ports[1]!] }), 'sandbox'],
    ['host address', shop({ ports: [full.ports[0]!, { ...full.ports[1]!, hostIP: null }] }), 'sandbox'],
    ['container port', shop({ ports: [aPort({ containerPort: 81, hostPort: 8080 }), full.ports[1]!] }), 'sandbox'],
    ['protocol', shop({ ports: [full.ports[0]!, { ...full.ports[1]!, protocol: 'TCP' }] }), 'sandbox'],
    ['host network', shop({}, { hostNetwork: true }), 'sandbox'],
    ['init container', shop({}, { initContainers: [aContainer('init', { args: ['x'] })] }), 'sandbox'],
    ['name of an init container', shop({}, { initContainers: [aContainer('other')] }), 'sandbox'],
    ['no init container', shop({}, { initContainers: [] }), 'sandbox'],
  ]
  for (const [edit, pod, changes] of edits) {
    const container = pod.containers.find((one) => one.name === 'app')!
    const after = { container: containerHash(pod, container), sandbox: sandboxHash(pod) }
    const changed = (['container', 'sandbox'] as const).filter((one) => after[one] !== before[one])
    t.strictSame(changed, changes === 'nothing' ? [] : [changes], edit)
  }
})

await t.test('a variable counts as what it refers to, whatever is found there', async (t) => {
  const from = (valueFrom: EnvSource): string => hashes(shop({ env: [{ name: 'A', value: '', valueFrom }] })).container
  const limit: EnvSource = {
    kind: 'resourceFieldRef',
    container: 'app',
    bound: 'limits',
    resource: 'cpu',
    amount: 500,
    divisor: 1000,
  }
  t.equal(from({ ...limit, amount: 700 }), from(limit), 'the limit changes')
  const others: readonly EnvSource[] = [
    limit,
    { ...limit, divisor: 1 },
    { ...limit, bound: 'requests' },
    { ...limit, container: 'side' },
    { ...limit, resource: 'memory' },
    labelSource('a'),
    labelSource('b'),
    { ...labelSource('a'), field: 'metadata.annotations' },
    { kind: 'fileKeyRef', volume: 'data', path: 'a', key: 'K', optional: false },
    { kind: 'fileKeyRef', volume: 'data', path: 'a', key: 'K', optional: true },
  ]
  t.equal(new Set(others.map(from)).size, others.length)
})

await t.test('a sidecar is replaced for itself; what ran to its end makes the pod anew', async (t) => {
  const pod = (...initContainers: DesiredContainer[]): DesiredPod => aPod({ initContainers })
  const [init, proxy] = [aContainer('init'), aContainer('proxy')]
  t.equal(sandboxHash(pod(init, sidecar)), sandboxHash(pod(init, { ...sidecar, image: 'app:2' })))
  t.not(sandboxHash(pod(init, sidecar)), sandboxHash(pod({ ...init, image: 'app:2' }, sidecar)))
  t.not(sandboxHash(pod(init, proxy)), sandboxHash(pod(init, sidecar)), 'it becomes one')
  t.equal(isSidecar(pod(sidecar), sidecar), true)
  t.equal(isSidecar(pod(proxy), proxy), false)
  const regular = aPod({ containers: [sidecar] })
  t.equal(isSidecar(regular, sidecar), false, 'Always on a regular container is only its policy')
})

await t.test('a hostNetwork pod publishes nothing, so its host ports may change', async (t) => {
  const pod = (hostPort: number): DesiredPod =>
    aPod({ hostNetwork: true, containers: [aContainer('app', { ports: [aPort({ hostPort })] }), aContainer('side')] })
  t.equal(sandboxHash(pod(80)), sandboxHash(pod(81)))
})

await t.test('a pod that comes to need a sandbox, or no longer does, is another', async (t) => {
  const pod = (...names: string[]): DesiredPod => aPod({ hostNetwork: true, containers: containers(...names) })
  t.not(sandboxHash(pod('app')), sandboxHash(pod('app', 'side')))
  t.equal(sandboxHash(pod('app', 'side')), sandboxHash(pod('app', 'side', 'third')))
})

await t.test('only a hostNetwork pod of a single container has no sandbox', async (t) => {
  t.equal(needsSandbox(aPod()), true)
  t.equal(needsSandbox(aPod({ hostNetwork: true })), false)
  const shared = { ...nothingShared, processes: true }
  t.equal(needsSandbox(aPod({ hostNetwork: true, shares: shared })), true, 'its processes want somebody who reaps them')
  const host = { hostNetwork: true, shares: { ...nothingShared, hostPid: true, hostIpc: true } }
  t.equal(needsSandbox(aPod(host)), false, 'what is the host’s needs nobody to share it through')
  t.equal(needsSandbox(aPod({ hostNetwork: true, containers: containers('a', 'b') })), true)
  t.equal(needsSandbox(aPod({ hostNetwork: true, initContainers: containers('init') })), true)
})

await t.test('published are the ports of regular containers and sidecars that name a host port', async (t) => {
  const side = { ...sidecar, ports: [aPort({ containerPort: 7, hostPort: 7 })] }
  t.strictSame(publishedPorts(aPod({ initContainers: [side] })), [
    { containerPort: 7, protocol: 'TCP', hostPort: 7, hostIP: null },
  ])
  const init = aContainer('init', { ports: [aPort({ hostPort: 1 })] })
  t.strictSame(publishedPorts(shop({}, { initContainers: [init] })), [
    { containerPort: 80, protocol: 'TCP', hostPort: 8080, hostIP: null },
    { containerPort: 53, protocol: 'UDP', hostPort: 53, hostIP: '127.0.0.1' },
  ])
  t.strictSame(publishedPorts(aPod({ containers: [aContainer('a', { ports: [aPort()] })] })), [])
})

await t.test('canonical: what is unset or empty is left out of objects, and nothing of arrays', async (t) => {
  t.strictSame(canonical({ b: 1, a: null, c: '', d: false, e: [], f: {}, g: { h: { i: undefined } }, z: 0 }), {
    b: 1,
    z: 0,
  })
  t.strictSame(canonical([null, '', false, [], {}]), [null, '', false, [], {}])
  t.equal(JSON.stringify(canonical({ b: { d: 1, c: 2 }, a: 3 })), '{"a":3,"b":{"c":2,"d":1}}')
})

const keys = fc.stringMatching(/^[a-z]{1,3}$/)
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, '', false, true, 0, 1, 'x'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
  ),
})).value

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, field]) => [key, reversed(field)])
      .reverse(),
  )
}

await t.test('canonical is idempotent and does not see the order of keys', async () => {
  fc.assert(
    fc.property(json, (value) => JSON.stringify(canonical(canonical(value))) === JSON.stringify(canonical(value))),
  )
  fc.assert(
    fc.property(json, (value) => JSON.stringify(canonical(reversed(value))) === JSON.stringify(canonical(value))),
  )
})

await t.test('canonical is not changed by a field that is not used', async () => {
  fc.assert(
    fc.property(
      fc.dictionary(keys, json),
      fc.constantFrom(null, undefined, '', false, [], {}),
      (object, unused) =>
        JSON.stringify(canonical({ ...object, laterField: unused })) === JSON.stringify(canonical(object)),
    ),
  )
})

t.test('what a container may do is its own hash’s affair, and only what is unusual counts', (t) => {
  const hashOf = (security: Partial<ContainerSecurity>): string => {
    const pod = aPod({ containers: [aContainer('app', { security: { ...usualSecurity, ...security } })] })
    return containerHash(pod, pod.containers[0]!)
  }
  const usual = hashOf({})
  t.equal(usual, containerHash(aPod(), aContainer('app')))
  t.equal(hashOf({ appArmor: { kind: 'RuntimeDefault' } }), usual, 'that asks something of the machine only')
  const unusual: Partial<ContainerSecurity>[] = [
    { runAsUser: 0 },
    { runAsGroup: 0 },
    { runAsNonRoot: true },
    { supplementalGroups: [0] },
    { privileged: true },
    { addCapabilities: ['ALL'] },
    { dropCapabilities: ['ALL'] },
    { readOnlyRootFilesystem: true },
    { noNewPrivileges: true },
    { seccomp: { kind: 'Unconfined' } },
    { seccomp: { kind: 'Localhost', name: 'a' } },
    { appArmor: { kind: 'Unconfined' } },
    { appArmor: { kind: 'Localhost', name: 'a' } },
    { seLinux: { user: null, role: null, type: null, level: 's0' } },
    { unmaskedProc: true },
  ]
  const hashes = unusual.map(hashOf)
  t.equal(new Set([usual, ...hashes]).size, unusual.length + 1)
  const pod = aPod({ containers: [aContainer('app', { security: { ...usualSecurity, runAsUser: 7 } })] })
  t.equal(sandboxHash(pod), sandboxHash(aPod()), 'the sandbox stays')
  t.end()
})

t.test('sysctls and the sandbox’s SELinux label are the pod’s hash’s affair', (t) => {
  const usual = sandboxHash(aPod())
  const seLinux = { user: null, role: null, type: null, level: 's0' }
  const hashes = [
    sandboxHash(aPod({ sysctls: { 'net.a': '1' } })),
    sandboxHash(aPod({ sysctls: { 'net.a': '' } })),
    sandboxHash(aPod({ seLinux })),
  ]
  t.equal(new Set([usual, ...hashes]).size, 4)
  const [a, b] = [
    { 'net.a': '1', 'net.b': '2' },
    { 'net.b': '2', 'net.a': '1' },
  ]
  t.equal(sandboxHash(aPod({ sysctls: a })), sandboxHash(aPod({ sysctls: b })))
  t.end()
})
