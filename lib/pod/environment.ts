/** Environment variables as the manifest asks for them. */

import type { ConfigKey } from './config.js'

export interface EnvVar {
  readonly name: string
  /** `$(VAR)` not yet expanded; empty when the value comes from elsewhere. */
  readonly value: string
  /** Where the value comes from, found out when the container is made; what is found is not expanded. */
  readonly valueFrom?: EnvSource
}

export type EnvSource = FieldSource | ResourceSource | FileSource | ConfigKeySource

export type EnvField =
  | 'metadata.name'
  | 'metadata.namespace'
  | 'metadata.uid'
  | 'metadata.labels'
  | 'metadata.annotations'
  | 'spec.nodeName'
  | 'spec.serviceAccountName'
  | 'status.hostIP'
  | 'status.hostIPs'
  | 'status.podIP'
  | 'status.podIPs'

export interface FieldSource {
  readonly kind: 'fieldRef'
  readonly field: EnvField
  /** Which label or annotation; null for the other fields. One that the pod does not have is the empty text. */
  readonly key: string | null
}

export interface ResourceSource {
  readonly kind: 'resourceFieldRef'
  /** Whose: the container's own name unless the manifest names another. */
  readonly container: string
  readonly bound: 'requests' | 'limits'
  /** `cpu`, `memory`, `ephemeral-storage` or `hugepages-...` */
  readonly resource: string
  /** As the manifest says now, in thousandths of a cpu or in bytes; null: a limit that is not set, which is all the machine has. */
  readonly amount: number | null
  /** In the unit of the amount; the value is amount / divisor, rounded up. */
  readonly divisor: number
}

export interface FileSource {
  readonly kind: 'fileKeyRef'
  /** Names one of the pod's emptyDir volumes. */
  readonly volume: string
  /** Inside the volume. */
  readonly path: string
  readonly key: string
  /** Without it, a file or key that is missing keeps the container from being made. */
  readonly optional: boolean
}

/** `configMapKeyRef` or `secretKeyRef`. */
export interface ConfigKeySource {
  readonly kind: 'configKeyRef'
  readonly object: ConfigKey
  readonly key: string
  readonly optional: boolean
}
