/**
 * What a pod has gathered and no longer needs. Of each container the newest dead instance stays (its log, its exit code, the
 * back-off). Never in the way of anything else: only planned when nothing more urgent is.
 */

import type { DesiredContainer, ObservedContainer } from '../pod/index.js'
import { planOldVolumes } from './empty-dirs.js'
import { planImages } from './images.js'
import { planEnd, planKill, planRemove } from './kill.js'
import { planConfigurations } from './needs.js'
import { merge, nothing, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { planRemoveVolumes } from './removal.js'

export function planLeftovers(view: PodView, context: PlanContext): Plan {
  const wanted = wantedNames(view)
  const names = [...new Set(view.members.map((one) => one.name))]
  return merge(
    ...names.map((name) => {
      const instances = view.members.filter((one) => one.name === name)
      return wanted.has(name) ? planOldInstances(instances, context) : planUnwanted(view, instances, context)
    }),
    planOldVolumes(view, context),
    planRemoveVolumes(
      [...context.volumeUids].filter((uid) => uid !== view.uid),
      context,
    ),
    ...view.sandboxes
      .slice(1)
      .filter((sandbox) => !view.members.some((one) => one.state === 'running' && one.sandboxId === sandbox.id))
      .map((sandbox) => planRemove(sandbox, 'Superseded', context)),
  )
}

/** The regular containers of which nothing was made yet. */
export function arrivals(view: PodView): DesiredContainer[] {
  return view.pod.containers.filter((container) => view.instances(container).length === 0)
}

/**
 * A container that was renamed is one that leaves and one that arrives, and both may want the same port or file: what leaves
 * runs on until the images and the configuration of what arrives are there, and has ended before any of that is made. Source: the kubelet kills what
 * is not in the spec before it starts anything.
 */
export function planHandover(view: PodView, context: PlanContext): Plan {
  const wanted = wantedNames(view)
  const leaving = view.members.filter((one) => one.state === 'running' && !wanted.has(one.name))
  const arriving = arrivals(view)
  if (leaving.length === 0 || arriving.length === 0) return nothing
  const images = planImages(view, arriving, context)
  if (!images.ready) return images.plan
  const configurations = planConfigurations(view, arriving, context)
  if (!configurations.ready) return configurations.plan
  return planEnd(leaving, { pod: view.pod, reason: 'NotInManifest' }, context)
}

function wantedNames(view: PodView): Set<string> {
  const living = view.isRemembered ? view.members.filter((one) => one.state === 'running') : []
  return new Set([...view.pod.initContainers, ...view.pod.containers, ...living].map((one) => one.name))
}

function planOldInstances(instances: readonly ObservedContainer[], context: PlanContext): Plan {
  const [newest, ...older] = instances
  const keptDead = newest?.state === 'exited' ? newest : older.find((one) => one.state === 'exited')
  return merge(
    ...older
      .filter((one) => one !== keptDead && one.state !== 'running')
      .map((one) => planRemove(one, 'Superseded', context)),
  )
}

/** Its container is no longer in the manifest. What still runs while others arrive is planHandover's. */
function planUnwanted(view: PodView, instances: readonly ObservedContainer[], context: PlanContext): Plan {
  const isHandover = arrivals(view).length > 0
  return merge(
    ...instances.map((one) =>
      one.state !== 'running'
        ? planRemove(one, 'NotInManifest', context)
        : isHandover
          ? nothing
          : planKill(one, { pod: view.pod, reason: 'NotInManifest' }, context),
    ),
  )
}
