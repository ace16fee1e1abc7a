/**
 * Ports of the host that another pod has, or gets first (port-line.ts): who comes second waits, and touches nothing meanwhile; the engine
 * need not refuse.
 */

import { portText, type TakenPort } from '../pod/index.js'
import type { Contender } from './contender.js'
import { planEnd, planRemove } from './kill.js'
import { isNothing, merge, nothing, waitForAnother, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { lineOf, wantedPorts, type Line } from './port-line.js'
import { wasStopped } from './restart-policy.js'

const none: readonly TakenPort[] = []

/** @param others it may be among them */
export function takenPorts(asker: Contender, others: Iterable<Contender>): readonly TakenPort[] {
  if (wantedPorts(asker).length === 0) return none
  const line = lineOf([...[...others].filter(({ key }) => key !== asker.key), asker])
  const taken = [...line.holders(asker), ...line.firsts(asker)]
  return taken.length === 0 || goesOn(asker, line) ? none : taken
}

/**
 * Pods that wait for each other, and for nobody else, would wait for ever: the first of those goes on that only wait for their place in
 * the line. Where there is none, one of a ring of which each has what the next one wants is stopped: what it gives up lets another go on.
 */
function goesOn(asker: Contender, line: Line): boolean {
  const everyone = (one: Contender): readonly TakenPort[] => [...line.holders(one), ...line.firsts(one)]
  const circle = circleOf(asker, line, everyone)
  const waiting = circle.filter((one) => line.holders(one).length === 0)
  const ring = waiting.length > 0 || circle.length === 0 ? waiting : circleOf(asker, line, line.holders)
  return ring.includes(asker) && ring.every((one) => one === asker || line.isBefore(asker, one))
}

/** Those it waits for, itself among them; none where one of them does not wait for it. */
function circleOf(asker: Contender, line: Line, waitsFor: Line['holders']): readonly Contender[] {
  const reached = reachOf(asker, line, waitsFor)
  return [...reached].every((one) => reachOf(one, line, waitsFor).has(asker)) ? [...reached] : []
}

function reachOf(from: Contender, line: Line, waitsFor: Line['holders']): ReadonlySet<Contender> {
  const reached = new Set<Contender>()
  const add = (one: Contender): void => {
    for (const { holder } of waitsFor(one)) {
      const next = line.pod(holder)
      if (reached.has(next)) continue
      reached.add(next)
      add(next)
    }
  }
  add(from)
  return reached
}

export function planHostPorts(view: PodView, context: PlanContext): Plan {
  const { takenPorts } = context
  if (takenPorts.length === 0 || hasHadPorts(view)) return nothing
  const message = takenPorts.map(conflictText).join('; ')
  return merge(waitForAnother('HostPortConflict', message, context), planGiveUp(view, context))
}

function conflictText({ port, holder, isHeld }: TakenPort): string {
  const what = isHeld ? `is taken by pod ${holder}` : `goes to pod ${holder} first, which wants it too`
  return `port ${portText(port)} of the host ${what}`
}

/** It stands with them, or stood, and is not stopped for another. */
function hasHadPorts(view: PodView): boolean {
  const grounds = view.hasSandbox ? view.sandboxes.slice(0, 1) : view.members
  return grounds.some((one) => one.podHash === view.sandboxHash && one.startedAtMs !== null && !one.diedWithEngine)
}

/** A stop that has begun goes on to its end, and a sandbox of an earlier spec in which nothing runs any more gives its ports back. */
function planGiveUp(view: PodView, context: PlanContext): Plan {
  const outdated = view.sandboxes.filter((one) => one.state !== 'exited' && !view.isSandboxFit(one))
  const isRunning = view.members.some((one) => one.state === 'running')
  const leaving = isRunning ? view.members.filter(wasStopped) : outdated.length > 0 ? view.members : []
  const ending = planEnd(leaving, { pod: view.pod, reason: 'SandboxEdited' }, context)
  if (!isNothing(ending) || isRunning) return ending
  return merge(...outdated.map((one) => planRemove(one, 'SandboxEdited', context)))
}
