/** What is asked of the engine for one container: complete, nothing left to decide. */

import type { DesiredDevice } from './desired.js'
import type { PublishedPort } from './hash.js'
import type { PodUid } from './identity.js'
import type { DnsConfig, HostEntry } from './names.js'
import type { ContainerIdentity } from './observed.js'
import type { LinuxResources } from './resources.js'
import type { SecuritySpec, SeLinuxLabel } from './security.js'
import type { Claim, MountPropagation, NfsShare, RecursiveReadOnly } from './volume.js'

export interface SandboxSpec {
  readonly identity: ContainerIdentity
  /** Not on the host's network: there it is the machine's. */
  readonly hostname: string
  /** What `hostname -f` shows behind it; null: nothing. */
  readonly domain: string | null
  readonly hostNetwork: boolean
  readonly hostIpc: boolean
  readonly ports: readonly PublishedPort[]
  /** Whose volumes the engine must not take for unused while it runs; left out: none. */
  readonly claims?: readonly Claim[]
  /** By name with dots. */
  readonly sysctls: Readonly<Record<string, string>>
  /** null: the engine's own. */
  readonly seLinux: SeLinuxLabel | null
  /** What other pods find it by, whatever they are called. */
  readonly aliases: readonly string[]
  readonly files: HostFiles
  /** Made in the group of this pod, which is there; left out: among the engine's own. */
  readonly podCgroup?: PodUid
  /** By the engine's name for it; left out: its usual one. */
  readonly runtime?: string
}

/** What is said in /etc/hosts and /etc/resolv.conf beside what the engine writes there. */
export interface HostFiles {
  readonly hosts: readonly HostEntry[]
  /** null: all of it as the engine finds right. Of its parts what is empty is. */
  readonly dns: DnsConfig | null
}

/** own: the container sees itself. sandbox: all of the pod. host: all of the machine. */
export type ProcessNamespace = 'own' | 'sandbox' | 'host'

export type MountSpec = PathMount | ClaimMount | NfsMount

export interface PathMount {
  /** Absolute path on the engine's machine; it must exist. */
  readonly hostPath: string
  readonly mountPath: string
  readonly readOnly: boolean
  /** Left out: mounts made later are seen on neither side by the other. */
  readonly propagation?: MountPropagation
  /** Of what is mounted below a read-only one. */
  readonly recursiveReadOnly?: RecursiveReadOnly
  /** An engine that does not find the source makes the container without it, and the runtime says so once. */
  readonly isDispensable?: true
}

/** Of the engine's own volume, so that the engine knows it to be in use. */
export interface ClaimMount {
  readonly claim: Claim
  readonly mountPath: string
  readonly readOnly: boolean
}

/** Mounted by the engine at each start of the container, and unmounted at its end. */
export interface NfsMount {
  readonly share: NfsShare
  readonly mountPath: string
  readonly readOnly: boolean
}

/** A mount of a part of a volume: where it is on the machine is found out just before the container is made. */
export interface SubPathMount extends Omit<PathMount, 'hostPath' | 'isDispensable'> {
  readonly volume: string
  /** Of the whole volume. */
  readonly volumePath: string
  /** Inside it; relative, without "..". */
  readonly subPath: string
  /** What the manifest says, for people: the path may hold a Secret's value. */
  readonly written: string
  /** One that is not there becomes an empty folder; otherwise it is a fault. */
  readonly isMadeWhenMissing: boolean
  /** Its place among the container's mounts. */
  readonly index: number
}

export interface ContainerSpec {
  readonly identity: ContainerIdentity
  readonly image: string
  /** Replaces the image's ENTRYPOINT; null keeps it. */
  readonly command: readonly string[] | null
  /** Replaces the image's CMD; null keeps it, unless command is given. */
  readonly args: readonly string[] | null
  /** `NAME=value` */
  readonly env: readonly string[]
  readonly workingDir: string | null
  /** null: the image's, or SIGTERM. */
  readonly stopSignal: string | null
  readonly stdin: boolean
  readonly stdinOnce: boolean
  readonly tty: boolean
  readonly mounts: readonly MountSpec[]
  readonly processes: ProcessNamespace
  /** The machine's shared memory and semaphores, not the sandbox's. */
  readonly hostIpc: boolean
  /** Of a container without a sandbox; null: the sandbox's. */
  readonly files: HostFiles | null
  readonly resources: LinuxResources
  /** Left out: none but the engine's own. */
  readonly devices?: readonly DesiredDevice[]
  /** As the sandbox's. */
  readonly podCgroup?: PodUid
  readonly runtime?: string
  readonly security: SecuritySpec
  /** Of a container that has its namespaces for itself; by name with dots. */
  readonly sysctls: Readonly<Record<string, string>>
  /** Where the host refuses a negative one, the container is made without it and the runtime says so once. */
  readonly oomScoreAdj: number
}
