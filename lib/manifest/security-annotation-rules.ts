/**
 * Annotations of older Kubernetes that speak of a container's confinement. AppArmor's are still in force there, so podkeep must
 * not pass over them; seccomp's have meant nothing since 1.27, and are wrong all the same when they are.
 * Source: ValidateSeccompPodAnnotations, ValidateAppArmorPodAnnotations.
 */

import { child, report, type Findings } from './finding.js'
import { isObject, type Json } from './normal-form.js'
import { objectOf, objectsOf, textOf } from './shape.js'
import { hasBacksteps } from './text-rules.js'

const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/'
const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod'
const seccompPrefix = 'container.seccomp.security.alpha.kubernetes.io/'
const localhost = 'localhost/'

export function checkSecurityAnnotations(findings: Findings, annotations: Json, pointer: string, spec: Json): void {
  for (const [key, value] of Object.entries(annotations)) {
    if (typeof value !== 'string') continue
    if (key.startsWith(appArmorPrefix)) checkAppArmor(findings, child(pointer, key), key, value, spec)
    else if ((key === seccompPod || key.startsWith(seccompPrefix)) && !isSeccompProfile(value))
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

/** Where the container has the field as well, the field says it. */
function checkAppArmor(findings: Findings, pointer: string, key: string, value: string, spec: Json): void {
  const name = key.slice(appArmorPrefix.length)
  const container = [...objectsOf(spec, 'containers'), ...objectsOf(spec, 'initContainers')].find(
    ({ item }) => textOf(item, 'name') === name,
  )?.item
  const profile = value.startsWith(localhost) ? value.slice(localhost.length) : null
  if (container === undefined) report(findings, pointer, `there is no container "${name}" in this pod`, null, 'key')
  else if (!['', 'runtime/default', 'unconfined'].includes(value) && profile === null)
    report(findings, pointer, 'must be an AppArmor profile: runtime/default, unconfined or localhost/PROFILE')
  else if ((value === 'unconfined' || profile !== null) && !isObject(objectOf(container, 'securityContext')[field]))
    report(
      findings,
      pointer,
      'not supported: it is the older spelling of a field',
      `write securityContext: {${field}: ${profileText(profile)}} into container "${name}"`,
      'key',
    )
}

const field = 'appArmorProfile'

function profileText(profile: string | null): string {
  return profile === null ? '{type: Unconfined}' : `{type: Localhost, localhostProfile: ${JSON.stringify(profile)}}`
}
