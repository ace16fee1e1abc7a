/** `nfs` volumes: what they become, what is refused of them, and which edit replaces what. */

import { t } from 'tap'

import { containerHash, sandboxHash, type DesiredPod } from '../../../lib/pod/index.js'
import { checkCases, decode, podWith, problemsOf, type Case } from '../../support/manifests.js'

const podOf = (source: string, mount = ''): DesiredPod => {
  const text = podWith({
    spec: `volumes: [{name: v, ${source}}]`,
    container: `volumeMounts: [{name: v, mountPath: /v${mount}}]`,
  })
  const { pods } = decode(text)
  if (pods[0] === undefined) throw new Error(problemsOf(text).join('\n'))
  return pods[0].pod
}

t.test('a share and whether it may be written to; a group owns nothing of it', (test) => {
  const volume = { kind: 'nfs', name: 'v', share: { server: 'nas', path: '/export' }, readOnly: false }
  test.strictSame(podOf('nfs: {server: nas, path: /export}').volumes, [volume])
  test.strictSame(podOf('nfs: {server: nas, path: /export, readOnly: true}').volumes, [{ ...volume, readOnly: true }])
  const text = podWith({
    spec: 'securityContext: {fsGroup: 2000}\n  volumes: [{name: v, nfs: {server: nas, path: /export}}]',
  })
  test.strictSame(decode(text).pods[0]?.pod.volumes, [volume])
  test.end()
})

t.test('another share, or another way to use it, replaces the containers that mount it and nothing else', (test) => {
  const sources = [
    'emptyDir: {}',
    'hostPath: {path: /export}',
    'nfs: {server: nas, path: /export}',
    'nfs: {server: nas2, path: /export}',
    'nfs: {server: nas, path: /export2}',
    'nfs: {server: nas, path: /export, readOnly: true}',
  ]
  const pods = sources.map((source) => podOf(source))
  test.equal(new Set(pods.map((pod) => containerHash(pod, pod.containers[0]!))).size, sources.length)
  test.equal(new Set(pods.map(sandboxHash)).size, 1)
  test.end()
})

t.test('what is wrong with a share', (test) => {
  const one = (source: string, problem: string): Case => [
    `volumes: [{name: v, nfs: {${source}}}]`,
    `spec.volumes[0].nfs.${problem}`,
  ]
  checkCases(test, 'spec', [
    one('path: /a', 'server: required, but missing'),
    one('server: "", path: /a', 'server: required, but missing'),
    one('server: s', 'path: required, but missing'),
    one('server: s, path: a', 'path: must be an absolute path (start it with "/")'),
    one('server: "s,exec", path: /a', 'server: must be a host name or an address, without commas and white space'),
    one('server: "s t", path: /a', 'server: must be a host name or an address, without commas and white space'),
    one('server: s, path: "/a\\0"', 'path: must not contain a NUL character'),
  ])
  test.end()
})

t.test('a part of a share, and what is mounted below it, are refused with what to write instead', (test) => {
  const problem = (mount: string): string[] =>
    problemsOf(
      podWith({
        spec: 'volumes: [{name: v, nfs: {server: nas, path: /export}}]',
        container: `volumeMounts: [{name: v, mountPath: /v, ${mount}}]`,
      }),
    )
  const at = (column: number, field: string): string =>
    `web.yaml:10:${String(column)}: spec.containers[0].volumeMounts[0].${field}:`
  const asAWhole =
    'not supported: the engine mounts an NFS share as a whole (add it to the path of the volume, or mount the share on the machine and use hostPath)'
  const apart =
    'not supported: the engine mounts an NFS share for each container apart (leave it out, or mount the share on the machine and use hostPath)'
  test.strictSame(problem('subPath: a'), [`${at(54, 'subPath')} ${asAWhole}`])
  test.strictSame(problem('subPathExpr: a'), [`${at(58, 'subPathExpr')} ${asAWhole}`])
  test.strictSame(problem('mountPropagation: HostToContainer'), [`${at(63, 'mountPropagation')} ${apart}`])
  test.strictSame(problem('recursiveReadOnly: IfPossible, readOnly: true'), [`${at(64, 'recursiveReadOnly')} ${apart}`])
  test.strictSame(problem('mountPropagation: None, recursiveReadOnly: Disabled, subPath: ""'), [])
  test.end()
})
