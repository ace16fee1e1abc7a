/** What the operator of this machine allows its manifests, beside what they may say at all: a setting, not a manifest's affair. */

import type { NodeIdentity } from '../pod/index.js'
import { report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { checkBaseline } from './pod-security-baseline.js'
import { checkRestricted } from './pod-security-restricted.js'
import { objectOf, objectsOf, textOf, textOrNull } from './shape.js'
import { isSysctlAllowed, safeSysctls, sysctlName, sysctlNamespace } from './sysctls.js'

export const podSecurityLevels = ['privileged', 'baseline', 'restricted'] as const
/** Kubernetes' Pod Security Standards: each forbids what the one before it forbids, and more. */
export type PodSecurityLevel = (typeof podSecurityLevels)[number]

export interface ManifestPolicy {
  /** Of every namespace that has none of its own. */
  readonly podSecurity: PodSecurityLevel
  readonly podSecurityByNamespace: ReadonlyMap<string, PodSecurityLevel>
  /** Names with dots, or beginnings of names with `*` at their end. */
  readonly allowedUnsafeSysctls: readonly string[]
  /** Whose manifests these are; left out: it is open which pods are for it. */
  readonly node?: NodeIdentity
}

/** As a kubelet that was told nothing. */
export const usualPolicy: ManifestPolicy = {
  podSecurity: 'privileged',
  podSecurityByNamespace: new Map(),
  allowedUnsafeSysctls: [],
}

/** For what was accepted once: it is held to nothing that was decided later. */
export const everythingAllowed: ManifestPolicy = { ...usualPolicy, allowedUnsafeSysctls: ['net.*', 'kernel.*', 'fs.*'] }

export function checkPolicy(findings: Findings, pod: Json, pointer: string, policy: ManifestPolicy): void {
  const spec = objectOf(pod, 'spec')
  checkUnsafeSysctls(findings, spec, `${pointer}/spec`, policy)
  const namespace = textOrNull(objectOf(pod, 'metadata'), 'namespace') ?? 'default'
  const level = policy.podSecurityByNamespace.get(namespace) ?? policy.podSecurity
  if (level === 'privileged') return
  checkBaseline(findings, pod, pointer, level)
  if (level === 'restricted') checkRestricted(findings, spec, `${pointer}/spec`)
}

function checkUnsafeSysctls(findings: Findings, spec: Json, base: string, policy: ManifestPolicy): void {
  for (const { item, at } of objectsOf(objectOf(spec, 'securityContext'), 'sysctls')) {
    const name = sysctlName(textOf(item, 'name') ?? '')
    if (name === '' || safeSysctls.includes(name) || isSysctlAllowed(name, policy.allowedUnsafeSysctls)) continue
    const pointer = `${base}/securityContext/sysctls/${at}/name`
    if (sysctlNamespace(name) === null)
      report(
        findings,
        pointer,
        `"${name}" is not a pod’s own: it would be set for the whole machine`,
        'set it on the machine, in /etc/sysctl.d',
      )
    else
      report(
        findings,
        pointer,
        `"${name}" is not on the list of safe sysctls`,
        `start podkeep with --allowed-unsafe-sysctls ${name} to allow it`,
      )
  }
}
