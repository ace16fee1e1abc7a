/**
 * What a container mounts, from volumes that are there. Source: kubelet makeMounts. Differs: a subPath that is missing in a volume
 * that nobody can write to is a fault, where the kubelet makes an empty folder of that name.
 */

import {
  invariant,
  isContentVolume,
  isReadOnlyVolume,
  type DesiredContainer,
  type DesiredMount,
  type DesiredVolume,
  type MountSpec,
  type SubPathMount,
} from '../pod/index.js'
import { volumeKey } from './action.js'
import { listed } from './config-values.js'
import { expandStrictly, type Environment } from './environment.js'
import type { PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { contentOf } from './volume-content.js'

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
    const readOnly = mount.readOnly || isWritten || ('readOnly' in source && source.readOnly)
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
    else {
      const part = { subPath: found.path, written: writtenPath(mount) }
      parts.push({ volume, volumePath, ...part, isMadeWhenMissing: !isWritten, index, ...how })
    }
  }
  return { whole, parts }
}

/** What is wrong with the paths in volumes that the container names, as far as the plan can tell; null: nothing. */
export function subPathProblem(
  view: PodView,
  container: DesiredContainer,
  environment: Environment,
  context: PlanContext,
): string | null {
  for (const mount of container.mounts) {
    const found = subPathOf(mount, environment)
    if ('problem' in found) return found.problem
    const lacking = lackingPath(view, mount, found.path, context)
    if (lacking !== null) return lacking
  }
  return null
}

/** Of a volume that podkeep writes; what is in any other is found out when it is mounted. */
function lackingPath(view: PodView, mount: DesiredMount, path: string, context: PlanContext): string | null {
  const volume = volumeOf(view, mount)
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  // What begins with two dots is of the layout, not of the content.
  if (!isContentVolume(volume) || names.length === 0 || names[0]?.startsWith('..') === true) return null
  const content = contentOf(view, volume, context)
  if ('problem' in content) return null
  const paths = content.files.map((file) => file.path)
  const wanted = names.join('/')
  if (paths.some((one) => one === wanted || one.startsWith(`${wanted}/`))) return null
  return `${writtenPath(mount)} of volume "${volume.name}": there is no such file; ${listed(paths)}`
}

/** Not what it becomes, for that may hold a Secret's value. */
function writtenPath({ subPath }: DesiredMount): string {
  return `${subPath?.isExpression === true ? 'subPathExpr' : 'subPath'} ${JSON.stringify(subPath?.path ?? '')}`
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
  const becomes = `${JSON.stringify(subPath.path)} becomes`
  if (text.startsWith('/')) return { problem: `${becomes} an absolute path; it must be a relative one` }
  const names = text.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) return { problem: `${becomes} a path with ".." in it, which leads out of the volume` }
  if (text.includes('\0')) return { problem: `${becomes} a path with a NUL character in it, which no path can have` }
  return { path: names.join('/') }
}

function volumeOf(view: PodView, mount: DesiredMount): DesiredVolume {
  const volume = view.pod.volumes.find((one) => one.name === mount.volume)
  invariant(volume !== undefined, `mount ${mount.volume} of ${view.pod.key} names one of its volumes`)
  return volume
}
