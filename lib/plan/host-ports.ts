/**
 * Ports of the host that another pod has, or gets first (line.ts): who comes second waits, and touches nothing meanwhile; the engine
 * need not refuse.
 */

import {
  covers,
  hostPorts,
  portsClash,
  portText,
  sandboxHash,
  type ContainerIdentity,
  type PublishedPort,
  type TakenPort,
} from '../pod/index.js'
import { isAlive, isOf, wantsOf, type Contender } from './contender.js'
import { planEnd, planRemove } from './kill.js'
import { takenFrom, type Goods } from './line.js'
import { isNothing, merge, nothing, waitForAnother, type Plan, type PlanContext } from './plan.js'
import type { PodView } from './pod-view.js'
import { wasStopped } from './restart-policy.js'

const none: readonly TakenPort[] = []
const ports: Goods<PublishedPort> = { wanted: wantedPorts, held: heldPorts, clash: portsClash, covers }

/** @param others it may be among them */
export function takenPorts(asker: Contender, others: Iterable<Contender>): readonly TakenPort[] {
  if (wantedPorts(asker).length === 0) return none
  return takenFrom(asker, others, ports).map(({ item, ...taken }) => ({ port: item, ...taken }))
}

function wantedPorts(one: Contender): readonly PublishedPort[] {
  const pod = wantsOf(one)
  return pod === null ? [] : hostPorts(pod)
}

/** A pod on the host's network has those that it declares by now: an edit of them counts as it runs. */
function heldPorts({ pod, containers, making }: Contender): readonly PublishedPort[] {
  const alive = containers.filter(isAlive)
  const madeWith = [...alive, ...making].flatMap((one) => ('ports' in one ? one.ports : []))
  if (pod?.hostNetwork !== true) return madeWith
  const made: readonly ContainerIdentity[] = [...alive, ...making.map(({ identity }) => identity)]
  const isAlone = made.some((one) => one.kind !== 'sandbox' && one.sandboxId === null)
  const isThere = isAlone || (made.length > 0 && made.some(isOf(sandboxHash(pod))))
  return isThere ? [...madeWith, ...hostPorts(pod)] : madeWith
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
