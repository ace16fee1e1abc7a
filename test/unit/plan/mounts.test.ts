/** What a container mounts of its pod's volumes. Source: kubelet TestMakeMounts and TestExpandContainerVolumeMounts, restated. */

import t from 'tap'

import type { Action } from '../../../lib/plan/index.js'
import type { DesiredMount, DesiredPod, EnvVar } from '../../../lib/pod/index.js'
import { aFailure, deeds, run, waits } from '../../support/plans.js'
import { aContainer, aPod, created, seen } from '../../support/pods.js'

const emptyDir = { kind: 'emptyDir', name: 'data', medium: '', sizeLimitBytes: null } as const
const whole: DesiredMount = { volume: 'data', mountPath: '/data', readOnly: false }

function podWith(mounts: readonly DesiredMount[], env: Record<string, string> = {}): DesiredPod {
  const variables: EnvVar[] = Object.entries(env).map(([name, value]) => ({ name, value }))
  return aPod({ volumes: [emptyDir], containers: [aContainer('app', { mounts, env: variables })] })
}

function creationOf(pod: DesiredPod): Extract<Action, { kind: 'CreateContainer' }> {
  const creation = run(pod, [seen(pod, 'POD')]).actions.find((action) => action.kind === 'CreateContainer')
  if (creation === undefined) throw new Error('nothing is created')
  return creation
}

const expression = (path: string): DesiredMount => ({ ...whole, subPath: { path, isExpression: true } })

await t.test(
  'a whole volume is a mount of its folder, a part of one is found when the container is made',
  async (t) => {
    const part = { ...whole, mountPath: '/logs', readOnly: true, subPath: { path: 'a/b', isExpression: false } }
    const { spec, subPaths } = creationOf(podWith([whole, part]))
    t.strictSame(spec.mounts, [{ hostPath: '/volumes/data', mountPath: '/data', readOnly: false }])
    t.strictSame(subPaths, [
      {
        volume: 'data',
        volumePath: '/volumes/data',
        subPath: 'a/b',
        written: 'subPath "a/b"',
        isMadeWhenMissing: true,
        index: 1,
        mountPath: '/logs',
        readOnly: true,
      },
    ])
  },
)

await t.test('propagation and recursive read-only go with either', async (t) => {
  const how = { propagation: 'HostToContainer', recursiveReadOnly: 'IfPossible' } as const
  const part = { ...whole, mountPath: '/b', subPath: { path: 'b', isExpression: false }, ...how }
  const { spec, subPaths } = creationOf(podWith([{ ...whole, ...how }, part]))
  t.match(spec.mounts, [how])
  t.match(subPaths, [how])
})

await t.test('subPathExpr takes the container’s variables, and all of the volume when nothing is left', async (t) => {
  const env = { POD: 'web-0', EMPTY: '', DOTS: './x//y/.', COST: '1' }
  const paths: [string, string][] = [
    ['$(POD)', 'web-0'],
    ['a/$(POD)/log', 'a/web-0/log'],
    ['$(DOTS)', 'x/y'],
    ['$$(POD)', '$(POD)'],
    ['$POD', '$POD'],
    ['a$(EMPTY)b', 'ab'],
  ]
  for (const [written, path] of paths)
    t.match(creationOf(podWith([expression(written)], env)).subPaths, [{ subPath: path }], written)
  const { spec, subPaths } = creationOf(podWith([expression('$(EMPTY)')], env))
  t.strictSame([subPaths, spec.mounts], [[], [{ hostPath: '/volumes/data', mountPath: '/data', readOnly: false }]])
})

await t.test('a subPathExpr that cannot be keeps the container from being made, and says why', async (t) => {
  const env = { UP: '../up', ROOT: '/etc', NUL: 'a\0b' }
  const faults: [string, string][] = [
    ['$(NO)', 'there is no variable NO in env'],
    ['a/$(NO)/$(UP)', 'there is no variable NO in env'],
    ['$(UP)', '"$(UP)" becomes a path with ".." in it, which leads out of the volume'],
    ['a/$(UP)', '"a/$(UP)" becomes a path with ".." in it, which leads out of the volume'],
    ['$(ROOT)', '"$(ROOT)" becomes an absolute path; it must be a relative one'],
    ['$(NUL)', '"$(NUL)" becomes a path with a NUL character in it, which no path can have'],
  ]
  for (const [path, why] of faults) {
    const pod = podWith([expression(path)], env)
    const plan = run(pod, [seen(pod, 'POD')])
    t.strictSame(deeds(plan), [], path)
    t.strictSame(waits(plan), [`CreateContainerConfigError app: subPathExpr of "data": ${why}`], path)
  }
})

await t.test('a part of a volume that cannot be mounted is a fault of the container’s configuration', async (t) => {
  const pod = podWith([{ ...whole, subPath: { path: 'a', isExpression: false } }])
  const action = creationOf(pod)
  const key = `CreateContainer uid-1 app 0 ${action.spec.identity.hash}`
  const failure = aFailure({ code: 'VOLUME_FAILED', message: 'it leads out', retry: 'later' })
  const plan = run(pod, [seen(pod, 'POD')], { failures: new Map([[key, failure]]) })
  t.strictSame(waits(plan), ['CreateContainerConfigError app in 2 s: it leads out (look)'])
})

await t.test(
  'what an earlier podkeep made and did not start is made again where parts of volumes have to be mounted',
  async (t) => {
    const part = { ...whole, subPath: { path: 'a', isExpression: false } }
    for (const [mount, madeHere, deed] of [
      [part, false, 'RemoveContainer app-0 (Superseded)'],
      [part, true, 'StartContainer app-0 (Prepared)'],
      [whole, false, 'StartContainer app-0 (Prepared)'],
    ] as const) {
      const pod = podWith([mount])
      t.strictSame(deeds(run(pod, [seen(pod, 'POD'), created(pod, 'app', { madeHere })])), [deed])
    }
    const pod = podWith([part])
    const container = created(pod, 'app', { madeHere: false })
    const inFlight = new Set([`CreateContainer uid-1 app 0 ${container.hash}`])
    t.strictSame(
      deeds(run(pod, [seen(pod, 'POD'), container], { inFlight })),
      ['StartContainer app-0 (Prepared)'],
      'its answer is under way',
    )
  },
)

await t.test('nothing starts before its volumes are there: a reboot takes those in memory away', async (t) => {
  const pod = podWith([whole])
  const plan = run(pod, [seen(pod, 'POD'), created(pod, 'app', { madeHere: false })], { volumePaths: new Map() })
  t.strictSame(deeds(plan), ['PrepareVolume data (Missing)'])
  t.strictSame(waits(plan), ['ContainerCreating app'])
})

await t.test(
  'a claim is mounted as the engine’s volume, kept by the sandbox, and a part of it like any other',
  async (t) => {
    const volume = {
      kind: 'persistentVolumeClaim',
      name: 'data',
      claim: { namespace: 'default', name: 'db' },
      readOnly: false,
    } as const
    const part = { ...whole, mountPath: '/p', subPath: { path: 'a', isExpression: false } }
    const pod = aPod({
      hostNetwork: true,
      volumes: [volume],
      containers: [aContainer('app', { mounts: [whole, part] })],
    })
    const sandbox = run(pod, []).actions.find((action) => action.kind === 'CreateSandbox')
    t.strictSame(
      sandbox?.spec.claims,
      [{ namespace: 'default', name: 'db' }],
      'also where there would be no sandbox otherwise',
    )
    const { spec, subPaths } = creationOf(pod)
    t.strictSame(spec.mounts, [{ claim: volume.claim, mountPath: '/data', readOnly: false }])
    t.match(subPaths, [{ volumePath: '/volumes/data', subPath: 'a', isMadeWhenMissing: true }])
    const readOnly = aPod({ volumes: [{ ...volume, readOnly: true }], containers: pod.containers })
    t.match(creationOf(readOnly).spec.mounts, [{ readOnly: true }])
  },
)

await t.test(
  'a share is mounted by the engine: it is prepared by nobody, and the start is what tries it',
  async (t) => {
    const share = { server: 'nas', path: '/export' }
    const volume = { kind: 'nfs', name: 'data', share, readOnly: false } as const
    const pod = aPod({
      volumes: [volume],
      containers: [aContainer('app', { mounts: [whole, { ...whole, mountPath: '/r', readOnly: true }] })],
    })
    const { spec, subPaths } = creationOf(pod)
    t.strictSame(spec.mounts, [
      { share, mountPath: '/data', readOnly: false },
      { share, mountPath: '/r', readOnly: true },
    ])
    t.strictSame(subPaths, [])
    const readOnly = aPod({ volumes: [{ ...volume, readOnly: true }], containers: pod.containers })
    t.match(creationOf(readOnly).spec.mounts, [{ readOnly: true }, { readOnly: true }])
    const there = [seen(pod, 'POD'), created(pod, 'app', { madeHere: false })]
    const nothingPrepared = { volumePaths: new Map<string, string>() }
    t.strictSame(deeds(run(pod, there, nothingPrepared)), ['StartContainer app-0 (Prepared)'])
    const failures = new Map([['StartContainer app-0', aFailure({ code: 'NFS_FAILED', retry: 'later' })]])
    const failed = run(pod, there, { ...nothingPrepared, failures })
    t.strictSame(deeds(failed), [])
    t.strictSame(waits(failed), ['FailedMount app in 2 s: it failed (look)'])
  },
)
