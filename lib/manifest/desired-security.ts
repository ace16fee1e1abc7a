/** securityContext of a pod and of one of its containers, as one. Source: pkg/securitycontext DetermineEffectiveSecurityContext. */

import type { ContainerSecurity, LocalProfile, SeLinuxLabel } from '../pod/index.js'
import { capabilityName } from './capability-rules.js'
import { isObject, type Json } from './normal-form.js'
import { listOf, numberOf, objectOf, objectsOf, textOf, textOrNull } from './shape.js'
import { sysctlName } from './sysctls.js'

/** How the profile of a container was named before it had a field. */
export const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/'

/** `annotations` are the pod's. */
export function desiredSecurity(container: Json, spec: Json, annotations: Json): ContainerSecurity {
  const ofPod = objectOf(spec, 'securityContext')
  const own = objectOf(container, 'securityContext')
  const number = (field: string): number | null => numberOf(own, field) ?? numberOf(ofPod, field) ?? null
  const capabilities = objectOf(own, 'capabilities')
  return {
    runAsUser: number('runAsUser'),
    runAsGroup: number('runAsGroup'),
    runAsNonRoot: (own['runAsNonRoot'] ?? ofPod['runAsNonRoot']) === true,
    supplementalGroups: [...new Set([...numbers(ofPod, 'supplementalGroups'), ...fsGroup(ofPod)])].sort(
      (a, b) => a - b,
    ),
    privileged: own['privileged'] === true,
    addCapabilities: capabilityNames(capabilities, 'add'),
    dropCapabilities: capabilityNames(capabilities, 'drop'),
    readOnlyRootFilesystem: own['readOnlyRootFilesystem'] === true,
    noNewPrivileges: own['allowPrivilegeEscalation'] === false,
    seccomp: unlessDefault(profile(own['seccompProfile']) ?? profile(ofPod['seccompProfile'])),
    appArmor:
      profile(own['appArmorProfile']) ??
      annotatedProfile(textOf(annotations, appArmorAnnotation + (textOf(container, 'name') ?? ''))) ??
      profile(ofPod['appArmorProfile']),
    seLinux: seLinuxLabel(own) ?? seLinuxLabel(ofPod),
    unmaskedProc: own['procMount'] === 'Unmasked',
  }
}

/** What belongs to the group is its processes' to use. */
function fsGroup(context: Json): number[] {
  const group = numberOf(context, 'fsGroup')
  return group === undefined ? [] : [group]
}

export function desiredSysctls(spec: Json): Readonly<Record<string, string>> {
  const sysctls = objectsOf(objectOf(spec, 'securityContext'), 'sysctls')
  return Object.fromEntries(
    sysctls.map(({ item }) => [sysctlName(textOf(item, 'name') ?? ''), textOf(item, 'value') ?? '']),
  )
}

/** null when there is nothing in it. */
export function seLinuxLabel(context: Json): SeLinuxLabel | null {
  const options = objectOf(context, 'seLinuxOptions')
  const [user, role, type, level] = ['user', 'role', 'type', 'level'].map((field) => textOrNull(options, field))
  if (!user && !role && !type && !level) return null
  return { user: user ?? null, role: role ?? null, type: type ?? null, level: level ?? null }
}

type Profile = { readonly kind: 'RuntimeDefault' } | { readonly kind: 'Unconfined' } | LocalProfile

function profile(field: unknown): Profile | null {
  if (!isObject(field)) return null
  const type = textOf(field, 'type')
  if (type === 'Localhost') return { kind: 'Localhost', name: textOf(field, 'localhostProfile') ?? '' }
  return type === 'Unconfined' ? { kind: 'Unconfined' } : { kind: 'RuntimeDefault' }
}

const localhost = 'localhost/'

function annotatedProfile(text: string | undefined): Profile | null {
  if (text === undefined || text === '') return null
  if (text.startsWith(localhost)) return { kind: 'Localhost', name: text.slice(localhost.length) }
  return text === 'unconfined' ? { kind: 'Unconfined' } : { kind: 'RuntimeDefault' }
}

function unlessDefault(profile: Profile | null): ContainerSecurity['seccomp'] {
  return profile === null || profile.kind === 'RuntimeDefault' ? null : profile
}

function numbers(object: Json, field: string): number[] {
  return [...new Set(listOf(object, field).map(Number))].sort((a, b) => a - b)
}

function capabilityNames(capabilities: Json, field: string): string[] {
  return [...new Set(listOf(capabilities, field).map((name) => capabilityName(String(name))))].sort()
}
