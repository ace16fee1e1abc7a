/**
 * Pod Security Standards, level baseline, all of its controls, as published for Kubernetes 1.36.
 * Source: pod-security-admission/policy, and the page "Pod Security Standards".
 */

import { appArmorAnnotation } from './desired-security.js'
import { devicesPrefix, namesPath } from './device-rules.js'
import { child, type Findings } from './finding.js'
import { isObject, type Json } from './normal-form.js'
import { allContainers, forbid, type PlacedContainer, type Standard } from './pod-security-findings.js'
import { listOf, numberOf, objectOf, objectsOf, textOf } from './shape.js'
import { safeSysctls, sysctlName } from './sysctls.js'

/** What every container has without asking. */
const usualCapabilities =
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  )
const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']

export function checkBaseline(findings: Findings, pod: Json, base: string, level: Standard['level']): void {
  const standard: Standard = { findings, level }
  const spec = objectOf(pod, 'spec')
  const pointer = `${base}/spec`
  const context = { security: objectOf(spec, 'securityContext'), at: `${pointer}/securityContext` }
  checkHost(standard, spec, pointer)
  checkAnnotations(standard, objectOf(objectOf(pod, 'metadata'), 'annotations'), `${base}/metadata/annotations`)
  checkEither(standard, context)
  checkSysctls(standard, context)
  for (const placed of allContainers(spec, pointer)) checkContainer(standard, placed)
}

function checkHost(standard: Standard, spec: Json, base: string): void {
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC'])
    if (spec[field] === true)
      forbid(standard, {
        pointer: `${base}/${field}`,
        control: 'Host Namespaces',
        value: true,
        instead: 'remove the field',
      })
  for (const { item, at } of objectsOf(spec, 'volumes'))
    if (isObject(item['hostPath']))
      forbid(standard, {
        pointer: `${base}/volumes/${at}/hostPath`,
        control: 'HostPath Volumes',
        value: item['hostPath'],
        instead: 'use another kind of volume, such as emptyDir or persistentVolumeClaim',
      })
}

function checkAnnotations(standard: Standard, annotations: Json, base: string): void {
  for (const [key, value] of Object.entries(annotations)) {
    if (key.startsWith(devicesPrefix) && typeof value === 'string' && namesPath(value))
      forbid(standard, {
        pointer: child(base, key),
        // The standards know no such annotation; what it gives is what these volumes would.
        control: 'HostPath Volumes',
        value,
        instead: 'use nvidia.com/gpu, or the name of a CDI device',
      })
    if (!key.startsWith(appArmorAnnotation) || typeof value !== 'string') continue
    if (value === '' || value === 'runtime/default' || value.startsWith('localhost/')) continue
    forbid(standard, {
      pointer: child(base, key),
      control: 'AppArmor',
      value,
      instead: 'write runtime/default, or remove the annotation',
    })
  }
}

interface Context {
  readonly security: Json
  readonly at: string
}

/** What a pod may say for all of its containers, and each container for itself. */
function checkEither(standard: Standard, { security, at }: Context): void {
  for (const [field, control] of [
    ['seccompProfile', 'Seccomp'],
    ['appArmorProfile', 'AppArmor'],
  ] as const)
    if (textOf(objectOf(security, field), 'type') === 'Unconfined')
      forbid(standard, {
        pointer: `${at}/${field}/type`,
        control,
        value: 'Unconfined',
        instead: 'write RuntimeDefault, or remove the field',
      })
  const options = objectOf(security, 'seLinuxOptions')
  const type = textOf(options, 'type') ?? ''
  if (!seLinuxTypes.includes(type))
    forbid(standard, {
      pointer: `${at}/seLinuxOptions/type`,
      control: 'SELinux',
      value: type,
      instead: `write one of ${seLinuxTypes.slice(1).join(', ')}, or remove the field`,
    })
  for (const field of ['user', 'role']) {
    const value = textOf(options, field) ?? ''
    if (value !== '')
      forbid(standard, {
        pointer: `${at}/seLinuxOptions/${field}`,
        control: 'SELinux',
        value,
        instead: 'remove the field',
      })
  }
  if (objectOf(security, 'windowsOptions')['hostProcess'] === true)
    forbid(standard, {
      pointer: `${at}/windowsOptions/hostProcess`,
      control: 'HostProcess',
      value: true,
      instead: 'remove the field',
    })
}

function checkSysctls(standard: Standard, { security, at }: Context): void {
  for (const { item, at: index } of objectsOf(security, 'sysctls')) {
    const name = textOf(item, 'name') ?? ''
    if (!safeSysctls.includes(sysctlName(name)))
      forbid(standard, {
        pointer: `${at}/sysctls/${index}/name`,
        control: 'Sysctls',
        value: name,
        instead: 'only the safe ones may be set',
      })
  }
}

function checkContainer(standard: Standard, { container, pointer }: PlacedContainer): void {
  const security = objectOf(container, 'securityContext')
  const at = `${pointer}/securityContext`
  checkEither(standard, { security, at })
  if (security['privileged'] === true)
    forbid(standard, {
      pointer: `${at}/privileged`,
      control: 'Privileged Containers',
      value: true,
      instead: 'remove the field',
    })
  const procMount = textOf(security, 'procMount') ?? 'Default'
  if (procMount !== 'Default')
    forbid(standard, {
      pointer: `${at}/procMount`,
      control: '/proc Mount Type',
      value: procMount,
      instead: 'write Default, or remove the field',
    })
  // Restricted allows fewer, and says so itself.
  if (standard.level === 'baseline') checkAdded(standard, security, at, usualCapabilities)
  for (const { item, at: index } of objectsOf(container, 'ports')) {
    const hostPort = numberOf(item, 'hostPort') ?? 0
    if (hostPort !== 0)
      forbid(standard, {
        pointer: `${pointer}/ports/${index}/hostPort`,
        control: 'Host Ports',
        value: hostPort,
        instead: 'remove the field',
      })
  }
  checkHandlerHosts(standard, container, pointer)
}

export function checkAdded(standard: Standard, security: Json, at: string, allowed: readonly string[]): void {
  listOf(objectOf(security, 'capabilities'), 'add').forEach((name, index) => {
    if (typeof name !== 'string' || allowed.includes(name)) return
    const instead = `only ${allowed.join(', ')} may be added`
    forbid(standard, { pointer: `${at}/capabilities/add/${index}`, control: 'Capabilities', value: name, instead })
  })
}

/** A probe that names a host asks it from the machine: from inside its network. Since Kubernetes 1.34. */
function checkHandlerHosts(standard: Standard, container: Json, pointer: string): void {
  const lifecycle = objectOf(container, 'lifecycle')
  const handlers = [
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((name) => [name, objectOf(container, name)] as const),
    ...['postStart', 'preStop'].map((name) => [`lifecycle/${name}`, objectOf(lifecycle, name)] as const),
  ]
  for (const [name, handler] of handlers) {
    for (const kind of ['httpGet', 'tcpSocket']) {
      const host = textOf(objectOf(handler, kind), 'host') ?? ''
      if (host !== '')
        forbid(standard, {
          pointer: `${pointer}/${name}/${kind}/host`,
          control: 'Host Probes / Lifecycle Hooks',
          value: host,
          instead: 'remove the field: the pod itself is asked then',
        })
    }
  }
}
