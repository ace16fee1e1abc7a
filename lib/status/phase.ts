/** The pod in one word. Source: kubelet getPhase. */

import {
  hasSucceeded,
  isDone,
  isExhausted,
  isOverdue,
  progressOf,
  sameSpec,
  usableSandbox,
  type PodView,
} from '../plan/index.js'
import { isSidecar, type DesiredContainer, type ObservedContainer, type PodPhase } from '../pod/index.js'

export function podPhase(view: PodView): PodPhase {
  if (view.eviction !== null) return 'Failed'
  const progress = progressOf(view, usableSandbox(view))
  if (progress.initFailed || isOverdue(view) || isExhausted(view)) return 'Failed'
  const newest = view.pod.containers.map((container) => view.instances(container)[0])
  if (progress.finished) {
    if (view.pod.initContainers.some((one) => isSidecar(view.pod, one) && isRunning(view.instances(one)[0])))
      return 'Running'
    return newest.every((instance) => instance !== undefined && hasSucceeded(instance)) ? 'Succeeded' : 'Failed'
  }
  if (!progress.initialized && !newest.some(isRunning)) return 'Pending'
  const hasRun = (container: DesiredContainer): boolean =>
    view.instances(container).some((instance) => instance.startedAtMs !== null)
  if (!view.pod.containers.every(hasRun)) return 'Pending'
  return newest.some(isRunning) || view.pod.containers.some((container) => willRunAgain(view, container))
    ? 'Running'
    : 'Pending'
}

function isRunning(instance: ObservedContainer | undefined): boolean {
  return instance?.state === 'running'
}

function willRunAgain(view: PodView, container: DesiredContainer): boolean {
  return sameSpec(view, container) !== undefined && !isDone(view, container)
}
