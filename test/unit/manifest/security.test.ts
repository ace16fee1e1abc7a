/** securityContext: what a container gets of its own and of its pod's, and each refusal with its words and its place. */

import { t } from 'tap'

import { decodeFile, usualPolicy, type ManifestPolicy } from '../../../lib/manifest/index.js'
import { sysctlName, sysctlPattern } from '../../../lib/manifest/sysctls.js'
import { problemText, usualSecurity, type DesiredPod } from '../../../lib/pod/index.js'
import { checkCases, decode, podWith, problemsOf } from '../../support/manifests.js'

const podOf = (parts: Parameters<typeof podWith>[0]): DesiredPod => {
  const { pods, problems } = decode(podWith(parts))
  if (pods[0] === undefined) throw new Error(problems.map(problemText).join('\n'))
  return pods[0].pod
}
const securityOf = (parts: Parameters<typeof podWith>[0]): unknown => podOf(parts).containers[0]?.security

t.test('a container that says nothing has what the engine gives', (test) => {
  test.same(securityOf({}), usualSecurity)
  const usual = 'securityContext: {privileged: false, allowPrivilegeEscalation: true, procMount: Default'
  test.same(
    securityOf({
      container: `${usual}, capabilities: {}, seccompProfile: {type: RuntimeDefault}, seLinuxOptions: {}}`,
    }),
    usualSecurity,
  )
  test.end()
})

t.test('a container’s own word wins over its pod’s', (test) => {
  const ofPod =
    'securityContext: {runAsUser: 1, runAsGroup: 2, runAsNonRoot: true, supplementalGroups: [7, 5, 7], seccompProfile: {type: Unconfined}, appArmorProfile: {type: Localhost, localhostProfile: mine}, seLinuxOptions: {level: s0}}'
  test.match(securityOf({ spec: ofPod }), {
    ...{ runAsUser: 1, runAsGroup: 2, runAsNonRoot: true, supplementalGroups: [5, 7] },
    ...{ seccomp: { kind: 'Unconfined' }, appArmor: { kind: 'Localhost', name: 'mine' } },
    seLinux: { user: null, role: null, type: null, level: 's0' },
  })
  const own =
    'securityContext: {runAsUser: 0, runAsGroup: 0, runAsNonRoot: false, seccompProfile: {type: RuntimeDefault}, appArmorProfile: {type: RuntimeDefault}, seLinuxOptions: {type: t}}'
  test.match(securityOf({ spec: ofPod, container: own }), {
    ...{ runAsUser: 0, runAsGroup: 0, runAsNonRoot: false, seccomp: null, appArmor: { kind: 'RuntimeDefault' } },
    seLinux: { user: null, role: null, type: 't', level: null },
  })
  test.same(podOf({ spec: ofPod, container: own }).seLinux, { user: null, role: null, type: null, level: 's0' })
  test.end()
})

t.test('what only a container can say', (test) => {
  test.match(
    securityOf({
      container:
        'securityContext: {privileged: true, readOnlyRootFilesystem: true, procMount: Unmasked, capabilities: {add: [SYS_TIME, net_admin], drop: [ALL, ALL]}, seccompProfile: {type: Localhost, localhostProfile: a/b.json}}',
    }),
    {
      ...{ privileged: true, readOnlyRootFilesystem: true, unmaskedProc: true, noNewPrivileges: false },
      ...{ addCapabilities: ['NET_ADMIN', 'SYS_TIME'], dropCapabilities: ['ALL'] },
      seccomp: { kind: 'Localhost', name: 'a/b.json' },
    },
  )
  test.match(securityOf({ container: 'securityContext: {allowPrivilegeEscalation: false}' }), { noNewPrivileges: true })
  test.end()
})

t.test('the older annotation names a container’s AppArmor profile, and the field wins', (test) => {
  const annotated = (value: string, container?: string): unknown =>
    (
      securityOf({
        metadata: `annotations: {container.apparmor.security.beta.kubernetes.io/web: ${value}}`,
        spec: 'securityContext: {appArmorProfile: {type: Unconfined}}',
        ...(container === undefined ? {} : { container }),
      }) as { appArmor: unknown }
    ).appArmor
  test.same(annotated('localhost/mine'), { kind: 'Localhost', name: 'mine' })
  test.same(annotated('runtime/default'), { kind: 'RuntimeDefault' })
  test.same(annotated('unconfined'), { kind: 'Unconfined' })
  test.same(annotated('""'), { kind: 'Unconfined' }, 'which says nothing')
  const field = 'securityContext: {appArmorProfile: {type: Localhost, localhostProfile: mine}}'
  test.same(annotated('localhost/mine', field), { kind: 'Localhost', name: 'mine' })
  const base = 'metadata.annotations["container.apparmor.security.beta.kubernetes.io/'
  checkCases(test, 'metadata', [
    [
      'annotations: {container.apparmor.security.beta.kubernetes.io/db: unconfined}',
      `${base}db"]: there is no container "db" in this pod`,
    ],
    [
      'annotations: {container.apparmor.security.beta.kubernetes.io/web: default}',
      `${base}web"]: must be an AppArmor profile: runtime/default, unconfined or localhost/PROFILE`,
    ],
  ])
  const both = podWith({
    metadata: 'annotations: {container.apparmor.security.beta.kubernetes.io/web: unconfined}',
    container: field,
  })
  test.same(problemsOf(both), [
    `web.yaml:5:69: ${base}web"]: must say what the container’s appArmorProfile says (remove the annotation)`,
  ])
  test.end()
})

t.test('capabilities are Linux’, and written as Kubernetes does', (test) => {
  const add = 'spec.containers[0].securityContext.capabilities'
  checkCases(test, 'container', [
    [
      'securityContext: {allowPrivilegeEscalation: false, capabilities: {add: [CAP_SYS_ADMIN]}}',
      'spec.containers[0].securityContext.allowPrivilegeEscalation: cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
    ],
    [
      'securityContext: {capabilities: {drop: [ALL, NET_ADMN]}}',
      `${add}.drop[1]: is no capability of Linux (write "NET_ADMIN")`,
    ],
    ['securityContext: {capabilities: {add: [WINGS_OF_STEEL]}}', `${add}.add[0]: is no capability of Linux`],
  ])
  test.end()
})

t.test('root is not non-root, wherever the two are said', (test) => {
  const message = 'must not be 0 where runAsNonRoot is true'
  checkCases(test, 'spec', [
    ['securityContext: {runAsNonRoot: true, runAsUser: 0}', `spec.securityContext.runAsUser: ${message}`],
  ])
  checkCases(test, 'container', [
    ['securityContext: {runAsNonRoot: true, runAsUser: 0}', `spec.containers[0].securityContext.runAsUser: ${message}`],
  ])
  const mixed = podWith({
    spec: 'securityContext: {runAsUser: 0}',
    container: 'securityContext: {runAsNonRoot: true}',
  })
  test.same(problemsOf(mixed), [`web.yaml:6:32: spec.securityContext.runAsUser: ${message}`])
  const overridden = podWith({
    spec: 'securityContext: {runAsUser: 0, runAsNonRoot: true}',
    container: 'securityContext: {runAsUser: 7}',
  })
  test.same(problemsOf(overridden), [], 'no container runs as root')
  test.end()
})

t.test('what a Docker Engine cannot do is refused with the reason', (test) => {
  checkCases(test, 'spec', [
    [
      'securityContext: {supplementalGroupsPolicy: Strict}',
      'spec.securityContext.supplementalGroupsPolicy: not supported: a Docker Engine always adds the groups that the image’s /etc/group gives the user (write Merge, and take the user out of the image’s groups)',
    ],
    [
      'securityContext: {seLinuxChangePolicy: Recursive}',
      'spec.securityContext.seLinuxChangePolicy: not supported: podkeep gives volumes no SELinux label (remove the field, and label the files on the machine with chcon -t container_file_t)',
    ],
  ])
  test.same(problemsOf(podWith({ spec: 'securityContext: {supplementalGroupsPolicy: Merge}' })), [])
  test.end()
})

t.test('sysctls: the safe ones, and those that the operator allows', (test) => {
  const setting = (name: string): string =>
    podWith({ spec: `securityContext: {sysctls: [{name: ${name}, value: "1"}]}` })
  const allowing = (...patterns: string[]): ManifestPolicy => ({ ...usualPolicy, allowedUnsafeSysctls: patterns })
  const problems = (name: string, policy: ManifestPolicy): string[] =>
    decodeFile('web.yaml', new TextEncoder().encode(setting(name)), policy).problems.map(problemText)
  test.same(podOf({ spec: 'securityContext: {sysctls: [{name: net/ipv4/tcp_syncookies, value: "0"}]}' }).sysctls, {
    'net.ipv4.tcp_syncookies': '0',
  })
  const unsafe =
    'web.yaml:6:38: spec.securityContext.sysctls[0].name: "kernel.msgmax" is not on the list of safe sysctls (start podkeep with --allowed-unsafe-sysctls kernel.msgmax to allow it)'
  test.same(problems('kernel.msgmax', usualPolicy), [unsafe])
  test.same(problems('kernel/msgmax', allowing('kernel.msgmni')), [unsafe])
  test.same(problems('kernel.msgmax', allowing('kernel.msg*')), [])
  test.same(problems('kernel.msgmax', allowing('net.*', 'kernel.msgmax')), [])
  test.same(problems('vm.swappiness', allowing('kernel.msg*', 'net.*')), [
    'web.yaml:6:38: spec.securityContext.sysctls[0].name: "vm.swappiness" is not a pod’s own: it would be set for the whole machine (set it on the machine, in /etc/sysctl.d)',
  ])
  test.end()
})

t.test('a sysctl’s name has dots, whichever way it is written', (test) => {
  test.equal(sysctlName('net.ipv4.conf.eth0/1.rp_filter'), 'net.ipv4.conf.eth0/1.rp_filter')
  test.equal(sysctlName('net/ipv4/conf/eth0.1/rp_filter'), 'net.ipv4.conf.eth0/1.rp_filter')
  for (const [written, pattern] of [
    ['kernel.shm*', 'kernel.shm*'],
    ['kernel/sem', 'kernel.sem'],
    ['net.*', 'net.*'],
    ['*', null],
    ['kernel.*', null],
    ['vm.swappiness', null],
    ['net.core.*.x', null],
  ] as const)
    test.equal(sysctlPattern(written), pattern, written)
  test.end()
})
