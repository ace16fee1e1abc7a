/**
 * How far a pod has come, read from its containers alone: which init containers are done, and whether the whole pod is.
 * Source: kubelet computeInitContainerActions and getPhase.
 */

import { isSidecar, type DesiredContainer, type ObservedContainer } from '../pod/index.js'
import type { PodView } from './pod-view.js'
import { hasSucceeded, restarts } from './restart-policy.js'

export interface Progress {
  /** Regular containers may be made: every init container succeeded in this sandbox and every sidecar is up, or a regular one has started in it. */
  readonly initialized: boolean
  /** The first init container that has not succeeded, or sidecar that is not up; null when initialized. */
  readonly nextInit: DesiredContainer | null
  /** An init container failed for good. */
  readonly initFailed: boolean
  /** Nothing of it will run again under this spec. */
  readonly finished: boolean
}

export function progressOf(view: PodView, sandbox: ObservedContainer | null): Progress {
  const { pod } = view
  const initFailed = pod.initContainers.some((container) => {
    const latest = sameSpec(view, container)
    return latest?.state === 'exited' && !hasSucceeded(latest) && !restarts(pod, container, latest)
  })
  const allDone = pod.containers.every((container) => isDone(view, container))
  const started = pod.containers.some((container) =>
    view.instances(container).some((one) => view.isHere(one, sandbox) && one.startedAtMs !== null),
  )
  const next = started ? undefined : nextInit(view, sandbox)
  return {
    initialized: next === undefined,
    nextInit: next ?? null,
    initFailed,
    finished: allDone || initFailed,
  }
}

/** Looked for from the last one back: an earlier one that someone removed meanwhile has succeeded and does not run again. */
function nextInit(view: PodView, sandbox: ObservedContainer | null): DesiredContainer | undefined {
  const inits = view.pod.initContainers
  const latest = inits.map((container) => sameSpec(view, container))
  const reached = latest.findLastIndex((one) => one !== undefined && view.isHere(one, sandbox))
  const [container, last] = [inits[reached], latest[reached]]
  if (container === undefined || last === undefined) return inits[0]
  const isOver = isSidecar(view.pod, container)
    ? view.isStarted(container, last)
    : last.state === 'exited' && hasSucceeded(last)
  return inits[isOver ? reached + 1 : reached]
}

/** The sidecars whose turn has come: they are kept running whatever else the pod does. */
export function sidecarsDue(view: PodView, progress: Progress): DesiredContainer[] {
  const { pod } = view
  const end = progress.nextInit === null ? pod.initContainers.length : pod.initContainers.indexOf(progress.nextInit)
  return pod.initContainers.slice(0, end).filter((container) => isSidecar(pod, container))
}

/** The newest instance, if it was made from the spec as it is now. */
export function sameSpec(view: PodView, container: DesiredContainer): ObservedContainer | undefined {
  const latest = view.instances(container)[0]
  return latest !== undefined && view.isFit(container, latest) ? latest : undefined
}

/** It ended and will not run again under this spec. */
export function isDone(view: PodView, container: DesiredContainer): boolean {
  const latest = sameSpec(view, container)
  return latest?.state === 'exited' && !view.isVoid(latest) && !restarts(view.pod, container, latest)
}
