/** Labels, resources as Linux numbers, and the small words of a pod. */

import fc from 'fast-check'
import t from 'tap'

import {
  BrokenInvariant,
  canUpdateInPlace,
  containerId,
  decodeLabels,
  encodeLabels,
  errorCatalogue,
  invariant,
  linuxResources,
  nodeLabel,
  oomScoreAdj,
  podKey,
  PodkeepError,
  podUid,
  problemText,
  qosClass,
  ranMs,
  sameResources,
  shortId,
  terminatedReason,
  unreachable,
  type ContainerIdentity,
  type DesiredPod,
  type DesiredResources,
  type Problem,
} from '../../../lib/pod/index.js'
import { aContainer, anOwner, aPod, dead, noResources, nowWallMs, seen, uid } from '../../support/pods.js'

const identity: ContainerIdentity = {
  namespace: 'shop',
  podName: 'web',
  podUid: uid,
  kind: 'container',
  name: 'app',
  attempt: 3,
  crashes: 2,
  round: 1,
  hash: '1:aa',
  podHash: '1:bb',
  sandboxId: containerId('f00'),
  file: 'web.yaml',
  graceMs: 45_000,
  podStartedAtMs: nowWallMs,
}

await t.test(
  'the labels podkeep writes are pinned: a later one reads them, and so do cAdvisor and log shippers',
  async (t) => {
    t.strictSame(encodeLabels(anOwner('node-1'), identity), {
      'io.podkeep.node': 'node-1',
      'io.podkeep.state-folder': 'folder-1',
      'io.kubernetes.pod.name': 'web',
      'io.kubernetes.pod.namespace': 'shop',
      'io.kubernetes.pod.uid': 'uid-1',
      'io.kubernetes.container.name': 'app',
      'io.podkeep.kind': 'container',
      'io.podkeep.attempt': '3',
      'io.podkeep.crashes': '2',
      'io.podkeep.round': '1',
      'io.podkeep.hash': '1:aa',
      'io.podkeep.pod-hash': '1:bb',
      'io.podkeep.sandbox': 'f00',
      'io.podkeep.manifest': 'web.yaml',
      'io.podkeep.grace-ms': '45000',
      'io.podkeep.pod-started-at-ms': '1772366400000',
    })
    t.equal(nodeLabel, 'io.podkeep.node')
  },
)

await t.test('labels are read back as they were written', async () => {
  const text = fc.string({ minLength: 1 })
  const number = fc.integer({ min: 0, max: 10 ** 14 })
  const identities = fc.record({
    ...{ namespace: text, podName: text, podUid: text.map(podUid), name: text, file: fc.string() },
    ...{
      hash: fc.string(),
      podHash: fc.string(),
      attempt: number,
      crashes: number,
      round: number,
      graceMs: number,
      podStartedAtMs: number,
    },
    kind: fc.constantFrom('sandbox', 'init', 'container'),
    sandboxId: fc.option(text.map(containerId)),
  })
  fc.assert(
    fc.property(identities, (one) => {
      const read = decodeLabels({ 'com.example.other': 'x', ...encodeLabels(anOwner('node-1'), one) })
      return (Object.keys(one) as (keyof typeof one)[]).every((field) => read?.[field] === one[field])
    }),
  )
})

await t.test(
  'damaged labels: without what says whose it is a container is nobody’s, the rest has a safe value',
  async (t) => {
    const labels = encodeLabels(anOwner('node-1'), identity)
    const damaged = (label: string, value?: string): ContainerIdentity | null => {
      const { [label]: old, ...others } = labels
      t.ok(old !== undefined, `${label} is a label`)
      return decodeLabels(value === undefined ? others : { ...others, [label]: value })
    }
    for (const label of [
      ...['io.kubernetes.pod.name', 'io.kubernetes.pod.namespace', 'io.kubernetes.pod.uid'],
      ...['io.kubernetes.container.name', 'io.podkeep.kind', 'io.podkeep.attempt'],
    ]) {
      t.equal(damaged(label), null, `without ${label}`)
      t.equal(damaged(label, ''), null, `empty ${label}`)
    }
    t.equal(damaged('io.podkeep.kind', 'pod'), null)
    for (const text of ['-1', '1.5', '1e3', ' 1', '0x1', 'NaN', '9'.repeat(16)])
      t.equal(damaged('io.podkeep.attempt', text), null, `attempt ${text}`)
    for (const [label, safe] of [
      ['io.podkeep.crashes', { crashes: 0 }],
      ['io.podkeep.round', { round: 0 }],
      ['io.podkeep.hash', { hash: '' }],
      ['io.podkeep.pod-hash', { podHash: '' }],
      ['io.podkeep.sandbox', { sandboxId: null }],
      ['io.podkeep.manifest', { file: '' }],
      ['io.podkeep.grace-ms', { graceMs: 30_000 }],
      ['io.podkeep.pod-started-at-ms', { podStartedAtMs: 0 }],
    ] as const)
      t.strictSame(damaged(label), { ...identity, ...safe }, label)
    t.match(damaged('io.podkeep.grace-ms', 'soon'), { graceMs: 30_000 })
    t.match(damaged('io.podkeep.sandbox', ''), { sandboxId: null })
    t.equal(decodeLabels({}), null)
  },
)

const resources = (fields: Partial<DesiredResources>): DesiredResources => ({ ...noResources, ...fields })

await t.test('cpu and memory as Linux numbers (kubelet.md 8)', async (t) => {
  for (const [wanted, cpuShares, cpuQuotaMicros, memoryBytes] of [
    [{}, 2, 0, 0],
    [{ cpuRequestMillis: 1000 }, 1024, 0, 0],
    [{ cpuRequestMillis: 250 }, 256, 0, 0],
    [{ cpuRequestMillis: 3 }, 3, 0, 0],
    [{ cpuRequestMillis: 1 }, 2, 0, 0],
    [{ cpuRequestMillis: 999 }, 1022, 0, 0],
    [{ cpuRequestMillis: 256_000 }, 262_144, 0, 0],
    [{ cpuRequestMillis: 300_000 }, 262_144, 0, 0],
    [{ cpuLimitMillis: 500 }, 512, 50_000, 0],
    [{ cpuRequestMillis: 0, cpuLimitMillis: 500 }, 2, 50_000, 0],
    [{ cpuRequestMillis: 100, cpuLimitMillis: 2000 }, 102, 200_000, 0],
    [{ cpuLimitMillis: 10 }, 10, 1000, 0],
    [{ cpuLimitMillis: 5 }, 5, 1000, 0],
    [{ cpuLimitMillis: 0 }, 2, 0, 0],
    [{ memoryRequestBytes: 5, memoryLimitBytes: 2 ** 40 }, 2, 0, 2 ** 40],
    [{ memoryRequestBytes: 5 }, 2, 0, 0],
  ] as const)
    t.strictSame(linuxResources(resources(wanted)), { cpuShares, cpuQuotaMicros, memoryBytes }, JSON.stringify(wanted))
})

await t.test('limits are the same when every number is; only a memory limit cannot be lifted in place', async (t) => {
  const one = { cpuShares: 2, cpuQuotaMicros: 1000, memoryBytes: 5 }
  t.equal(sameResources(one, { ...one }), true)
  for (const other of [{ cpuShares: 3 }, { cpuQuotaMicros: 0 }, { memoryBytes: 6 }])
    t.equal(sameResources(one, { ...one, ...other }), false, JSON.stringify(other))
  t.equal(canUpdateInPlace(one, { ...one, memoryBytes: 0 }), false)
  t.equal(canUpdateInPlace(one, { ...one, memoryBytes: 4 }), true)
  t.equal(canUpdateInPlace({ ...one, memoryBytes: 0 }, one), true)
  t.equal(canUpdateInPlace({ ...one, memoryBytes: 0 }, { ...one, memoryBytes: 0 }), true)
  t.equal(canUpdateInPlace(one, { ...one, cpuQuotaMicros: 0 }), true)
})

const all = { cpuRequestMillis: 10, cpuLimitMillis: 10, memoryRequestBytes: 10, memoryLimitBytes: 10 }
const podOf = (...each: Partial<DesiredResources>[]): DesiredPod =>
  aPod({ containers: each.map((one, index) => aContainer(`c${index}`, { resources: resources(one) })) })

await t.test('the quality-of-service class (kubelet.md 8)', async (t) => {
  t.equal(qosClass(podOf({})), 'BestEffort')
  t.equal(qosClass(podOf({ cpuLimitMillis: 0, memoryRequestBytes: 0 })), 'BestEffort')
  t.equal(qosClass(podOf(all, all)), 'Guaranteed')
  t.equal(qosClass(podOf(all, {})), 'Burstable')
  t.equal(qosClass(podOf({ ...all, cpuLimitMillis: 11 })), 'Burstable')
  t.equal(qosClass(podOf({ ...all, memoryLimitBytes: 11 })), 'Burstable')
  t.equal(qosClass(podOf({ ...all, cpuLimitMillis: null })), 'Burstable')
  t.equal(qosClass(podOf({ ...all, memoryLimitBytes: null })), 'Burstable')
  for (const field of ['cpuRequestMillis', 'cpuLimitMillis', 'memoryRequestBytes', 'memoryLimitBytes'] as const)
    t.equal(qosClass(podOf({ [field]: 1 })), 'Burstable', field)
  t.equal(qosClass({ ...podOf(all), initContainers: [aContainer('init')] }), 'Burstable', 'init containers count')
})

await t.test('who is killed first when memory runs out (kubelet.md 8)', async (t) => {
  const gib = 2 ** 30
  const score = (memoryRequestBytes: number | null): number => {
    const pod = podOf({ cpuRequestMillis: 1, memoryRequestBytes })
    return oomScoreAdj(pod, pod.containers[0]!, 8 * gib)
  }
  t.equal(oomScoreAdj(podOf(all), podOf(all).containers[0]!, gib), -997)
  t.equal(oomScoreAdj(podOf({}), podOf({}).containers[0]!, gib), 1000)
  t.equal(score(null), 999, 'never as high as best effort')
  t.equal(score(gib), 875)
  t.equal(score(8 * gib - 1), 3, 'never below the guaranteed')
  t.equal(score(9 * gib), 3)
  t.equal(score(4 * gib), 500)
  t.equal(score(Math.floor(8 * gib * 0.0019)), 999, 'rounded as the kubelet does')
})

await t.test('how a container ended, in Kubernetes’ words', async (t) => {
  const pod = aPod()
  t.equal(terminatedReason(dead(pod, 'app', 0)), 'Completed')
  t.equal(terminatedReason(dead(pod, 'app', 3)), 'Error')
  t.equal(terminatedReason(dead(pod, 'app', 0, { oomKilled: true })), 'OOMKilled', 'even with exit code 0')
  t.equal(terminatedReason(dead(pod, 'app', 127, { startedAtMs: null })), 'ContainerCannotRun')
  t.equal(terminatedReason(dead(pod, 'app', 0, { exitCode: null })), 'Error')
  t.equal(ranMs(dead(pod, 'app', 0)), 60_000)
  t.equal(ranMs(dead(pod, 'app', 0, { startedAtMs: nowWallMs + 1 })), 0)
  t.equal(ranMs(seen(pod, 'app')), 0)
  t.equal(ranMs(dead(pod, 'app', 0, { startedAtMs: null })), 0)
})

await t.test('a problem reads as file:line:column: field: message (suggestion)', async (t) => {
  const problem: Problem = {
    ...{ file: 'web.yaml', line: 12, column: 7, field: 'spec.containers[0].imge' },
    ...{ message: 'unknown field', suggestion: 'did you mean "image"?', pod: null },
  }
  t.equal(problemText(problem), 'web.yaml:12:7: spec.containers[0].imge: unknown field (did you mean "image"?)')
  t.equal(problemText({ ...problem, field: '', suggestion: null }), 'web.yaml:12:7: unknown field')
  t.equal(
    problemText({ ...problem, line: null, column: null, field: '' }),
    'web.yaml: unknown field (did you mean "image"?)',
  )
})

await t.test('names, errors and broken beliefs', async (t) => {
  t.equal(podKey('shop', 'web'), 'shop/web')
  t.equal(shortId(containerId('0123456789abcdef')), '0123456789ab')
  const cause = new Error('ECONNREFUSED')
  const error = new PodkeepError('ENGINE_UNREACHABLE', 'cannot connect', { cause })
  t.match(error, {
    name: 'PodkeepError',
    message: 'cannot connect',
    code: 'ENGINE_UNREACHABLE',
    retry: 'engine',
    cause,
  })
  t.equal(error.hint, errorCatalogue.ENGINE_UNREACHABLE.hint)
  t.throws(
    () => invariant(false, 'the moon is near'),
    new BrokenInvariant('this was believed to hold and does not: the moon is near'),
  )
  invariant(1, 'truth is enough')
  t.throws(() => unreachable({ kind: 'new' } as never), new BrokenInvariant('no branch for {"kind":"new"}'))
})
