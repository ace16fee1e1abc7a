/** A pod as the running podkeep shows it, read again as the manifest it came from. */

import { decodeStoredPod } from '../../manifest/index.js'
import type { DesiredPod, V1Pod } from '../../pod/index.js'
import type { ListedPod } from '../pod-summary.js'

/** Without what podkeep adds to show it. null: only its containers are known. */
export function storedPod({ metadata, spec }: ListedPod): DesiredPod | null {
  const { annotations, name, namespace } = metadata
  const without = (object: object, names: readonly string[]): object =>
    Object.fromEntries(Object.entries(object).filter(([key]) => !names.includes(key)))
  const own = Object.entries(annotations ?? {}).filter(
    ([key]) => !key.startsWith('io.podkeep.') && key !== 'kubernetes.io/config.source',
  )
  const kept = own.length === 0 ? {} : { annotations: Object.fromEntries(own) }
  const rest = { name, namespace, ...without(metadata, ['uid', 'creationTimestamp', 'annotations']), ...kept }
  const manifest: V1Pod = { apiVersion: 'v1', kind: 'Pod', metadata: rest, spec: { ...without(spec, ['nodeName']) } }
  return decodeStoredPod(manifest, metadata.annotations?.['io.podkeep.manifest'] ?? '')
}
