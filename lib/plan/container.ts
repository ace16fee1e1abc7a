/** The next step of one init or regular container whose turn it is. */

import {
  canUpdateInPlace,
  isSidecar,
  containerResources,
  goDuration,
  sameResources,
  wantsRestart,
  type ContainerKind,
  type DesiredContainer,
  type ObservedContainer,
} from '../pod/index.js'
import type { Reason } from './action.js'
import { attempt } from './attempt.js'
import { crashDelayMs, crashesAfter } from './back-off.js'
import { failuresBefore } from './end.js'
import { planEnvironment } from './env-sources.js'
import { mayTryImage, planImage } from './images.js'
import { planDiscard, planKill } from './kill.js'
import { isCreatingContainer } from './making.js'
import { mountsOf } from './mounts.js'
import { planConfigurations, planNeeds } from './needs.js'
import { merge, nothing, waitFor, type Plan, type PlanContext, type Wait } from './plan.js'
import type { PodView } from './pod-view.js'
import { planPostStart } from './post-start.js'
import { isLasting, policyOf, restarts, restartsAll, wasStopped } from './restart-policy.js'
import { planSecurity } from './security.js'
import { mountedDigest, planSignal } from './signals.js'
import { containerSpec, type Instance } from './specs.js'
import { planStart } from './start.js'
import { terminationMessagePathOf } from './termination-message.js'

export interface Place {
  readonly kind: ContainerKind
  /** Where it belongs; null for a pod that has none. */
  readonly sandbox: ObservedContainer | null
  readonly volumesReady: boolean
  /** Ready, or what could not be written again is as it was: a restart goes on with that. */
  readonly volumesStand: boolean
  /** Its hosts file says what it has to. */
  readonly namesReady: boolean
}

export function planContainer(view: PodView, container: DesiredContainer, place: Place, context: PlanContext): Plan {
  const instances = view.instances(container)
  const latest = instances[0]
  if (latest === undefined) {
    return planCreate(view, container, { place, instance: { attempt: 0, crashes: 0 }, reason: 'Missing' }, context)
  }
  const rival = instances.find((one) => one !== latest && one.state === 'running')
  if (rival !== undefined) return planKill(rival, { pod: view.pod, reason: 'Superseded' }, context)
  const isSameSpec = view.isFit(container, latest)
  const isInPlace = view.isHere(latest, place.sandbox)
  switch (latest.state) {
    case 'running':
      return planRunning(view, container, { latest, fits: isSameSpec && isInPlace, place }, context)
    case 'created':
      return isSameSpec &&
        isInPlace &&
        !isToFollow(view, container, latest, place) &&
        !hasLostGround(container, latest, context)
        ? planStartIn(place, latest, mountedDigest(view, container, context), context)
        : planDiscard(latest, 'Superseded', context)
    case 'exited':
      return planEnded(view, container, { latest, isSameSpec, place }, context)
  }
}

function planEnded(
  view: PodView,
  container: DesiredContainer,
  { latest, isSameSpec, place }: { latest: ObservedContainer; isSameSpec: boolean; place: Place },
  context: PlanContext,
): Plan {
  const failuresFor = (reason: Reason): Pick<Instance, 'failures'> => {
    const failures = reason === 'Edited' ? 0 : failuresBefore(view, container)
    return failures === 0 ? {} : { failures }
  }
  const next = (crashes: number, reason: Reason): Plan =>
    planCreate(
      view,
      container,
      { place, instance: { attempt: latest.attempt + 1, crashes, ...failuresFor(reason) }, reason },
      context,
    )
  if (!isSameSpec) return next(0, 'Edited')
  const isInPlace = view.isHere(latest, place.sandbox)
  const runsOnceInEach = place.kind === 'init' && !isSidecar(view.pod, container)
  if (view.isVoid(latest)) {
    const crashes = restartsAll(container, latest) ? crashesAfter(latest) : latest.crashes
    return next(crashes, 'RestartAllContainers')
  }
  if (!isInPlace && runsOnceInEach) return next(latest.crashes, 'SandboxDied')
  if (!restarts(view.pod, container, latest)) return nothing
  if (!isInPlace) return next(latest.crashes, 'SandboxDied')
  if (isToFollow(view, container, latest, place)) return next(0, 'ConfigChanged')
  return afterBackOff(view, latest, next(crashesAfter(latest), 'Died'), context)
}

/** Runs well, or is updated where it runs, or makes way for its new spec once that can be made. */
function planRunning(
  view: PodView,
  container: DesiredContainer,
  { latest, fits, place }: { latest: ObservedContainer; fits: boolean; place: Place },
  context: PlanContext,
): Plan {
  const unwell = planUnwell(view, container, latest, context)
  if (unwell !== null) return unwell
  if (wasStopped(latest)) return planKill(latest, { pod: view.pod, reason: 'Edited' }, context)
  const hook = merge(planPostStart(container, latest, context), planSignal(view, container, latest, context))
  if (fits && isLasting(view.pod, container) && isToFollow(view, container, latest, place))
    return merge(hook, planOutdated(view, container, { latest, place }, context))
  const resources = containerResources(view.pod, container, context.podPidsLimit)
  if (fits && (view.isRemembered || sameResources(latest.resources, resources))) return hook
  const isInPlace =
    canUpdateInPlace(latest.resources, resources) && !wantsRestart(container, latest.resources, resources)
  if (fits && isInPlace) {
    return merge(
      hook,
      attempt(
        { kind: 'UpdateResources', id: latest.id, container: latest.name, resources, reason: 'Edited' },
        latest.name,
        context,
      ),
    )
  }
  if (fits && policyOf(view.pod, container) === 'Never') {
    const message = 'the memory limit cannot be lifted while the container runs, and restartPolicy is Never'
    return merge(hook, waitFor({ reason: 'ResizePodInPlaceError', container: latest.name, message, untilTickMs: null }))
  }
  const needs = planNeeds(view, [container], context)
  if (!needs.ready) return merge(hook, needs.plan)
  if (view.isHere(latest, place.sandbox)) {
    // Where the sandbox stays its files do, and what they say now is what the successor will read.
    const { environment, plan } = planEnvironment(view, container, place.sandbox, context)
    if (environment === null) return merge(hook, plan)
    if (!place.volumesReady) return hook
  }
  return planKill(latest, { pod: view.pod, reason: 'Edited' }, context)
}

/** It makes way once its successor can be made. */
function planOutdated(
  view: PodView,
  container: DesiredContainer,
  { latest, place }: { latest: ObservedContainer; place: Place },
  context: PlanContext,
): Plan {
  const image = planImage(view, container, context)
  if (!image.ready) return image.plan
  const { environment, plan } = planEnvironment(view, container, place.sandbox, context)
  if (environment === null) return plan
  const configuration = planConfigurations(view, [container], context)
  if (!configuration.ready) return configuration.plan
  return planKill(latest, { pod: view.pod, reason: 'ConfigChanged' }, context)
}

/** What it was made from says something else now. What follows its volumes would be outdated again as long as they cannot be written. */
function isToFollow(
  view: PodView,
  container: DesiredContainer,
  latest: ObservedContainer,
  { volumesReady }: Place,
): boolean {
  return view.isOutdated(container, latest) && (volumesReady || view.pod.onConfigChange.kind !== 'restart')
}

/** A probe or its postStart hook says that it has to go; null: neither does. */
function planUnwell(
  view: PodView,
  container: DesiredContainer,
  latest: ObservedContainer,
  context: PlanContext,
): Plan | null {
  const verdicts = context.verdicts.get(latest.id)
  const failed =
    verdicts?.startup === 'failure'
      ? container.startupProbe
      : verdicts?.liveness === 'failure'
        ? container.livenessProbe
        : null
  if (failed !== null) {
    const graceMs = failed.graceMs ?? undefined
    return planKill(latest, { pod: view.pod, graceMs, reason: 'Unhealthy', asCrash: true }, context)
  }
  if ((latest.postStart?.failure ?? null) === null) return null
  return planKill(latest, { pod: view.pod, reason: 'HookFailed', asCrash: true }, context)
}

/** An earlier podkeep made it, perhaps before the machine's last start: a part of a volume is mounted only when it is made. */
function hasLostGround(container: DesiredContainer, latest: ObservedContainer, { inFlight }: PlanContext): boolean {
  const { madeHere, podUid, name } = latest
  if (madeHere || isCreatingContainer(inFlight, podUid, name)) return false
  return container.mounts.some((mount) => mount.subPath !== undefined)
}

function planStartIn(
  { sandbox, volumesStand, namesReady }: Place,
  latest: ObservedContainer,
  told: string | null,
  context: PlanContext,
): Plan {
  const isReady = volumesStand && namesReady
  if (isReady && (sandbox === null || sandbox.state === 'running')) return planStart(latest, context, told)
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
  const isRestart = reason !== 'Missing' && reason !== 'Edited'
  if (!isImageThere || !(isRestart ? place.volumesStand : place.volumesReady)) {
    const creating = waitFor({ reason: 'ContainerCreating', container: container.name, message: '', untilTickMs: null })
    return merge(image.plan, creating)
  }
  const { environment, plan } = planEnvironment(view, container, place.sandbox, context)
  if (environment === null) return plan
  const { security, plan: verifying } = planSecurity(container, context)
  if (security === null) return verifying
  const mounts = mountsOf(view, container, environment, context)
  if ('problem' in mounts) {
    const wait = { reason: 'CreateContainerConfigError', container: container.name, untilTickMs: null } as const
    return waitFor({ ...wait, message: mounts.problem })
  }
  const { kind, sandbox } = place
  const parts = { kind, sandbox, instance, environment, security, mounts: mounts.whole }
  const spec = containerSpec(view, container, parts, context)
  const terminationMessagePath = terminationMessagePathOf(container)
  const creation = { kind: 'CreateContainer', spec, subPaths: mounts.parts, terminationMessagePath, reason } as const
  return attempt(creation, container.name, context)
}

function afterBackOff(view: PodView, dead: ObservedContainer, restart: Plan, context: PlanContext): Plan {
  const wait = backOffWait(view, dead, context)
  return wait === null ? restart : waitFor(wait)
}

/** How long a container that ended has to wait for its next run; null: no longer. An edit of the pod tries again at once. */
export function backOffWait(view: PodView, dead: ObservedContainer, context: PlanContext): Wait | null {
  const delayMs = crashDelayMs(dead, view.pod.backOff)
  const endedTickMs = dead.finishedTickMs ?? context.nowTickMs
  const untilTickMs = endedTickMs + delayMs
  if (delayMs === 0 || untilTickMs <= context.nowTickMs) return null
  if (context.editedTickMs !== null && context.editedTickMs >= endedTickMs) return null
  const hookFailure = dead.postStart?.failure ?? null
  // In the kubelet's words, which programs look for. Why it could not be started is how its last instance ended.
  const where = `container=${dead.name} pod=${view.pod.name}_${view.pod.namespace}(${dead.podUid})`
  const why = hookFailure === null ? '' : `: postStart hook: ${hookFailure}`
  const message = `back-off ${goDuration(delayMs)} restarting failed ${where}${why}`
  const reason = hookFailure === null ? 'CrashLoopBackOff' : 'PostStartHookError'
  return { reason, container: dead.name, message, untilTickMs }
}
