/**
 * A Service as wanted: a name under which pods are found. There is no address of its own behind it: its name leads to the pods
 * that its selector matches, as a headless one's does in Kubernetes.
 */

import type { PodKey } from './identity.js'
import type { PortProtocol } from './desired.js'

export interface DesiredService {
  /** `namespace/name`; a pod of the same key is something else. */
  readonly key: PodKey
  readonly namespace: string
  readonly name: string
  /** The manifest's file name inside the manifests directory. */
  readonly file: string
  /** Every label that a pod must carry; empty: no pod is selected. */
  readonly selector: Readonly<Record<string, string>>
  readonly ports: readonly ServicePort[]
  /** `clusterIP: None`. */
  readonly isHeadless: boolean
  /** Pods count before they are ready, too. */
  readonly publishNotReadyAddresses: boolean
}

export interface ServicePort {
  readonly name: string | null
  readonly port: number
  /** A port of the pod, by number or by its name there. */
  readonly targetPort: number | string
  readonly protocol: PortProtocol
}

/** Whether a pod of this namespace with these labels is behind the Service. */
export function selects(
  { namespace, selector }: Pick<DesiredService, 'namespace' | 'selector'>,
  pod: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
): boolean {
  const wanted = Object.entries(selector)
  if (namespace !== pod.namespace || wanted.length === 0) return false
  return wanted.every(([key, value]) => Object.hasOwn(pod.labels, key) && pod.labels[key] === value)
}
