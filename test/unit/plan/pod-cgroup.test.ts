import t from 'tap'

import { actionKey, type PlanContext } from '../../../lib/plan/index.js'
import { podCgroup, type PodCgroup } from '../../../lib/pod/index.js'
import { aFailure, deeds, observed, run, waits } from '../../support/plans.js'
import { aContainer, aPod, created, noResources, seen, uid } from '../../support/pods.js'
import { planPod } from '../../../lib/plan/index.js'
import { aContext } from '../../support/plans.js'

const pod = aPod({ resources: { ...noResources, memoryLimitBytes: 2 ** 30 } })
const limits = podCgroup(pod)!
const set = (of: PodCgroup = limits): Partial<PlanContext> => ({ podCgroups: new Map([[uid, of]]) })
const running = [
  seen(pod, 'POD'),
  seen(pod, 'app', { resources: { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 2 ** 30 } }),
]

await t.test('the group is there before anything is made in it, and its containers name it', async (t) => {
  t.same(deeds(run(pod, [])), ['SetPodCgroup uid-1 (Missing)'])
  const plan = run(pod, [], set())
  t.same(deeds(plan), ['CreateSandbox POD-0 (Missing)'])
  t.match(
    plan.actions.find(({ kind }) => kind === 'CreateSandbox'),
    { spec: { podCgroup: uid } },
  )
  const next = run(pod, [seen(pod, 'POD')], set())
  t.match(
    next.actions.find(({ kind }) => kind === 'CreateContainer'),
    {
      spec: { podCgroup: uid, resources: { memoryBytes: 2 ** 30 } },
    },
  )
})

await t.test('images are fetched meanwhile', async (t) => {
  t.same(deeds(run(pod, [], { images: new Map() })), ['SetPodCgroup uid-1 (Missing)', 'InspectImage app:1 (Missing)'])
})

await t.test(
  'a pod that runs goes on, and its group is set once more after podkeep’s start and after an edit',
  async (t) => {
    t.same(deeds(run(pod, running)), ['SetPodCgroup uid-1 (Missing)'])
    t.same(deeds(run(pod, running, set({ ...limits, memoryBytes: 5 }))), ['SetPodCgroup uid-1 (Edited)'])
    t.same(run(pod, running, set()), { actions: [], waits: [] })
    const failures = new Map([[actionKey({ kind: 'SetPodCgroup', uid, limits, reason: 'Edited' }), aFailure()]])
    const plan = run(pod, [seen(pod, 'POD'), created(pod, 'app')], { ...set({ ...limits, memoryBytes: 5 }), failures })
    t.same(deeds(plan), ['StartContainer app-0 (Prepared)'], 'also when that fails')
    t.match(waits(plan), ['ResizePodInPlaceError in 1 s: it failed (look)'])
  },
)

await t.test('what runs without a group goes on until the group can be had', async (t) => {
  const before = aPod()
  t.same(deeds(run(pod, [seen(before, 'POD'), seen(before, 'app')])), ['SetPodCgroup uid-1 (Missing)'])
})

await t.test('an engine whose groups are systemd’s is told of, with what to do', async (t) => {
  const plan = run(pod, [], { cgroupDriver: 'systemd' })
  t.same(deeds(plan), [])
  t.same(waits(plan), [
    'CreatePodSandboxError: limits of a pod as a whole (spec.resources, hugepages) need an engine with the cgroup driver cgroupfs, and this one has the cgroup driver systemd: set "exec-opts": ["native.cgroupdriver=cgroupfs"] in its daemon.json, or write cpu and memory at the containers',
  ])
  t.match(waits(run(pod, [], { cgroupDriver: null })), [/this one does not tell its cgroup driver:/])
})

await t.test('the group goes with the pod, after its containers and before its files', async (t) => {
  const removal = (present: typeof running, context: Partial<PlanContext>): string[] =>
    deeds(planPod({ kind: 'remove', pod }, observed(pod, ...present), aContext(pod, context)))
  t.same(removal([], set()), ['RemovePodCgroup uid-1 (PodRemoved)'])
  t.same(removal([], {}), ['RemoveVolumes uid-1 (PodRemoved)'])
})

await t.test('an edit that takes its reason away takes the group away, once nothing made in it is left', async (t) => {
  const plain = aPod()
  t.same(deeds(run(plain, [seen(plain, 'POD'), seen(plain, 'app')], set())), ['RemovePodCgroup uid-1 (PodRemoved)'])
  t.notOk(deeds(run(plain, running, set())).includes('RemovePodCgroup uid-1 (PodRemoved)'))
})

await t.test('a resource that wants its container anew makes it anew; others are changed as it runs', async (t) => {
  const resized = (memory: boolean): string[] => {
    const app = aContainer('app', {
      resources: { ...noResources, memoryLimitBytes: 200 },
      restartsOnResize: { cpu: false, memory },
    })
    const pod = aPod({ containers: [app] })
    const now = { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 100 }
    return deeds(run(pod, [seen(pod, 'POD'), seen(pod, 'app', { resources: now })]))
  }
  t.same(resized(true), ['KillContainer app-0 SIGTERM (Edited)'])
  t.same(resized(false), ['UpdateResources app-0 (Edited)'])
})

await t.test('a device with a path is looked for on the machine before anything is made or makes way', async (t) => {
  const device = { kind: 'path', hostPath: '/dev/fuse', path: '/dev/fuse', permissions: 'rwm' } as const
  const pod = aPod({ containers: [aContainer('app', { devices: [device] })] })
  t.same(deeds(run(pod, [seen(pod, 'POD')])), ['FindProfile device /dev/fuse for app (Missing)'])
  const found = (fact: object): Partial<PlanContext> => ({
    profiles: new Map([['device /dev/fuse', { found: fact as { text: string }, atTickMs: 1_000_000 }]]),
  })
  t.same(waits(run(pod, [seen(pod, 'POD')], found({ problem: 'there is no device /dev/fuse on this machine' }))), [
    'CreateContainerConfigError app in 2 s: there is no device /dev/fuse on this machine',
  ])
  const plan = run(pod, [seen(pod, 'POD')], found({ text: '' }))
  t.match(
    plan.actions.find(({ kind }) => kind === 'CreateContainer'),
    { spec: { devices: [device] } },
  )
})
