/** What a container may do: what it says itself, what its pod says for all of them, and what is so when neither does. */

export interface ContainerSecurity {
  /** null: the image's. */
  readonly runAsUser: number | null
  /** null: the group that the image gives its user. */
  readonly runAsGroup: number | null
  /** Refused unless its user is known not to be root. */
  readonly runAsNonRoot: boolean
  /** Beside its group, and beside those that the image's /etc/group gives its user. In order, each once. */
  readonly supplementalGroups: readonly number[]
  readonly privileged: boolean
  /** Without `CAP_`, in capitals, in order, each once; `ALL` is all of them. */
  readonly addCapabilities: readonly string[]
  readonly dropCapabilities: readonly string[]
  readonly readOnlyRootFilesystem: boolean
  /** No program of its can gain what it did not begin with. */
  readonly noNewPrivileges: boolean
  /** null: the engine's own, which is what RuntimeDefault says. */
  readonly seccomp: UnusualProfile | null
  /** null: nothing was said, so the engine's own where the machine has AppArmor. */
  readonly appArmor: UnusualProfile | { readonly kind: 'RuntimeDefault' } | null
  /** null: the engine's own label. */
  readonly seLinux: SeLinuxLabel | null
  /** /proc and /sys as the kernel has them, without the engine's covers. */
  readonly unmaskedProc: boolean
}

export type UnusualProfile = { readonly kind: 'Unconfined' } | LocalProfile

/** A file below the seccomp folder, or the name of a loaded AppArmor profile. */
export interface LocalProfile {
  readonly kind: 'Localhost'
  readonly name: string
}

/** null: the engine's own part. */
export interface SeLinuxLabel {
  readonly user: string | null
  readonly role: string | null
  readonly type: string | null
  readonly level: string | null
}

/** Of a container that says nothing, in a pod that says nothing. */
export const usualSecurity: ContainerSecurity = {
  runAsUser: null,
  runAsGroup: null,
  runAsNonRoot: false,
  supplementalGroups: [],
  privileged: false,
  addCapabilities: [],
  dropCapabilities: [],
  readOnlyRootFilesystem: false,
  noNewPrivileges: false,
  seccomp: null,
  appArmor: null,
  seLinux: null,
  unmaskedProc: false,
}

/** A profile that the machine has, and whoever makes the container has to find. */
export interface ProfileName {
  readonly kind: 'seccomp' | 'appArmor' | 'device'
  /** Of a device its path. */
  readonly name: string
}

/** What was found: the profile's text (of a loaded one, which the kernel has, nothing), or why it cannot be used. */
export type ProfileFound = { readonly text: string } | { readonly problem: string }

/** What is asked of the engine: everything verified, nothing left to look up. */
export interface SecuritySpec extends Omit<
  ContainerSecurity,
  'runAsUser' | 'runAsGroup' | 'runAsNonRoot' | 'seccomp' | 'appArmor'
> {
  /** `uid`, `uid:gid` or a name of the image's; null: the image's. */
  readonly user: string | null
  /** `unconfined`, or a whole profile as JSON in one line; null: the engine's own. */
  readonly seccomp: string | null
  /** `unconfined`, or the name of a loaded profile; null: the engine's own. */
  readonly appArmor: string | null
}

/** @param found what had to be looked up */
export function securitySpec(
  wanted: ContainerSecurity,
  found: Pick<SecuritySpec, 'user' | 'seccomp' | 'appArmor'>,
): SecuritySpec {
  const { supplementalGroups, privileged, addCapabilities, dropCapabilities } = wanted
  const { readOnlyRootFilesystem, noNewPrivileges, seLinux, unmaskedProc } = wanted
  return {
    supplementalGroups,
    privileged,
    addCapabilities,
    dropCapabilities,
    readOnlyRootFilesystem,
    noNewPrivileges,
    seLinux,
    unmaskedProc,
    ...found,
  }
}
