/**
 * A pod as wanted: complete (every default filled in), in podkeep's units, made once by the manifest room and never
 * changed afterwards.
 */

import type { ConfigKey, ConfigReaction, EnvFromSource } from './config.js'
import type { EnvVar } from './environment.js'
import type { HookHandler, Probe } from './handler.js'
import type { PodKey, PodUid } from './identity.js'
import type { ImagePullPolicy } from './pull-policy.js'
import type { PodOwner } from './owner.js'
import type { ContainerSecurity, SeLinuxLabel } from './security.js'
import type { PodNames, SharedNamespaces } from './names.js'
import type { V1Pod } from './v1.js'
import { claimsOf, type DesiredMount, type DesiredVolume } from './volume.js'

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'
export type PortProtocol = 'TCP' | 'UDP' | 'SCTP'
export type TerminationMessagePolicy = 'File' | 'FallbackToLogsOnError'

export interface DesiredPod {
  readonly key: PodKey
  readonly namespace: string
  readonly name: string
  /** Only when the manifest sets metadata.uid. */
  readonly uid: PodUid | null
  /** The workload whose template it is of; null for a Pod of its own. */
  readonly owner: PodOwner | null
  /** The manifest's file name inside the manifests directory. */
  readonly file: string
  /** Why it is not for this node, for people; null: it is, or was once. */
  readonly elsewhere: string | null
  readonly restartPolicy: RestartPolicy
  readonly graceMs: number
  /** After its start the pod has failed; null: never. */
  readonly activeDeadlineMs: number | null
  /** The higher, the earlier it starts. */
  readonly priority: number
  /** The pods that must be Ready before this one starts, from the annotation `podkeep.io/depends-on`. */
  readonly dependsOn: readonly PodKey[]
  readonly backOff: BackOff
  /** From the annotation `podkeep.io/on-config-change`. */
  readonly onConfigChange: ConfigReaction
  /** How an edit reaches it and the other pods of its workload one after the other; null: it does so at once. */
  readonly rollout: Rollout | null
  /** Secrets with logins for its images, to be tried in this order before the machine's own. */
  readonly pullSecrets: readonly ConfigKey[]
  /** How often what failed is tried again before the pod has failed; null: as often as its restart policy says. */
  readonly backoffLimit: number | null
  /** How long its containers stay once it has finished; null: as long as its manifest. */
  readonly ttlAfterFinishedMs: number | null
  /** Of all of its containers together. */
  readonly resources: DesiredResources
  /** How many processes each of its containers may have, from the annotation `podkeep.io/pids-limit`; null: as the machine says. */
  readonly pidsLimit: number | null
  /** Which of the engine's runtimes runs its containers; null: the engine's usual one. */
  readonly runtime: string | null
  readonly hostNetwork: boolean
  /** By name with dots; its containers share what they set. */
  readonly sysctls: Readonly<Record<string, string>>
  /** Of what its containers share; each has its own in `security`. null: the engine's own. */
  readonly seLinux: SeLinuxLabel | null
  readonly shares: SharedNamespaces
  readonly names: PodNames
  readonly volumes: readonly DesiredVolume[]
  readonly initContainers: readonly DesiredContainer[]
  /** At least one. */
  readonly containers: readonly DesiredContainer[]
  /** The same pod in Kubernetes' shape with defaults: what /pods shows and the state folder keeps. */
  readonly manifest: V1Pod
  /**
   * Its document as somebody wrote it, comments and all, for the history. Left out where it is part of something else, where there
   * may be a Secret in it, and where it is long.
   */
  readonly source?: string
}

export interface Rollout {
  /** How many of them may be away at a time. */
  readonly maxUnavailable: number
  /** One that has not been ready for so long counts as away. */
  readonly minReadyMs: number
  /** Those with a lower number keep what they have; null: all do, until their containers are removed by hand. */
  readonly partition: number | null
}

/** Between crashes: the first wait, and the longest. */
export interface BackOff {
  readonly baseMs: number
  readonly maxMs: number
}

/** The kubelet's, for every pod that does not say otherwise. */
export const usualBackOff: BackOff = { baseMs: 10_000, maxMs: 300_000 }

export interface DesiredContainer {
  readonly name: string
  readonly image: string
  readonly imagePullPolicy: ImagePullPolicy
  /** Replaces the image's ENTRYPOINT; null keeps it. `$(VAR)` not yet expanded. */
  readonly command: readonly string[] | null
  /** Replaces the image's CMD; null keeps it. `$(VAR)` not yet expanded. */
  readonly args: readonly string[] | null
  /** In the manifest's order; a later one wins, and `env` over all of them. */
  readonly envFrom: readonly EnvFromSource[]
  /** In the manifest's order; a later entry of the same name wins. `$(VAR)` not yet expanded. */
  readonly env: readonly EnvVar[]
  readonly workingDir: string | null
  readonly ports: readonly DesiredPort[]
  readonly mounts: readonly DesiredMount[]
  readonly resources: DesiredResources
  readonly restartsOnResize: ResizeRestarts
  readonly devices: readonly DesiredDevice[]
  readonly security: ContainerSecurity
  /** null: the pod's. `Always` on an init container makes it a sidecar. */
  readonly restartPolicy: RestartPolicy | null
  /** The first that matches decides; none: the container's policy, then the pod's. */
  readonly restartRules: readonly RestartRule[]
  readonly startupProbe: Probe | null
  readonly readinessProbe: Probe | null
  readonly livenessProbe: Probe | null
  readonly postStart: HookHandler | null
  readonly preStop: HookHandler | null
  /** `SIGUSR1`; null: the image's STOPSIGNAL, or SIGTERM. */
  readonly stopSignal: string | null
  /** Absolute. */
  readonly terminationMessagePath: string
  readonly terminationMessagePolicy: TerminationMessagePolicy
  readonly stdin: boolean
  readonly stdinOnce: boolean
  readonly tty: boolean
}

export interface RestartRule {
  readonly action: 'Restart' | 'RestartAllContainers'
  readonly operator: 'In' | 'NotIn'
  readonly exitCodes: readonly number[]
  /** It speaks of what podkeep stopped, too, whatever that exited with; left out: it does not. */
  readonly alsoStopped?: true
}

export interface DesiredPort {
  readonly name: string | null
  readonly containerPort: number
  readonly protocol: PortProtocol
  /** null: not published on the host. */
  readonly hostPort: number | null
  /** null: all of the host's addresses. */
  readonly hostIP: string | null
}

/** null: not set. Requests already copied from limits where the manifest gives only limits. */
export interface DesiredResources {
  readonly cpuRequestMillis: number | null
  readonly cpuLimitMillis: number | null
  readonly memoryRequestBytes: number | null
  readonly memoryLimitBytes: number | null
  /** By the size of a page (`2Mi`); left out: none are asked for. What is requested is the same. */
  readonly hugepageLimitBytes?: Readonly<Record<string, number>>
  /** Of its own files and its log; left out: any amount. */
  readonly diskLimitBytes?: number
}

/** path: a node of the machine. cdi: what the Container Device Interface knows by that name. gpu: some of the machine's, whichever. */
export type DesiredDevice =
  | {
      readonly kind: 'path'
      readonly hostPath: string
      readonly path: string
      /** Of r, w and m. */
      readonly permissions: string
    }
  | { readonly kind: 'cdi'; readonly name: string }
  | { readonly kind: 'gpu'; readonly count: number }

/** Whether a change of its cpu or memory makes a container anew, where it could be changed as it runs. */
export interface ResizeRestarts {
  readonly cpu: boolean
  readonly memory: boolean
}

/** Where a container may leave its last words, unless the manifest names another file. */
export const usualTerminationMessagePath = '/dev/termination-log'

/** An init container that stays: it is up before the next one begins, and down after the regular containers. */
export function isSidecar(pod: DesiredPod, container: DesiredContainer): boolean {
  return container.restartPolicy === 'Always' && pod.initContainers.includes(container)
}

/**
 * Whether the pod gets a sandbox container. A pod that would share nothing through it (the host's network and a single
 * container) goes without: one container less to make, to keep and to lose. One that wants its processes shared has the
 * sandbox's program as the first of them, which is what reaps the others.
 * One that uses a claim has one too: its sandbox keeps the engine from taking the claim's volume for unused.
 */
export function needsSandbox(pod: DesiredPod): boolean {
  return (
    !pod.hostNetwork ||
    pod.shares.processes ||
    claimsOf(pod.volumes).length > 0 ||
    pod.initContainers.length + pod.containers.length > 1
  )
}
