/** Pod Security Standards: every control of baseline and restricted, as published, with the words and the place of its refusal. */

import { t, type Test } from 'tap'

import { decodeFile, decodeStoredPod, usualPolicy, type ManifestPolicy } from '../../../lib/manifest/index.js'
import { problemText } from '../../../lib/pod/index.js'
import { podWith, withoutSource } from '../../support/manifests.js'

type Parts = Parameters<typeof podWith>[0]

const baseline: ManifestPolicy = { ...usualPolicy, podSecurity: 'baseline' }
const restricted: ManifestPolicy = { ...usualPolicy, podSecurity: 'restricted' }

const problems = (text: string, policy: ManifestPolicy): string[] =>
  decodeFile('web.yaml', new TextEncoder().encode(text), policy).problems.map(problemText)

/** Field, control, value and what to write, of the one violation of each. Others (of a field that is refused) stand beside it. */
const violates = (test: Test, policy: ManifestPolicy, cases: readonly (readonly [Parts, string])[]): void => {
  for (const [parts, expected] of cases) {
    const found = problems(podWith(parts), policy).map((text) => text.replace(/^web\.yaml:\d+:\d+: /, ''))
    test.same(
      found.filter((text) => text.includes('Pod Security')),
      [expected],
      JSON.stringify(parts),
    )
    test.same(
      problems(podWith(parts), usualPolicy).filter((text) => text.includes('Pod Security')),
      [],
      'and is nobody’s affair under privileged',
    )
  }
}

/** All that restricted demands of a container, so that a case shows its own violation only. */
const hardened =
  'allowPrivilegeEscalation: false, runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}, capabilities: {drop: [ALL]}'
const context = (fields: string): string => `securityContext: {${fields}}`
const forbids = (field: string, control: string, value: string, instead: string, level = 'baseline'): string =>
  `${field}: Pod Security "${level}", control ${control}: ${value} is forbidden (${instead})`

const own = 'spec.containers[0].securityContext'
const remove = 'remove the field'

t.test('baseline: every control', (test) => {
  violates(test, baseline, [
    [{ spec: 'hostNetwork: true' }, forbids('spec.hostNetwork', 'Host Namespaces', 'true', remove)],
    [
      { metadata: 'annotations: {podkeep.io/devices.web: "v.com/gpu=0, /dev/mem"}' },
      forbids(
        'metadata.annotations["podkeep.io/devices.web"]',
        'HostPath Volumes',
        '"v.com/gpu=0, /dev/mem"',
        'use nvidia.com/gpu, or the name of a CDI device',
      ),
    ],
    [{ spec: 'hostPID: true' }, forbids('spec.hostPID', 'Host Namespaces', 'true', remove)],
    [{ spec: 'hostIPC: true' }, forbids('spec.hostIPC', 'Host Namespaces', 'true', remove)],
    [{ container: context('privileged: true') }, forbids(`${own}.privileged`, 'Privileged Containers', 'true', remove)],
    [
      { container: context('capabilities: {add: [CHOWN, NET_RAW]}') },
      forbids(
        `${own}.capabilities.add[1]`,
        'Capabilities',
        '"NET_RAW"',
        'only AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, SETFCAP, SETGID, SETPCAP, SETUID, SYS_CHROOT may be added',
      ),
    ],
    [
      { spec: 'volumes: [{name: v, hostPath: {path: /}}]' },
      forbids(
        'spec.volumes[0].hostPath',
        'HostPath Volumes',
        'this',
        'use another kind of volume, such as emptyDir or persistentVolumeClaim',
      ),
    ],
    [
      { container: 'ports: [{containerPort: 80, hostPort: 8080}]' },
      forbids('spec.containers[0].ports[0].hostPort', 'Host Ports', '8080', remove),
    ],
    ...(['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((probe) =>
      (['httpGet', 'tcpSocket'] as const).map(
        (kind) =>
          [
            { container: `${probe}: {${kind}: {port: 80, host: 127.0.0.1}}` },
            forbids(
              `spec.containers[0].${probe}.${kind}.host`,
              'Host Probes / Lifecycle Hooks',
              '"127.0.0.1"',
              'remove the field: the pod itself is asked then',
            ),
          ] as const,
      ),
    ),
    ...(['postStart', 'preStop'] as const).map(
      (hook) =>
        [
          { container: `lifecycle: {${hook}: {httpGet: {port: 80, host: box}}}` },
          forbids(
            `spec.containers[0].lifecycle.${hook}.httpGet.host`,
            'Host Probes / Lifecycle Hooks',
            '"box"',
            'remove the field: the pod itself is asked then',
          ),
        ] as const,
    ),
    [
      { spec: context('appArmorProfile: {type: Unconfined}') },
      forbids(
        'spec.securityContext.appArmorProfile.type',
        'AppArmor',
        '"Unconfined"',
        'write RuntimeDefault, or remove the field',
      ),
    ],
    [
      { metadata: 'annotations: {container.apparmor.security.beta.kubernetes.io/web: unconfined}' },
      forbids(
        'metadata.annotations["container.apparmor.security.beta.kubernetes.io/web"]',
        'AppArmor',
        '"unconfined"',
        'write runtime/default, or remove the annotation',
      ),
    ],
    [
      { container: context('seLinuxOptions: {type: spc_t}') },
      forbids(
        `${own}.seLinuxOptions.type`,
        'SELinux',
        '"spc_t"',
        'write one of container_t, container_init_t, container_kvm_t, container_engine_t, or remove the field',
      ),
    ],
    [
      { spec: context('seLinuxOptions: {user: u}') },
      forbids('spec.securityContext.seLinuxOptions.user', 'SELinux', '"u"', remove),
    ],
    [
      { container: context('seLinuxOptions: {role: r}') },
      forbids(`${own}.seLinuxOptions.role`, 'SELinux', '"r"', remove),
    ],
    [
      { container: context('procMount: Unmasked') },
      forbids(`${own}.procMount`, '/proc Mount Type', '"Unmasked"', 'write Default, or remove the field'),
    ],
    [
      { container: context('seccompProfile: {type: Unconfined}') },
      forbids(`${own}.seccompProfile.type`, 'Seccomp', '"Unconfined"', 'write RuntimeDefault, or remove the field'),
    ],
  ])
  test.same(
    problems(podWith({ spec: 'securityContext: {windowsOptions: {hostProcess: true}}' }), baseline).length,
    1,
    'HostProcess is refused at every level: podkeep runs Linux containers',
  )
  test.end()
})

t.test('baseline allows what it allows', (test) => {
  for (const parts of [
    {},
    { container: context('capabilities: {add: [NET_BIND_SERVICE, SYS_CHROOT], drop: [KILL]}, runAsUser: 0') },
    { container: context('seccompProfile: {type: Localhost, localhostProfile: a}, procMount: Default') },
    {
      spec: context(
        'appArmorProfile: {type: Localhost, localhostProfile: a}, seLinuxOptions: {type: container_t, level: s0}',
      ),
    },
    { spec: context('sysctls: [{name: net.ipv4.tcp_wmem, value: "1 2 3"}]') },
    { metadata: 'annotations: {container.apparmor.security.beta.kubernetes.io/web: localhost/a}' },
    { container: 'livenessProbe: {httpGet: {port: 80, host: ""}}' },
  ])
    test.same(problems(podWith(parts), baseline), [], JSON.stringify(parts))
  test.end()
})

t.test('an unsafe sysctl that the operator allows is still no safe one', (test) => {
  const parts = { spec: context('sysctls: [{name: kernel.msgmax, value: "1"}]') }
  test.same(problems(podWith(parts), { ...baseline, allowedUnsafeSysctls: ['kernel.msg*'] }), [
    'web.yaml:6:38: spec.securityContext.sysctls[0].name: Pod Security "baseline", control Sysctls: "kernel.msgmax" is forbidden (only the safe ones may be set)',
  ])
  test.end()
})

t.test('init containers are held to the same', (test) => {
  const parts = { spec: `initContainers: [{name: i, image: i, ${context('privileged: true')}}]` }
  violates(test, baseline, [
    [parts, forbids('spec.initContainers[0].securityContext.privileged', 'Privileged Containers', 'true', remove)],
  ])
  test.end()
})

t.test('restricted: every control beyond baseline’s', (test) => {
  const says = (field: string, control: string, instead: string): string =>
    `${field}: Pod Security "restricted", control ${control}: it has to be said (write ${instead})`
  const without = (name: string): string =>
    hardened
      .split(/, (?=[a-z]+[A-Z]|capabilities)/)
      .filter((field) => !field.startsWith(name))
      .join(', ')
  violates(test, restricted, [
    [
      {},
      says(
        own,
        'Privilege Escalation, Running as Non-root, Seccomp, Capabilities',
        '{allowPrivilegeEscalation: false, runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}, capabilities: {drop: [ALL]}}',
      ),
    ],
    [
      { container: context(without('allow')) },
      says(`${own}.allowPrivilegeEscalation`, 'Privilege Escalation', 'allowPrivilegeEscalation: false'),
    ],
    [
      { container: context(without('runAs')) },
      says(`${own}.runAsNonRoot`, 'Running as Non-root', 'runAsNonRoot: true'),
    ],
    [
      { container: context(without('seccomp')) },
      says(`${own}.seccompProfile`, 'Seccomp', 'seccompProfile: {type: RuntimeDefault}'),
    ],
    [
      { container: context(without('capabilities')) },
      says(`${own}.capabilities`, 'Capabilities', 'capabilities: {drop: [ALL]}'),
    ],
    [
      { container: context(hardened.replace('drop: [ALL]', 'drop: [KILL]')) },
      says(`${own}.capabilities`, 'Capabilities', 'capabilities: {drop: [ALL]}'),
    ],
    [
      { container: context(hardened.replace('drop: [ALL]', 'add: [CHOWN], drop: [ALL]')) },
      forbids(
        `${own}.capabilities.add[0]`,
        'Capabilities',
        '"CHOWN"',
        'only NET_BIND_SERVICE may be added',
        'restricted',
      ),
    ],
    [
      { container: context(hardened.replace('Escalation: false', 'Escalation: true')) },
      forbids(`${own}.allowPrivilegeEscalation`, 'Privilege Escalation', 'true', 'write false', 'restricted'),
    ],
    [
      { container: context(hardened.replace('NonRoot: true', 'NonRoot: false')) },
      forbids(`${own}.runAsNonRoot`, 'Running as Non-root', 'false', 'write true', 'restricted'),
    ],
    [
      { spec: context('runAsNonRoot: false'), container: context(hardened) },
      forbids('spec.securityContext.runAsNonRoot', 'Running as Non-root', 'false', 'write true', 'restricted'),
    ],
    [
      { spec: context('runAsUser: 0'), container: context(`runAsUser: 7, ${hardened}`) },
      forbids(
        'spec.securityContext.runAsUser',
        'Running as Non-root user',
        '0',
        'write another number, or remove the field',
        'restricted',
      ),
    ],
    [
      { container: context(hardened.replace('RuntimeDefault', 'Unconfined')) },
      forbids(
        `${own}.seccompProfile.type`,
        'Seccomp',
        '"Unconfined"',
        'write RuntimeDefault, or remove the field',
        'restricted',
      ),
    ],
    ...(['nfs: {server: a, path: /}', 'image: {reference: a}'] as const).map(
      (source) =>
        [
          { spec: `volumes: [{name: v, ${source}}]`, container: context(hardened) },
          forbids(
            `spec.volumes[0].${source.replace(/:.*/, '')}`,
            'Volume Types',
            `"${source.replace(/:.*/, '')}"`,
            'use one of configMap, csi, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected, secret',
            'restricted',
          ),
        ] as const,
    ),
    [
      { spec: 'volumes: [{name: v, hostPath: {path: /}}]', container: context(hardened) },
      forbids(
        'spec.volumes[0].hostPath',
        'HostPath Volumes',
        'this',
        'use another kind of volume, such as emptyDir or persistentVolumeClaim',
        'restricted',
      ),
    ],
  ])
  test.end()
})

t.test('restricted: what the pod says for all counts for each, and a container’s own word wins', (test) => {
  const ofPod = context('runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}')
  const rest = 'allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}'
  test.same(problems(podWith({ spec: ofPod, container: context(rest) }), restricted), [])
  test.same(problems(podWith({ spec: ofPod, container: context(`${rest}, runAsNonRoot: false`) }), restricted), [
    'web.yaml:10:124: spec.containers[0].securityContext.runAsNonRoot: Pod Security "restricted", control Running as Non-root: false is forbidden (write true)',
  ])
  test.same(problems(podWith({ container: context(hardened) }), restricted), [])
  test.end()
})

t.test('a namespace may have a level of its own', (test) => {
  const text = podWith({ metadata: 'namespace: shop', container: context('privileged: true') })
  const byNamespace = (level: 'privileged' | 'baseline'): ManifestPolicy['podSecurityByNamespace'] =>
    new Map([['shop', level]])
  test.same(problems(text, { ...restricted, podSecurityByNamespace: byNamespace('privileged') }), [])
  test.equal(problems(text, { ...usualPolicy, podSecurityByNamespace: byNamespace('baseline') }).length, 1)
  const elsewhere = podWith({ container: context('privileged: true') })
  test.same(problems(elsewhere, { ...usualPolicy, podSecurityByNamespace: byNamespace('baseline') }), [])
  test.end()
})

t.test('what was accepted once is not held to a policy that came later', (test) => {
  const text = podWith({
    spec: context('sysctls: [{name: net.core.somaxconn, value: "1"}]'),
    container: context('privileged: true'),
  })
  const policy = { ...usualPolicy, allowedUnsafeSysctls: ['net.*'] }
  const { pods } = decodeFile('web.yaml', new TextEncoder().encode(text), policy)
  const { pod } = pods[0]!
  test.same(decodeStoredPod(pod.manifest, 'web.yaml'), withoutSource(pod))
  test.end()
})
