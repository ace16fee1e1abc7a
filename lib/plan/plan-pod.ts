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

import { unreachable, type DesiredPod, type ObservedContainer, type PodKey } from '../pod/index.js'
import { planContainer } from './container.js'
import { planEnd, planRemove } from './kill.js'
import { planImages } from './images.js'
import { arrivals, planHandover, planLeftovers } from './leftovers.js'
import {
  isNothing,
  merge,
  nothing,
  waitFor,
  type Desire,
  type ObservedPod,
  type Plan,
  type PlanContext,
} from './plan.js'
import { viewPod, type PodView } from './pod-view.js'
import { isDone, progressOf } from './progress.js'
import { planRecord } from './record.js'
import { planRemoval, planStop, planStrangers } from './removal.js'
import { planNewSandbox, planSandboxStart, usableSandbox } from './sandbox.js'
import { planTerminationMessages } from './termination-message.js'
import { planVolumes } from './volumes.js'

/** Nothing tells when another pod gives up its uid. */
const lookAgainMs = 1000

export function planPod(desire: Desire, observed: ObservedPod, context: PlanContext): Plan {
  switch (desire.kind) {
    case 'remove':
      return planRemoval(observed, desire.graceMs, context)
    case 'stop':
      return planStop(observed, desire.pod, context)
    case 'hold': {
      const held = waitFor({ reason: 'Held', container: null, message: desire.why, untilTickMs: null })
      return desire.pod === null ? held : merge(held, planRun(desire.pod, observed, context, desire))
    }
    case 'run':
      return planRun(desire.pod, observed, context)
    default:
      return unreachable(desire)
  }
}

function planRun(
  pod: DesiredPod,
  observed: ObservedPod,
  context: PlanContext,
  spec: { readonly isRemembered: boolean } = { isRemembered: false },
): Plan {
  if (context.uidHolder !== null) return planUidInUse(context.uidHolder, context)
  const view = viewPod(pod, observed, context, spec)
  if (view.strangers.length > 0 || context.doomedUids.size > 0) return planEarlierPod(view, context)
  const urgent = planUrgent(view, context)
  const isQuiet = urgent.actions.length === 0 && !urgent.waits.some((wait) => wait.reason === 'InFlight')
  const record = planRecord(view, isBusy(urgent), context)
  const messages = planTerminationMessages(view, context)
  return merge(record, urgent, messages, isQuiet ? planLeftovers(view, context) : nothing)
}

/** With what is over in a moment; a pull may take minutes. */
function isBusy(urgent: Plan): boolean {
  const underWay = urgent.waits.filter((wait) => wait.reason === 'InFlight').map((wait) => wait.message)
  return [...urgent.actions.map((action) => action.kind), ...underWay].some((kind) => kind !== 'PullImage')
}

/** Two pods under one uid would share their files, and the end of one would be the end of the other's. */
function planUidInUse(holder: PodKey, context: PlanContext): Plan {
  const message = `metadata.uid is that of pod ${holder}: leave it out, or set another`
  const untilTickMs = context.nowTickMs + lookAgainMs
  return waitFor({ reason: 'UidInUse', container: null, message, untilTickMs })
}

/** It goes before anything of this one is made; unless its removal has begun, not before the images of this one are there. */
function planEarlierPod(view: PodView, context: PlanContext): Plan {
  if (context.doomedUids.size === 0 && view.strangers.some((one) => one.state === 'running')) {
    const images = planImages(view, [...view.pod.initContainers, ...view.pod.containers], context)
    if (!images.ready) return images.plan
  }
  return planStrangers(view.strangers, null, context)
}

function planUrgent(view: PodView, context: PlanContext): Plan {
  if (!view.hasSandbox) return planWithoutSandbox(view, context)
  const sandbox = usableSandbox(view)
  if (progressOf(view, sandbox).finished) return planFinished(view, context)
  if (sandbox === null) return planNewSandbox(view, context)
  return merge(planSandboxStart(sandbox, context), planMembers(view, sandbox, context))
}

/** Nothing will run again: the sandbox, its address and its ports are given back. The dead stay to tell how it ended. */
function planFinished(view: PodView, context: PlanContext): Plan {
  const ending = planEnd(view.members, { graceMs: view.pod.graceMs, reason: 'PodFinished' }, context)
  if (!isNothing(ending)) return ending
  return merge(...view.sandboxes.map((sandbox) => planRemove(sandbox, 'PodFinished', context)))
}

/** A sandbox left from an earlier spec of the pod goes first, with what is joined to it. */
function planWithoutSandbox(view: PodView, context: PlanContext): Plan {
  if (view.sandboxes.length === 0) return planMembers(view, null, context)
  const joined = view.members.filter((one) => one.sandboxId !== null)
  const upcoming = view.pod.containers.filter((one) => !isDone(view, one))
  const images = planImages(view, upcoming, context)
  if (joined.some((one) => one.state === 'running') && !images.ready) return images.plan
  const ending = planEnd(joined, { graceMs: view.pod.graceMs, reason: 'SandboxEdited' }, context)
  if (!isNothing(ending)) return ending
  return merge(...view.sandboxes.map((sandbox) => planRemove(sandbox, 'SandboxEdited', context)))
}

function planMembers(view: PodView, sandbox: ObservedContainer | null, context: PlanContext): Plan {
  const { pod } = view
  const progress = progressOf(view, sandbox)
  const isComplete = pod.containers.every((container) => isDoneOrRunning(view, container.name, sandbox))
  const volumes = isComplete ? { ready: true, plan: nothing } : planVolumes(view, context)
  const place = { sandbox, volumesReady: volumes.ready }
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
    return merge(volumes.plan, init, upcoming.plan, { actions: [], waits })
  }
  const handover = planHandover(view, context)
  const waiting = isNothing(handover) ? [] : arrivals(view)
  const plans = pod.containers
    .filter((one) => !waiting.includes(one))
    .map((one) => planContainer(view, one, { ...place, kind: 'container' }, context))
  return merge(volumes.plan, handover, ...plans)
}

function isDoneOrRunning(view: PodView, name: string, sandbox: ObservedContainer | null): boolean {
  const container = view.pod.containers.find((one) => one.name === name)
  if (container === undefined) return true
  const latest = view.instances(container)[0]
  return isDone(view, container) || (latest?.state === 'running' && latest.sandboxId === (sandbox?.id ?? null))
}
