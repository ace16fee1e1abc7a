/**
 * A pod as wanted: complete (every default filled in), in podkeep's units, made once by the manifest room and never
 * changed afterwards.
 */

import type { PodKey, PodUid } from './identity.js'
import type { V1Pod } from './v1.js'

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'
export type ImagePullPolicy = 'Always' | 'IfNotPresent' | 'Never'
export type PortProtocol = 'TCP' | 'UDP' | 'SCTP'
export type HostPathType =
  '' | 'DirectoryOrCreate' | 'Directory' | 'FileOrCreate' | 'File' | 'Socket' | 'CharDevice' | 'BlockDevice'

export interface DesiredPod {
  readonly key: PodKey
  readonly namespace: string
  readonly name: string
  /** Only when the manifest sets metadata.uid. */
  readonly uid: PodUid | null
  /** The manifest's file name inside the manifests directory. */
  readonly file: string
  readonly restartPolicy: RestartPolicy
  readonly graceMs: number
  readonly hostNetwork: boolean
  readonly volumes: readonly DesiredVolume[]
  readonly initContainers: readonly DesiredContainer[]
  /** At least one. */
  readonly containers: readonly DesiredContainer[]
  /** The same pod in Kubernetes' shape with defaults: what /pods shows and the state folder keeps. */
  readonly manifest: V1Pod
}

export interface DesiredContainer {
  readonly name: string
  readonly image: string
  readonly imagePullPolicy: ImagePullPolicy
  /** Replaces the image's ENTRYPOINT; null keeps it. `$(VAR)` not yet expanded. */
  readonly command: readonly string[] | null
  /** Replaces the image's CMD; null keeps it. `$(VAR)` not yet expanded. */
  readonly args: readonly string[] | null
  /** In the manifest's order; a later entry of the same name wins. `$(VAR)` not yet expanded. */
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly workingDir: string | null
  readonly ports: readonly DesiredPort[]
  readonly mounts: readonly DesiredMount[]
  readonly resources: DesiredResources
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

export interface DesiredMount {
  /** Names one of the pod's volumes. */
  readonly volume: string
  readonly mountPath: string
  readonly readOnly: boolean
}

export type DesiredVolume =
  | { readonly kind: 'hostPath'; readonly name: string; readonly path: string; readonly type: HostPathType }
  | {
      readonly kind: 'emptyDir'
      readonly name: string
      readonly medium: '' | 'Memory'
      readonly sizeLimitBytes: number | null
    }

/** null: not set. Requests already copied from limits where the manifest gives only limits. */
export interface DesiredResources {
  readonly cpuRequestMillis: number | null
  readonly cpuLimitMillis: number | null
  readonly memoryRequestBytes: number | null
  readonly memoryLimitBytes: number | null
}

/**
 * Whether the pod gets a sandbox container. A pod that would share nothing through it (the host's network and a single
 * container) goes without: one container less to make, to keep and to lose.
 */
export function needsSandbox(pod: DesiredPod): boolean {
  return !pod.hostNetwork || pod.initContainers.length + pod.containers.length > 1
}
