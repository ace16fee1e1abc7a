/**
 * What a container mounts, from volumes that are there. Source: kubelet makeMounts. Differs: a subPath that is missing in a volume
 * that nobody can write to is a fault, where the kubelet makes an empty folder of that name.
 */

import {
  invariant,
  isReadOnlyVolume,
  type DesiredContainer,
  type DesiredMount,
  type DesiredVolume,
  type MountSpec,
  type SubPathMount,
} from '../pod/index.js'
import { volumeKey } from './action.js'
import { expandStrictly, type Environment } from './environment.js'
import type { PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'

export interface Mounts {
  readonly whole: readonly MountSpec[]
  readonly parts: readonly SubPathMount[]
}

export function mountsOf(
  view: PodView,
  container: DesiredContainer,
  environment: Environment,
  context: PlanContext,
): Mounts | { readonly problem: string } {
  const whole: MountSpec[] = []
  const parts: SubPathMount[] = []
  for (const [index, mount] of container.mounts.entries()) {
    const source = volumeOf(view, mount)
    if (source.kind === 'nfs') {
      whole.push({
        share: source.share,
        mountPath: mount.mountPath,
        readOnly: mount.readOnly || source.readOnly,
      })
      continue
    }
    const volumePath = context.volumePaths.get(volumeKey(view.uid, source))
    invariant(volumePath !== undefined, `volume ${mount.volume} of ${view.pod.key} was prepared`)
    const { volume, mountPath, propagation, recursiveReadOnly } = mount
    const isWritten = isReadOnlyVolume(source)
    const readOnly = mount.readOnly || isWritten || (source.kind === 'persistentVolumeClaim' && source.readOnly)
    const how = {
      mountPath,
      readOnly,
      ...(propagation !== undefined && { propagation }),
      ...(recursiveReadOnly !== undefined && { recursiveReadOnly }),
    }
    const found = subPathOf(mount, environment)
    if ('problem' in found) return found
    if (found.path === '' && source.kind === 'persistentVolumeClaim')
      whole.push({ claim: source.claim, mountPath, readOnly })
    else if (found.path === '') whole.push({ hostPath: volumePath, ...how })
    else parts.push({ volume, volumePath, subPath: found.path, isMadeWhenMissing: !isWritten, index, ...how })
  }
  return { whole, parts }
}

/** What is wrong with the paths in volumes that the container names; null: nothing. */
export function subPathProblem({ mounts }: DesiredContainer, environment: Environment): string | null {
  for (const mount of mounts) {
    const found = subPathOf(mount, environment)
    if ('problem' in found) return found.problem
  }
  return null
}

/** Empty: the whole volume. */
function subPathOf(mount: DesiredMount, environment: Environment): { path: string } | { problem: string } {
  const found = expandedSubPath(mount, environment)
  return 'problem' in found ? { problem: `subPathExpr of "${mount.volume}": ${found.problem}` } : found
}

function expandedSubPath({ subPath }: DesiredMount, environment: Environment): { path: string } | { problem: string } {
  if (subPath === undefined) return { path: '' }
  if (!subPath.isExpression) return { path: subPath.path }
  const expanded = expandStrictly(subPath.path, environment)
  if ('missing' in expanded) return { problem: `there is no variable ${expanded.missing} in env` }
  const { text } = expanded
  if (text.startsWith('/')) return { problem: `${JSON.stringify(text)} must be a relative path` }
  const names = text.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) return { problem: `${JSON.stringify(text)} must not contain ".."` }
  if (text.includes('\0')) return { problem: `${JSON.stringify(text)} must not contain a NUL character` }
  return { path: names.join('/') }
}

function volumeOf(view: PodView, mount: DesiredMount): DesiredVolume {
  const volume = view.pod.volumes.find((one) => one.name === mount.volume)
  invariant(volume !== undefined, `mount ${mount.volume} of ${view.pod.key} names one of its volumes`)
  return volume
}
