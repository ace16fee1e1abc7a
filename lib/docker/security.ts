/**
 * What a container may do, in the engine's words.
 * Source: kubelet pkg/kubelet/dockershim security_context.go, helpers_linux.go. Differs: the sandbox, which only sleeps and reaps,
 * runs without any capability, and not as the pod's user, so that an edit of the user leaves it alone.
 */

import type { SecuritySpec, SeLinuxLabel } from '../pod/index.js'
import type { Dockerode } from './dockerode.js'

const noNewPrivileges = 'no-new-privileges'

export function userOf({ user }: SecuritySpec): Pick<Dockerode.ContainerCreateOptions, 'User'> {
  return user === null ? {} : { User: user }
}

/** What is not asked for is left to the engine, so that a container that asks for nothing is made as ever. */
export function containerSecurity(security: SecuritySpec, isPodman: boolean): Dockerode.HostConfig {
  const options = [...securityOptions(security), ...(isPodman && security.unmaskedProc ? ['unmask=ALL'] : [])]
  return {
    ...(security.supplementalGroups.length > 0 && { GroupAdd: security.supplementalGroups.map(String) }),
    ...(security.privileged && { Privileged: true }),
    ...(security.addCapabilities.length > 0 && { CapAdd: [...security.addCapabilities] }),
    ...(security.dropCapabilities.length > 0 && { CapDrop: [...security.dropCapabilities] }),
    ...(security.readOnlyRootFilesystem && { ReadonlyRootfs: true }),
    ...(options.length > 0 && { SecurityOpt: options }),
    ...(security.unmaskedProc && { MaskedPaths: [], ReadonlyPaths: [] }),
  }
}

export function sandboxSecurity(seLinux: SeLinuxLabel | null): Dockerode.HostConfig {
  return { CapDrop: ['ALL'], SecurityOpt: [noNewPrivileges, ...labelOptions(seLinux)] }
}

export function sysctlsOf(sysctls: Readonly<Record<string, string>>): Pick<Dockerode.HostConfig, 'Sysctls'> {
  return Object.keys(sysctls).length === 0 ? {} : { Sysctls: { ...sysctls } }
}

function securityOptions({ noNewPrivileges: isFixed, seccomp, appArmor, seLinux }: SecuritySpec): string[] {
  return [
    ...(isFixed ? [noNewPrivileges] : []),
    ...(seccomp === null ? [] : [`seccomp=${seccomp}`]),
    ...(appArmor === null ? [] : [`apparmor=${appArmor}`]),
    ...labelOptions(seLinux),
  ]
}

function labelOptions(label: SeLinuxLabel | null): string[] {
  if (label === null) return []
  const { user, role, type, level } = label
  return Object.entries({ user, role, type, level }).flatMap(([part, value]) =>
    value === null ? [] : [`label=${part}:${value}`],
  )
}
