/**
 * Decides what a pod needs next: from values, in values. Policy lives here and nowhere else.
 *
 * P1  Nothing of a container is created while another instance of it lives.
 * P2  A container starts only in a running sandbox, a regular one only after every init container succeeded.
 * P3  SIGKILL comes only after the grace period, counted from the stop signal.
 * P4  A pod held without a known spec is not touched at all.
 * P5  A running sandbox is removed only when none of the pod's containers runs.
 * P6  A pod whose removal has begun is removed to the end before a new one of its name is made.
 * P7  A pod that is as it should be plans nothing.
 */

import {
  unreachable,
  type DesiredContainer,
  type DesiredPod,
  type ObservedContainer,
  type PodKey,
  type PodRecord,
} from '../pod/index.js'
import { planClaims } from './claims.js'
import { planContainer, type Place } from './container.js'
import { isExhausted, planExhausted, planExpiry } from './end.js'
import { deadlineTickMs, isOverdue, planOverdue } from './deadline.js'
import { planHostPorts } from './host-ports.js'
import { planEnd, planRemove } from './kill.js'
import { planEvicted } from './eviction.js'
import { planImages } from './images.js'
import { arrivals, planHandover, planLeftovers } from './leftovers.js'
import { isCreating } from './making.js'
import { planMeasuring } from './measuring.js'
import { planNeeds, planNeedsOfPod } from './needs.js'
import {
  isNothing,
  merge,
  nothing,
  waitFor,
  waitForAnother,
  type Desire,
  type ObservedPod,
  type Plan,
  type PlanContext,
} from './plan.js'
import { viewPod, type PodView } from './pod-view.js'
import { isDone, progressOf, sidecarsDue } from './progress.js'
import { planNames } from './names.js'
import { isInPodCgroup, planPodCgroup } from './pod-cgroup.js'
import { planFirstRecord, planRecord } from './record.js'
import { planRemoval, planStop, planStrangers } from './removal.js'
import { planStartOver } from './start-over.js'
import { planNewSandbox, planSandboxStart, usableSandbox } from './sandbox.js'
import { planRuntimeClass } from './runtime-class.js'
import { planTerminationMessages } from './termination-message.js'
import { planRewrites, planVolumes } from './volumes.js'

export function planPod(desire: Desire, observed: ObservedPod, context: PlanContext): Plan {
  switch (desire.kind) {
    case 'remove':
      return planRemoval(observed, desire.pod, context)
    case 'stop':
      return planStop(observed, desire.pod, context)
    case 'hold': {
      const held = waitFor({ reason: 'Held', container: null, message: desire.why, untilTickMs: null })
      return desire.pod === null ? held : merge(held, planHere(desire.pod, observed, context, desire))
    }
    case 'run': {
      const { pod, later } = desire
      const pending =
        later === undefined
          ? nothing
          : waitFor({ reason: 'RolloutPending', container: null, message: later.why, untilTickMs: null })
      return merge(planHere(pod, observed, context, later && { ...later, isItsTurn: false }), pending)
    }
    default:
      return unreachable(desire)
  }
}

/** Whoever holds it: a file that breaks makes no pod one for this node. */
function planHere(...[pod, observed, context, spec]: Parameters<typeof planRun>): Plan {
  const elsewhere = planElsewhere(pod, observed, context)
  if (!isNothing(elsewhere) && !isBegun(observed, context)) return elsewhere
  return merge(planRun(pod, observed, context, spec), elsewhere)
}

function planElsewhere({ elsewhere }: DesiredPod, observed: ObservedPod, context: PlanContext): Plan {
  if (elsewhere === null) return nothing
  const message = isBegun(observed, context)
    ? `${elsewhere}; what was begun here stays until its manifest goes`
    : elsewhere
  return waitFor({ reason: 'NodeAffinity', container: null, message, untilTickMs: null })
}

/** Where a pod runs is decided once, before anything is made of it: "IgnoredDuringExecution". */
function isBegun({ containers }: ObservedPod, { record, inFlight, doomedUids }: PlanContext): boolean {
  // One that was written down while it waited (record.ts) was not begun by that.
  const wasMade = record !== null && (record.seenAtMs === undefined || hasBegun(record))
  return containers.length > 0 || wasMade || doomedUids.size > 0 || isCreating(inFlight, null)
}

function hasBegun({ startedAtMs, ended, evicted }: PodRecord): boolean {
  return startedAtMs !== undefined || ended.length > 0 || evicted !== undefined
}

function planRun(
  pod: DesiredPod,
  observed: ObservedPod,
  context: PlanContext,
  spec: { readonly isRemembered: boolean; readonly isItsTurn?: boolean } = { isRemembered: false },
): Plan {
  if (context.uidHolder !== null) return planUidInUse(context.uidHolder, context)
  const view = viewPod(pod, observed, context, spec)
  if (view.strangers.length > 0 || context.doomedUids.size > 0) return planEarlierPod(view, context)
  if (view.eviction !== null) return planEvicted(view, view.eviction, context)
  if (isWaitingForOthers(view, context)) return planWaiting(view, context)
  const cgroup = planPodCgroup(view, context)
  if (!cgroup.ready && !isInPodCgroup(view))
    return merge(planFirstRecord(view, isBusy(cgroup.plan), context), cgroup.plan, planUpcomingImages(view, context))
  const urgent = planInTime(view, context)
  const isQuiet = urgent.actions.length === 0 && !urgent.waits.some((wait) => wait.reason === 'InFlight')
  const record = planRecord(view, isBusy(urgent), context)
  const messages = planTerminationMessages(view, context)
  const leftovers = isQuiet ? merge(planLeftovers(view, context), planExpiry(view, context)) : nothing
  return merge(record, cgroup.plan, urgent, messages, leftovers, planMeasuring(view, context))
}

function planInTime(view: PodView, context: PlanContext): Plan {
  if (isExhausted(view)) return planExhausted(view, context)
  if (isOverdue(view)) return planOverdue(view, context)
  const untilTickMs = deadlineTickMs(view)
  const urgent = planUrgent(view, context)
  if (untilTickMs === null || untilTickMs <= context.nowTickMs) return urgent
  return merge(urgent, waitFor({ reason: 'ActiveDeadline', container: null, message: '', untilTickMs }))
}

/** Only a pod that is not up waits for others; what runs, or has run where it stands, is not touched for them. */
function isWaitingForOthers(view: PodView, context: PlanContext): boolean {
  if (context.unreadyDependencies.length === 0) return false
  const sandbox = view.hasSandbox ? usableSandbox(view) : null
  return !view.members.some(
    (one) => one.state === 'running' || (one.startedAtMs !== null && !one.diedWithEngine && view.isHere(one, sandbox)),
  )
}

/** Its images are fetched meanwhile. */
function planWaiting(view: PodView, context: PlanContext): Plan {
  const message = `waits until ready: ${context.unreadyDependencies.join(', ')}`
  const waiting = waitForAnother('DependenciesNotReady', message, context)
  return merge(planFirstRecord(view, false, context), waiting, planUpcomingImages(view, context))
}

/** What it needs beside what another has: asked for meanwhile, and told, lest somebody makes way in vain (line.ts). */
function planUpcoming(view: PodView, context: PlanContext): Plan {
  return planNeeds(view, [...view.pod.initContainers, ...view.pod.containers], context).plan
}

function planUpcomingImages(view: PodView, context: PlanContext): Plan {
  return planImages(view, [...view.pod.initContainers, ...view.pod.containers], context).plan
}

/** With what is over in a moment; a pull may take minutes. */
function isBusy(urgent: Plan): boolean {
  const underWay = urgent.waits.filter((wait) => wait.reason === 'InFlight').map((wait) => wait.message)
  return [...urgent.actions.map((action) => action.kind), ...underWay].some((kind) => kind !== 'PullImage')
}

/** Two pods under one uid would share their files, and the end of one would be the end of the other's. */
function planUidInUse(holder: PodKey, context: PlanContext): Plan {
  const message = `metadata.uid is that of pod ${holder}: leave it out, or set another`
  return waitForAnother('UidInUse', message, context)
}

/** It goes before anything of this one is made; unless its removal has begun, not before the images of this one are there, and its ports free. */
function planEarlierPod(view: PodView, context: PlanContext): Plan {
  if (context.doomedUids.size === 0 && view.strangers.some((one) => one.state === 'running')) {
    const needs = planNeeds(view, [...view.pod.initContainers, ...view.pod.containers], context)
    const ports = planHostPorts(view, context)
    if (!needs.ready || !isNothing(ports)) return merge(needs.plan, ports)
  }
  return planStrangers(view.strangers, context)
}

function planUrgent(view: PodView, context: PlanContext): Plan {
  const ports = planHostPorts(view, context)
  if (!isNothing(ports)) return merge(ports, planUpcoming(view, context))
  if (!view.hasSandbox) return planWithoutSandbox(view, context)
  const sandbox = usableSandbox(view)
  if (progressOf(view, sandbox).finished) return planFinished(view, context)
  const claims = planClaims(view, context)
  if (!isNothing(claims)) return merge(claims, planUpcoming(view, context))
  if (sandbox === null) return planNewSandbox(view, context)
  const names = planNames(view, sandbox, context)
  return merge(
    planSandboxStart(sandbox, context),
    names.plan,
    planMembers(view, { sandbox, namesReady: names.ready }, context),
  )
}

/** Nothing will run again: the sandbox, its address and its ports are given back. The dead stay to tell how it ended. */
function planFinished(view: PodView, context: PlanContext): Plan {
  const ending = planEnd(view.members, { pod: view.pod, reason: 'PodFinished' }, context)
  if (!isNothing(ending)) return ending
  return merge(...view.sandboxes.map((sandbox) => planRemove(sandbox, 'PodFinished', context)))
}

/** A sandbox left from an earlier spec of the pod goes first, with what is joined to it. */
function planWithoutSandbox(view: PodView, context: PlanContext): Plan {
  if (view.sandboxes.length === 0) {
    const runtime = planRuntimeClass(view, context)
    if (!isNothing(runtime) && view.members.length === 0) return merge(runtime, planUpcomingImages(view, context))
    const alone = view.members.filter((one) => one.state === 'running' && one.sandboxId === null)
    const names = alone.map((one) => planNames(view, one, context).plan)
    return merge(planMembers(view, { sandbox: null, namesReady: true }, context), ...names)
  }
  const joined = view.members.filter((one) => one.sandboxId !== null)
  const upcoming = view.pod.containers.filter((one) => !isDone(view, one))
  const needs = planNeedsOfPod(view, upcoming, context)
  if (joined.some((one) => one.state === 'running') && !needs.ready) return needs.plan
  const ending = planEnd(joined, { pod: view.pod, reason: 'SandboxEdited' }, context)
  if (!isNothing(ending)) return ending
  return merge(...view.sandboxes.map((sandbox) => planRemove(sandbox, 'SandboxEdited', context)))
}

function planMembers(
  view: PodView,
  { sandbox, namesReady }: Pick<Place, 'sandbox' | 'namesReady'>,
  context: PlanContext,
): Plan {
  const { pod } = view
  const progress = progressOf(view, sandbox)
  const over = planStartOver(view, context)
  if (!isNothing(over)) return over
  const sidecars = sidecarsDue(view, progress)
  const isComplete = [...sidecars, ...pod.containers].every((one) => isDoneOrRunning(view, one, sandbox))
  const volumes = isComplete ? planRewrites(view, context) : planVolumes(view, context)
  const place = { sandbox, namesReady, volumesReady: volumes.ready, volumesStand: volumes.stand }
  const kept = merge(...sidecars.map((one) => planContainer(view, one, { ...place, kind: 'init' }, context)))
  if (progress.nextInit !== null) {
    const upcoming = planImages(
      view,
      pod.containers.filter((one) => !isDone(view, one)),
      context,
    )
    const waits = pod.containers.map(
      (one) => ({ reason: 'PodInitializing', container: one.name, message: '', untilTickMs: null }) as const,
    )
    const init = planContainer(view, progress.nextInit, { ...place, kind: 'init' }, context)
    return merge(volumes.plan, kept, init, upcoming.plan, { actions: [], waits })
  }
  const handover = planHandover(view, context)
  const waiting = isNothing(handover) ? [] : arrivals(view)
  const plans = pod.containers
    .filter((one) => !waiting.includes(one))
    .map((one) => planContainer(view, one, { ...place, kind: 'container' }, context))
  return merge(volumes.plan, kept, handover, ...plans)
}

function isDoneOrRunning(view: PodView, container: DesiredContainer, sandbox: ObservedContainer | null): boolean {
  const latest = view.instances(container)[0]
  return isDone(view, container) || (latest?.state === 'running' && view.isHere(latest, sandbox))
}
