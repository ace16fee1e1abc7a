/**
 * The part of Kubernetes' v1 API that podkeep reads and shows, in Kubernetes' own shapes.
 * Source: the published OpenAPI of Kubernetes 1.36 (io.k8s.api.core.v1).
 */

export interface V1ObjectMeta {
  readonly name: string
  readonly namespace: string
  readonly uid?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly creationTimestamp?: string | null
  readonly [field: string]: unknown
}

/** A Pod as the manifest asks for it, defaults filled in. `spec` is plain JSON. */
export interface V1Pod {
  readonly apiVersion: 'v1'
  readonly kind: 'Pod'
  readonly metadata: V1ObjectMeta
  readonly spec: Readonly<Record<string, unknown>>
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'

export interface V1PodCondition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  /** RFC 3339. */
  readonly lastTransitionTime: string | null
}

export interface V1ContainerState {
  readonly waiting?: { readonly reason: string; readonly message?: string }
  readonly running?: { readonly startedAt: string }
  readonly terminated?: {
    readonly exitCode: number
    readonly reason: string
    readonly message?: string
    readonly startedAt: string | null
    readonly finishedAt: string | null
    readonly containerID: string
  }
}

export interface V1ContainerStatus {
  readonly name: string
  readonly state: V1ContainerState
  readonly lastState: V1ContainerState
  readonly ready: boolean
  readonly started: boolean
  readonly restartCount: number
  readonly image: string
  readonly imageID: string
  readonly containerID?: string
}

export interface V1PodStatus {
  readonly phase: PodPhase
  readonly conditions: readonly V1PodCondition[]
  readonly reason?: string
  readonly message?: string
  readonly hostIP?: string
  readonly hostIPs?: readonly { readonly ip: string }[]
  readonly podIP?: string
  readonly podIPs?: readonly { readonly ip: string }[]
  readonly startTime?: string
  readonly qosClass: string
  readonly initContainerStatuses?: readonly V1ContainerStatus[]
  readonly containerStatuses: readonly V1ContainerStatus[]
}
