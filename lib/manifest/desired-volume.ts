/** One volume of a complete v1 Pod, in podkeep's own terms and units. */

import type { DesiredVolume, HostPathType, ImagePullPolicy, VolumeOwner } from '../pod/index.js'
import { contentVolume } from './content-volume.js'
import { isHugePages, pageBytes } from './huge-pages.js'
import { defaultPullPolicy } from './image-reference.js'
import type { Json } from './normal-form.js'
import { bytesOf } from './quantity.js'
import { numberOf, objectOf, objectsOf, textOf, textOrNull } from './shape.js'

export function desiredVolume(volume: Json, spec: Json, namespace: string): DesiredVolume {
  const name = textOf(volume, 'name') ?? ''
  if ('hostPath' in volume) {
    const source = objectOf(volume, 'hostPath')
    return { kind: 'hostPath', name, path: textOf(source, 'path') ?? '', type: textOf(source, 'type') as HostPathType }
  }
  if ('persistentVolumeClaim' in volume) {
    const source = objectOf(volume, 'persistentVolumeClaim')
    const claim = { namespace, name: textOf(source, 'claimName') ?? '' }
    const readOnly = source['readOnly'] === true
    // Source: the kubelet's volume plugins: what a pod may only read keeps its owners.
    return { kind: 'persistentVolumeClaim', name, claim, readOnly, ...(readOnly ? {} : ownerOf(spec)) }
  }
  if ('nfs' in volume) {
    const source = objectOf(volume, 'nfs')
    const share = { server: textOf(source, 'server') ?? '', path: textOf(source, 'path') ?? '' }
    return { kind: 'nfs', name, share, readOnly: source['readOnly'] === true }
  }
  if ('image' in volume) {
    const source = objectOf(volume, 'image')
    const image = textOf(source, 'reference') ?? ''
    const imagePullPolicy = (textOrNull(source, 'pullPolicy') ?? defaultPullPolicy(image)) as ImagePullPolicy
    return { kind: 'image', name, image, imagePullPolicy }
  }
  const content = contentVolume(volume, name, spec, namespace)
  if (content !== null) return { ...content, ...ownerOf(spec) }
  const source = objectOf(volume, 'emptyDir')
  const limitBytes = bytesOf(source, 'sizeLimit')
  const medium = textOf(source, 'medium') ?? ''
  const ofPages = isHugePages(medium) ? pageBytes(medium, spec) : null
  if (ofPages !== null)
    return {
      kind: 'emptyDir',
      name,
      medium: 'HugePages',
      pageBytes: ofPages,
      sizeLimitBytes: limitBytes,
      ...ownerOf(spec),
    }
  if (medium !== 'Memory') return { kind: 'emptyDir', name, medium: '', sizeLimitBytes: limitBytes, ...ownerOf(spec) }
  const sizes = [limitBytes, memoryLimitBytes(spec)].filter((bytes) => bytes !== null && bytes > 0) as number[]
  const sizeLimitBytes = sizes.length === 0 ? null : Math.min(...sizes)
  return { kind: 'emptyDir', name, medium: 'Memory', sizeLimitBytes, ...ownerOf(spec) }
}

/** The pod's own, or of all its containers together; null when one of them has none. */
function memoryLimitBytes(spec: Json): number | null {
  const ofPod = bytesOf(objectOf(objectOf(spec, 'resources'), 'limits'), 'memory')
  if (ofPod !== null) return ofPod
  const limits = objectsOf(spec, 'containers').map(({ item }) =>
    bytesOf(objectOf(objectOf(item, 'resources'), 'limits'), 'memory'),
  )
  return limits.reduce<number | null>((sum, bytes) => (sum === null || bytes === null ? null : sum + bytes), 0)
}

/** Which files of the machine belong to the group is the machine's affair: hostPath is never touched, as in the kubelet. */
function ownerOf(spec: Json): { readonly owner?: VolumeOwner } {
  const context = objectOf(spec, 'securityContext')
  const fsGroup = numberOf(context, 'fsGroup')
  if (fsGroup === undefined) return {}
  return { owner: { fsGroup, onlyOnMismatch: textOf(context, 'fsGroupChangePolicy') === 'OnRootMismatch' } }
}
