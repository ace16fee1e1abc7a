/**
 * Annotations of older Kubernetes that speak of a container's seccomp profile: they have meant nothing since 1.27, and are wrong
 * all the same when they are. AppArmor's are still in force: app-armor-rules.ts. Source: ValidateSeccompPodAnnotations.
 */

import { child, report, type Findings } from './finding.js'
import type { Json } from './normal-form.js'
import { hasBacksteps } from './text-rules.js'

const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod'
const seccompPrefix = 'container.seccomp.security.alpha.kubernetes.io/'
const localhost = 'localhost/'

export function checkSecurityAnnotations(findings: Findings, annotations: Json, pointer: string): void {
  for (const [key, value] of Object.entries(annotations)) {
    if (typeof value !== 'string') continue
    if ((key === seccompPod || key.startsWith(seccompPrefix)) && !isSeccompProfile(value))
      report(
        findings,
        child(pointer, key),
        'must be a seccomp profile: runtime/default, unconfined or localhost/PATH',
        'it has meant nothing since Kubernetes 1.27: write securityContext.seccompProfile, and remove it',
      )
  }
}

function isSeccompProfile(value: string): boolean {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(value)) return true
  const path = value.startsWith(localhost) ? value.slice(localhost.length) : '/'
  return !path.startsWith('/') && !hasBacksteps(path)
}
