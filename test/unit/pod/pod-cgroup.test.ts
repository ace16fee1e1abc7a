import t from 'tap'

import {
  containerHash,
  containerResources,
  oomScoreAdj,
  podCgroup,
  qosClass,
  sandboxHash,
  wantsRestart,
  type DesiredResources,
} from '../../../lib/pod/index.js'
import { aContainer, aPod, noResources } from '../../support/pods.js'

const resources = (fields: Partial<DesiredResources>): DesiredResources => ({ ...noResources, ...fields })
const gib = 2 ** 30

await t.test('a pod whose containers are limited each for itself has no group', async (t) => {
  t.equal(podCgroup(aPod({ containers: [aContainer('a', { resources: resources({ memoryLimitBytes: 5 }) })] })), null)
})

await t.test('the group has what the pod as a whole may use; its weight is what is requested', async (t) => {
  const whole = resources({ cpuLimitMillis: 2000, cpuRequestMillis: 500, memoryLimitBytes: gib })
  t.strictSame(podCgroup(aPod({ resources: whole })), {
    cpuShares: 512,
    cpuQuotaMicros: 200_000,
    memoryBytes: gib,
    hugepageBytes: {},
  })
})

await t.test('huge pages of containers are limited together: the most that is asked for at one time', async (t) => {
  const pages = (bytes: number): DesiredResources =>
    resources({ cpuRequestMillis: 100, hugepageLimitBytes: { '2Mi': bytes } })
  const pod = aPod({
    initContainers: [
      aContainer('first', { resources: pages(8) }),
      aContainer('sidecar', { resources: pages(2), restartPolicy: 'Always' }),
      aContainer('second', { resources: pages(5) }),
    ],
    containers: [aContainer('a', { resources: pages(4) }), aContainer('b')],
  })
  t.match(podCgroup(pod), { cpuShares: 204, cpuQuotaMicros: 0, memoryBytes: 0, hugepageBytes: { '2Mi': 8 } })
  const own = { ...pod, resources: resources({ hugepageLimitBytes: { '2Mi': 20 } }) }
  t.match(podCgroup(own), { hugepageBytes: { '2Mi': 20 } }, 'what the pod itself says counts')
})

await t.test('a container without a limit has the pod’s', async (t) => {
  const pod = aPod({ resources: resources({ cpuLimitMillis: 1000, memoryLimitBytes: gib }) })
  const [bare, limited] = [aContainer('a'), aContainer('b', { resources: resources({ memoryLimitBytes: 5 }) })]
  t.strictSame(containerResources(pod, bare, 0), { cpuShares: 1024, cpuQuotaMicros: 100_000, memoryBytes: gib })
  t.match(containerResources(pod, limited, 0), { memoryBytes: 5, cpuQuotaMicros: 100_000 })
  t.strictSame(containerResources(aPod(), bare, 0), { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 0 })
  t.match(containerResources(aPod(), bare, 100), { pidsLimit: 100 })
  t.match(containerResources(aPod({ pidsLimit: 7 }), bare, 100), { pidsLimit: 7 })
})

await t.test('its class is what the pod says, when it says anything', async (t) => {
  const all = { cpuRequestMillis: 1, cpuLimitMillis: 1, memoryRequestBytes: 1, memoryLimitBytes: 1 }
  t.equal(qosClass(aPod({ resources: resources(all) })), 'Guaranteed')
  t.equal(qosClass(aPod({ resources: resources({ ...all, cpuLimitMillis: 2 }) })), 'Burstable')
  const pages = resources({ hugepageLimitBytes: { '2Mi': 1 } })
  t.equal(
    qosClass(aPod({ resources: pages, containers: [aContainer('a', { resources: resources(all) })] })),
    'BestEffort',
  )
})

await t.test(
  'who is killed first: what the pod asks for beyond its containers counts for each in equal parts',
  async (t) => {
    const pod = aPod({
      resources: resources({ memoryRequestBytes: 3 * gib }),
      containers: [aContainer('a', { resources: resources({ memoryRequestBytes: gib }) }), aContainer('b')],
    })
    t.equal(oomScoreAdj(pod, pod.containers[0]!, 8 * gib), 750)
    t.equal(oomScoreAdj(pod, pod.containers[1]!, 8 * gib), 875)
  },
)

await t.test('a sidecar goes no sooner than the first of those it serves; a node-critical pod goes last', async (t) => {
  const sidecar = aContainer('s', { restartPolicy: 'Always' })
  const asking = aContainer('a', { resources: resources({ memoryRequestBytes: 4 * gib }) })
  const pod = aPod({ initContainers: [sidecar, aContainer('init')], containers: [asking] })
  t.equal(oomScoreAdj(pod, sidecar, 8 * gib), 500)
  t.equal(oomScoreAdj(pod, pod.initContainers[1]!, 8 * gib), 999)
  t.equal(oomScoreAdj({ ...pod, priority: 2_000_001_000 }, sidecar, 8 * gib), -997)
})

await t.test('a container begins anew when the resource changes that it says so of', async (t) => {
  const from = { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 5 }
  const only = (cpu: boolean, memory: boolean) => aContainer('a', { restartsOnResize: { cpu, memory } })
  t.equal(wantsRestart(only(true, false), from, { ...from, memoryBytes: 6 }), false)
  t.equal(wantsRestart(only(true, false), from, { ...from, cpuShares: 3 }), true)
  t.equal(wantsRestart(only(true, false), from, { ...from, cpuQuotaMicros: 3 }), true)
  t.equal(wantsRestart(only(false, true), from, { ...from, memoryBytes: 6 }), true)
  t.equal(wantsRestart(only(false, true), from, { ...from, cpuShares: 6 }), false)
  t.equal(wantsRestart(only(true, true), from, from), false)
})

await t.test('what an edit of them restarts: a device its container, a group the pod, an amount nothing', async (t) => {
  const pod = aPod()
  const [app] = pod.containers
  const device = { kind: 'path', hostPath: '/dev/fuse', path: '/dev/fuse', permissions: 'rwm' } as const
  t.not(containerHash(pod, { ...app!, devices: [device] }), containerHash(pod, app!))
  const grouped = aPod({ resources: resources({ memoryLimitBytes: 5 }) })
  t.not(sandboxHash(grouped), sandboxHash(pod))
  t.equal(sandboxHash(aPod({ resources: resources({ memoryLimitBytes: 6 }) })), sandboxHash(grouped))
  t.equal(containerHash(grouped, app!), containerHash(pod, app!))
  t.equal(sandboxHash(aPod({ pidsLimit: 5 })), sandboxHash(pod))
})
