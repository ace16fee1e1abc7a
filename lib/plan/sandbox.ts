/**
 * The pod's sandbox: made first, made anew when it died or when an edit changes what it carries. Before an edit stops anything,
 * every image the new pod needs is there.
 */

import type { ObservedContainer } from '../pod/index.js'
import type { Reason } from './action.js'
import { attempt } from './attempt.js'
import { crashesAfter, sandboxDelayMs } from './back-off.js'
import { planEnd, planRemove } from './kill.js'
import { planNeeds, planNeedsOfPod } from './needs.js'
import { isNothing, merge, nothing, waitFor, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { planVolumes } from './volumes.js'
import { isDone } from './progress.js'
import { planRuntimeClass } from './runtime-class.js'
import { sandboxSpec } from './specs.js'
import { planStart } from './start.js'

/** The sandbox the pod's containers belong into; null when it has to be made, or made anew. */
export function usableSandbox(view: PodView): ObservedContainer | null {
  const newest = view.sandboxes[0]
  if (newest === undefined || newest.state === 'exited' || !view.isSandboxFit(newest)) return null
  return newest
}

export function planSandboxStart(sandbox: ObservedContainer, context: PlanContext): Plan {
  return sandbox.state === 'created' ? planStart(sandbox, context) : nothing
}

/** Only when there is no usable one. */
export function planNewSandbox(view: PodView, context: PlanContext): Plan {
  const newest = view.sandboxes[0]
  const outdated = newest !== undefined && newest.state !== 'exited' ? newest : null
  const isEdited = outdated !== null || view.members.some(runsWithoutSandbox)
  const upcoming = [...view.pod.initContainers, ...view.pod.containers].filter((one) => !isDone(view, one))
  const needs = (isEdited ? planNeedsOfPod : planNeeds)(view, upcoming, context)
  const hasRuntime = isNothing(planRuntimeClass(view, context))
  if ((isEdited || !hasRuntime) && !needs.ready) return needs.plan

  const reason = isEdited ? 'SandboxEdited' : 'SandboxDied'
  const ending = planEnd(view.members, { pod: view.pod, reason }, context)
  if (!isNothing(ending)) return ending
  if (outdated !== null) return planRemove(outdated, reason, context)
  return merge(needs.plan, planVolumes(view, context).plan, planCreateSandbox(view, newest, context))
}

/** Of an earlier spec of the pod that needed none: what it runs in is alive. */
function runsWithoutSandbox(member: ObservedContainer): boolean {
  return member.state === 'running' && member.sandboxId === null
}

function planCreateSandbox(view: PodView, dead: ObservedContainer | undefined, context: PlanContext): Plan {
  const attemptNumber = dead === undefined ? 0 : dead.attempt + 1
  const create = (crashes: number, reason: Reason): Plan =>
    attempt(
      { kind: 'CreateSandbox', spec: sandboxSpec(view, { attempt: attemptNumber, crashes }, context), reason },
      null,
      context,
    )
  if (dead === undefined) return create(0, 'Missing')
  if (!view.isSandboxFit(dead)) return create(0, 'SandboxEdited')

  const delayMs = sandboxDelayMs(dead, view.pod.backOff)
  const untilTickMs = (dead.finishedTickMs ?? context.nowTickMs) + delayMs
  const message = dead.error === '' ? `back-off ${delayMs / 1000} s making the sandbox anew` : dead.error
  const wait = { reason: 'CreatePodSandboxError', container: null, message } as const
  if (delayMs > 0 && untilTickMs > context.nowTickMs) return waitFor({ ...wait, untilTickMs })
  const again = create(crashesAfter(dead), 'SandboxDied')
  return dead.error === '' ? again : merge(again, waitFor({ ...wait, untilTickMs: null }))
}
