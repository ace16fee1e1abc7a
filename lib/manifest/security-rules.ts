/**
 * securityContext of a pod and of its containers.
 * Source: validatePodSpecSecurityContext, ValidateSecurityContext, validateSeccompProfileField, ValidateAppArmorProfileField,
 * validateSysctls, ValidateHostSysctl, validateHostUsers.
 */

import { checkCapabilities } from './capability-rules.js'
import { report, reportMissing, type Findings } from './finding.js'
import { isObject, type Json } from './normal-form.js'
import { listOf, objectOf, objectsOf, textOf } from './shape.js'
import { sysctlName, sysctlNamespace } from './sysctls.js'
import { checkDescendingPath, checkRange, int32Most, rangeMessage, requiredText } from './text-rules.js'

const longestPath = 4095

export function checkPodSecurity(findings: Findings, spec: Json, base: string): void {
  const context = objectOf(spec, 'securityContext')
  const pointer = `${base}/securityContext`
  checkRange(findings, context, 'fsGroup', pointer, 0, int32Most)
  listOf(context, 'supplementalGroups').forEach((group, at) => {
    if (typeof group === 'number' && (group < 0 || group > int32Most))
      report(findings, `${pointer}/supplementalGroups/${at}`, rangeMessage(0, int32Most))
  })
  checkIdentity(findings, context, pointer)
  checkSysctls(findings, context, `${pointer}/sysctls`, spec)
  if (spec['shareProcessNamespace'] === true && spec['hostPID'] === true)
    report(
      findings,
      `${base}/shareProcessNamespace`,
      'ShareProcessNamespace and HostPID cannot both be enabled',
      null,
      'key',
    )
}

export function checkSecurityContext(findings: Findings, context: Json, pointer: string, spec: Json): void {
  checkIdentity(findings, context, pointer)
  checkNonRoot(findings, context, pointer, spec)
  checkCapabilities(findings, context, pointer)
  if (context['allowPrivilegeEscalation'] === false && context['privileged'] === true)
    report(
      findings,
      `${pointer}/allowPrivilegeEscalation`,
      'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    )
  else if (
    context['allowPrivilegeEscalation'] === false &&
    listOf(objectOf(context, 'capabilities'), 'add').includes('CAP_SYS_ADMIN')
  )
    report(
      findings,
      `${pointer}/allowPrivilegeEscalation`,
      'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
    )
}

/**
 * Kubernetes takes it, and its kubelet never starts the container.
 * Source: pkg/kubelet/kuberuntime verifyRunAsNonRoot.
 */
function checkNonRoot(findings: Findings, context: Json, pointer: string, spec: Json): void {
  const ofPod = objectOf(spec, 'securityContext')
  if ((context['runAsNonRoot'] ?? ofPod['runAsNonRoot']) !== true) return
  const isOwn = context['runAsUser'] !== undefined
  if ((isOwn ? context : ofPod)['runAsUser'] !== 0) return
  const place = isOwn ? pointer : pointer.replace(/\/(?:initContainers|containers)\/.*/, '/securityContext')
  report(findings, `${place}/runAsUser`, 'must not be 0 where runAsNonRoot is true')
}

/** What a pod may say for all of its containers, and each container for itself. */
function checkIdentity(findings: Findings, context: Json, pointer: string): void {
  checkRange(findings, context, 'runAsUser', pointer, 0, int32Most)
  checkRange(findings, context, 'runAsGroup', pointer, 0, int32Most)
  for (const [field, kind] of [
    ['seccompProfile', 'seccomp'],
    ['appArmorProfile', 'AppArmor'],
  ] as const)
    if (isObject(context[field])) checkProfile(findings, context[field], `${pointer}/${field}`, kind)
}

function checkProfile(findings: Findings, profile: Json, pointer: string, kind: 'seccomp' | 'AppArmor'): void {
  const type = requiredText(findings, profile, 'type', pointer)
  const at = `${pointer}/localhostProfile`
  if (type !== 'Localhost') {
    if ('localhostProfile' in profile)
      report(findings, at, `can only be set when ${kind} type is Localhost`, null, 'key')
    return
  }
  const path = textOf(profile, 'localhostProfile')
  if (path === undefined || (path === '' && kind === 'AppArmor'))
    reportMissing(findings, at, `must be set when ${kind} type is Localhost`)
  else if (kind === 'seccomp') checkDescendingPath(findings, at, path)
  else if (path.trim() !== path) report(findings, at, 'must not be padded with whitespace')
  else if (path.length > longestPath) report(findings, at, `must be no more than ${longestPath} characters`)
}

const sysctlForm = /^(?:[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?$/
const longestSysctl = 253

function checkSysctls(findings: Findings, context: Json, base: string, spec: Json): void {
  const seen = new Set<string>()
  for (const { item, at } of objectsOf(context, 'sysctls')) {
    const pointer = `${base}/${at}/name`
    const name = requiredText(findings, item, 'name', `${base}/${at}`)
    if (name === null) continue
    if (name.length > longestSysctl || !sysctlForm.test(name))
      report(
        findings,
        pointer,
        `must have at most ${longestSysctl} characters and be a name like kernel.shmmax or net/ipv4/ip_forward`,
      )
    else if (seen.has(sysctlName(name))) report(findings, pointer, `"${name}" is set twice`)
    seen.add(sysctlName(name))
    const owner = hostNamespaceOf(sysctlName(name))
    if (owner !== null && spec[owner] === true)
      report(findings, pointer, `may not be specified when '${owner}' is true`)
  }
}

/** What would have to be the host's for a sysctl to be the host's. */
function hostNamespaceOf(name: string): 'hostNetwork' | 'hostIPC' | null {
  const namespace = sysctlNamespace(name)
  if (namespace === null) return null
  return namespace === 'net' ? 'hostNetwork' : 'hostIPC'
}
