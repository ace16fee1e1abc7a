/** What volumes and mounts become in podkeep's own terms: every field, and what it is when a manifest leaves it out. */

import { t } from 'tap'

import { pageBytes } from '../../../lib/manifest/huge-pages.js'
import { containerHash, type DesiredMount, type DesiredPod } from '../../../lib/pod/index.js'
import { decode, podWith, problemsOf } from '../../support/manifests.js'

const podOf = (parts: Parameters<typeof podWith>[0]): DesiredPod => {
  const text = podWith(parts)
  const { pods } = decode(text)
  if (pods[0] === undefined) throw new Error(problemsOf(text).join('\n'))
  return pods[0].pod
}

const podMounting = (mount: string): DesiredPod =>
  podOf({ spec: 'volumes: [{name: v}]', container: `volumeMounts: [{name: v, mountPath: /v${mount}}]` })

t.test('a mount: its parts, and nothing of what it leaves out', (test) => {
  const mountOf = (mount: string): DesiredMount | undefined => podMounting(mount).containers[0]?.mounts[0]
  const plain = { volume: 'v', mountPath: '/v', readOnly: false }
  test.strictSame(mountOf(''), plain)
  test.strictSame(mountOf(', mountPropagation: None, recursiveReadOnly: Disabled, subPath: "", subPathExpr: ""'), plain)
  test.strictSame(mountOf(', subPath: ./a//b/'), { ...plain, subPath: { path: 'a/b', isExpression: false } })
  test.strictSame(mountOf(', subPath: .'), plain)
  test.strictSame(mountOf(', subPathExpr: $(POD)/x'), { ...plain, subPath: { path: '$(POD)/x', isExpression: true } })
  test.strictSame(mountOf(', mountPropagation: HostToContainer'), { ...plain, propagation: 'HostToContainer' })
  test.strictSame(mountOf(', readOnly: true, recursiveReadOnly: IfPossible'), {
    ...plain,
    readOnly: true,
    recursiveReadOnly: 'IfPossible',
  })
  test.end()
})

t.test('each of them replaces the container, and a mount without them is what it was', (test) => {
  const hash = (mount: string): string => {
    const pod = podMounting(mount)
    return containerHash(pod, pod.containers[0]!)
  }
  const mounts = [
    '',
    ', subPath: a',
    ', subPathExpr: a',
    ', mountPropagation: HostToContainer',
    ', readOnly: true',
    ', readOnly: true, recursiveReadOnly: Enabled',
  ]
  test.equal(new Set(mounts.map(hash)).size, mounts.length)
  test.equal(hash(''), '1:8bcce2e8356c0b0b8ad5a7f7292f00dc', 'as podkeep 0.1 has it')
  test.end()
})

t.test('volumes: claims, sizes in memory, and the group that owns them', (test) => {
  const volumesOf = (volume: string, ...lines: string[]): unknown =>
    podOf({ spec: [`volumes: [{name: v, ${volume}}]`, ...lines].join('\n  ') }).volumes
  const claim = {
    kind: 'persistentVolumeClaim',
    name: 'v',
    claim: { namespace: 'default', name: 'db' },
    readOnly: false,
  }
  test.strictSame(volumesOf('persistentVolumeClaim: {claimName: db}'), [claim])
  test.strictSame(volumesOf('persistentVolumeClaim: {claimName: db, readOnly: true}'), [{ ...claim, readOnly: true }])
  const group = 'securityContext: {fsGroup: 2000, fsGroupChangePolicy: OnRootMismatch}'
  const owner = { fsGroup: 2000, onlyOnMismatch: true }
  test.strictSame(volumesOf('persistentVolumeClaim: {claimName: db}', group), [{ ...claim, owner }])
  test.strictSame(
    volumesOf('persistentVolumeClaim: {claimName: db, readOnly: true}', group),
    [{ ...claim, readOnly: true }],
    'what a pod may only read keeps its owners',
  )
  const imageOf = (source: string): unknown => volumesOf(`image: {${source}}`, group)
  const models = { kind: 'image', name: 'v', image: 'models:1', imagePullPolicy: 'IfNotPresent' }
  test.strictSame(imageOf('reference: models:1'), [models], 'no group is given what nobody writes to')
  test.strictSame(imageOf('reference: models:1, pullPolicy: Never'), [{ ...models, imagePullPolicy: 'Never' }])
  test.strictSame(imageOf('reference: models'), [{ ...models, image: 'models', imagePullPolicy: 'Always' }])
  const emptyDir = { kind: 'emptyDir', name: 'v', medium: '', sizeLimitBytes: null }
  test.strictSame(volumesOf('emptyDir: {}', 'securityContext: {fsGroup: 0}'), [
    { ...emptyDir, owner: { fsGroup: 0, onlyOnMismatch: false } },
  ])
  const hostPath = { kind: 'hostPath', name: 'v', path: '/srv', type: '' }
  test.strictSame(volumesOf('hostPath: {path: /srv}', group), [hostPath], 'what is the machine’s stays as it is')
  test.end()
})

t.test('an emptyDir of huge pages has pages of the size that its medium or its pod names', (test) => {
  const pagesOf = (medium: string, ...sizes: string[]): unknown => {
    const limits = Object.fromEntries(sizes.map((size) => [`hugepages-${size}`, '4Gi']))
    return pageBytes(medium, { containers: [{ resources: { limits } }] })
  }
  test.equal(pagesOf('HugePages', '2Mi'), 2 * 2 ** 20)
  test.equal(pagesOf('HugePages-1Gi', '2Mi', '1Gi'), 2 ** 30)
  test.equal(pagesOf('HugePages', '2Mi', '1Gi'), null)
  test.equal(pagesOf('HugePages'), null)
  test.equal(pagesOf('HugePages-'), null)
  test.end()
})

t.test('an emptyDir in memory is as large as its own limit and the pod’s memory allow', (test) => {
  const sizeOf = (emptyDir: string, ...limits: (string | null)[]): unknown => {
    const resources = (limit: string | null): string => (limit === null ? '{}' : `{limits: {memory: ${limit}}}`)
    const text = [
      'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:',
      `  volumes: [{name: v, emptyDir: ${emptyDir}}]`,
      '  containers:',
      ...limits.map((limit, at) => `  - {name: c${at}, image: i, resources: ${resources(limit)}}`),
      '',
    ].join('\n')
    const volume = decode(text).pods[0]?.pod.volumes[0]
    return volume?.kind === 'emptyDir' ? volume.sizeLimitBytes : volume
  }
  test.equal(sizeOf('{medium: Memory}', null), null)
  test.equal(sizeOf('{medium: Memory, sizeLimit: 1Mi}', null), 2 ** 20)
  test.equal(sizeOf('{medium: Memory}', '2Mi', '1Mi'), 3 * 2 ** 20)
  test.equal(sizeOf('{medium: Memory}', '2Mi', null), null, 'a container without a limit may use what it likes')
  test.equal(sizeOf('{medium: Memory, sizeLimit: 1Mi}', '2Mi'), 2 ** 20)
  test.equal(sizeOf('{medium: Memory, sizeLimit: 4Mi}', '2Mi'), 2 * 2 ** 20)
  test.equal(sizeOf('{sizeLimit: 4Mi}', '2Mi'), 4 * 2 ** 20, 'on the disk the memory does not matter')
  test.end()
})

t.test('fsGroup is one of its processes’ groups, and an edit of it replaces the containers', (test) => {
  const groups = (context: string): unknown =>
    podOf({ spec: `securityContext: ${context}` }).containers[0]?.security.supplementalGroups
  test.strictSame(groups('{fsGroup: 2000}'), [2000])
  test.strictSame(groups('{fsGroup: 2000, supplementalGroups: [3000, 1000, 2000]}'), [1000, 2000, 3000])
  const hash = (context: string): string => {
    const pod = podOf({ spec: `securityContext: ${context}` })
    return containerHash(pod, pod.containers[0]!)
  }
  test.not(hash('{fsGroup: 2000}'), hash('{fsGroup: 2001}'))
  test.equal(hash('{fsGroup: 2000}'), hash('{fsGroup: 2000, fsGroupChangePolicy: OnRootMismatch}'))
  test.end()
})

t.test('what a claim cannot have is refused', (test) => {
  const text = podWith({
    spec: 'volumes: [{name: v, persistentVolumeClaim: {claimName: db}}]',
    container: 'volumeMounts: [{name: v, mountPath: /v, mountPropagation: HostToContainer}]',
  })
  test.strictSame(problemsOf(text), [
    'web.yaml:10:63: spec.containers[0].volumeMounts[0].mountPropagation: not supported: what is mounted in a persistentVolumeClaim is seen by no other container (leave it out, or use a hostPath volume)',
  ])
  test.strictSame(problemsOf(podWith({ spec: 'volumes: [{name: v, persistentVolumeClaim: {}}]' })), [
    'web.yaml:6:23: spec.volumes[0].persistentVolumeClaim.claimName: required, but missing',
  ])
  test.end()
})
