/** What volumes and mounts become in podkeep's own terms: every field, and what it is when a manifest leaves it out. */

import { t } from 'tap'

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
