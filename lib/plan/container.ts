/** The next step of one init or regular container whose turn it is. */

import {
  canUpdateInPlace,
  linuxResources,
  sameResources,
  type ContainerKind,
  type DesiredContainer,
  type ObservedContainer,
} from '../pod/index.js'
import type { Reason } from './action.js'
import { attempt } from './attempt.js'
import { crashDelayMs, crashesAfter } from './back-off.js'
import { planEnvironment } from './env-sources.js'
import { mayTryImage, planImage } from './images.js'
import { planDiscard, planKill } from './kill.js'
import { merge, nothing, waitFor, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { initRestarts, restarts, wasStopped } from './restart-policy.js'
import { containerSpec, type Instance } from './specs.js'
import { planStart } from './start.js'
import { terminationMessagePathOf } from './termination-message.js'

export interface Place {
  readonly kind: ContainerKind
  /** Where it belongs; null for a pod that has none. */
  readonly sandbox: ObservedContainer | null
  readonly volumesReady: boolean
}

export function planContainer(view: PodView, container: DesiredContainer, place: Place, context: PlanContext): Plan {
  const instances = view.instances(container)
  const latest = instances[0]
  if (latest === undefined) {
    return planCreate(view, container, { place, instance: { attempt: 0, crashes: 0 }, reason: 'Missing' }, context)
  }
  const rival = instances.find((one) => one !== latest && one.state === 'running')
  if (rival !== undefined) return planKill(rival, { graceMs: view.pod.graceMs, reason: 'Superseded' }, context)
  const isSameSpec = view.isFit(container, latest)
  const isInPlace = latest.sandboxId === (place.sandbox?.id ?? null)
  switch (latest.state) {
    case 'running':
      return planRunning(view, container, { latest, fits: isSameSpec && isInPlace }, context)
    case 'created':
      return isSameSpec && isInPlace
        ? planStartIn(place.sandbox, latest, context)
        : planDiscard(latest, 'Superseded', context)
    case 'exited':
      break
  }
  const attemptNumber = latest.attempt + 1
  if (!isSameSpec) {
    const instance = { attempt: attemptNumber, crashes: 0 }
    return planCreate(view, container, { place, instance, reason: 'Edited' }, context)
  }
  if (place.kind === 'init' && !isInPlace) {
    const instance = { attempt: attemptNumber, crashes: latest.crashes }
    return planCreate(view, container, { place, instance, reason: 'SandboxDied' }, context)
  }
  const again = place.kind === 'init' ? initRestarts : restarts
  if (!again(view.pod.restartPolicy, latest)) return nothing
  if (!isInPlace) {
    const instance = { attempt: attemptNumber, crashes: latest.crashes }
    return planCreate(view, container, { place, instance, reason: 'SandboxDied' }, context)
  }
  const instance = { attempt: attemptNumber, crashes: crashesAfter(latest) }
  const restart = planCreate(view, container, { place, instance, reason: 'Died' }, context)
  return afterBackOff(latest, restart, context)
}

/** Runs well, or is updated where it runs, or makes way for its new spec once that can be made. */
function planRunning(
  view: PodView,
  container: DesiredContainer,
  { latest, fits }: { latest: ObservedContainer; fits: boolean },
  context: PlanContext,
): Plan {
  if (wasStopped(latest)) return planKill(latest, { graceMs: view.pod.graceMs, reason: 'Edited' }, context)
  const resources = linuxResources(container.resources)
  if (fits && (view.isRemembered || sameResources(latest.resources, resources))) return nothing
  if (fits && canUpdateInPlace(latest.resources, resources)) {
    return attempt(
      { kind: 'UpdateResources', id: latest.id, container: latest.name, resources, reason: 'Edited' },
      latest.name,
      context,
    )
  }
  if (fits && view.pod.restartPolicy === 'Never') {
    const message = 'the memory limit cannot be lifted while the container runs, and restartPolicy is Never'
    return waitFor({ reason: 'ResizePodInPlaceError', container: latest.name, message, untilTickMs: null })
  }
  const image = planImage(view, container, context)
  if (!image.ready) return image.plan
  return planKill(latest, { graceMs: view.pod.graceMs, reason: 'Edited' }, context)
}

function planStartIn(sandbox: ObservedContainer | null, latest: ObservedContainer, context: PlanContext): Plan {
  if (sandbox === null || sandbox.state === 'running') return planStart(latest, context)
  return waitFor({ reason: 'ContainerCreating', container: latest.name, message: '', untilTickMs: null })
}

function planCreate(
  view: PodView,
  container: DesiredContainer,
  { place, instance, reason }: { place: Place; instance: Instance; reason: Reason },
  context: PlanContext,
): Plan {
  const image = planImage(view, container, context)
  const isImageThere = image.ready || mayTryImage(view, container, context)
  if (!isImageThere || !place.volumesReady) {
    const creating = waitFor({ reason: 'ContainerCreating', container: container.name, message: '', untilTickMs: null })
    return merge(image.plan, creating)
  }
  const { environment, plan } = planEnvironment(view, container, place.sandbox, context)
  if (environment === null) return plan
  const parts = { kind: place.kind, sandbox: place.sandbox, instance, environment }
  const spec = containerSpec(view, container, parts, context)
  const terminationMessagePath = terminationMessagePathOf(container)
  return attempt({ kind: 'CreateContainer', spec, terminationMessagePath, reason }, container.name, context)
}

function afterBackOff(dead: ObservedContainer, restart: Plan, context: PlanContext): Plan {
  const delayMs = crashDelayMs(dead)
  const untilTickMs = (dead.finishedTickMs ?? context.nowTickMs) + delayMs
  if (delayMs === 0 || untilTickMs <= context.nowTickMs) return restart
  const why = dead.error === '' ? '' : `: ${dead.error}`
  const message = `back-off ${delayMs / 1000} s restarting failed container${why}`
  return waitFor({ reason: 'CrashLoopBackOff', container: dead.name, message, untilTickMs })
}
