/**
 * What must hold of probes, hooks, sidecars, rules and deadlines at every moment, checked from the engine's and the handlers' side.
 *
 * L1  Never two living instances of one container.
 * L2  A container begins in a sandbox only after those before it: the init container has succeeded, each earlier sidecar is up:
 *     running, its startup probe answered, its postStart hook over.
 * L3  SIGKILL only after the grace of the pod, or of the probe that failed; RestartAllContainers has none.
 * L4  No stop signal while a preStop hook runs within its grace.
 * L5  Sidecars of a removed pod are not told to stop before what they serve has ended, the regular containers and the sidecars
 *     after them, unless the grace is used up.
 * L6  What ended under Never, and what is overdue, does not run again.
 * L7  Only removal, an edit, a failed probe or postStart, RestartAllContainers, a deadline or the pod's end stops a container.
 */

import type { ContainerFacts } from '../../lib/pod/index.js'
import type { World } from './world.js'

/** Longer than any call takes, by lifecycle-life.ts. */
const inFlightMs = 500
export const restartAllCode = 42
/** In the order of their start. */
export const sidecars = ['mesh', 'logs']

export interface LifecycleExpectations {
  readonly graceMs: number
  readonly probeGraceMs: number
  readonly policy: string
  readonly deadlineMs: number | null
  readonly hasStartupProbe: boolean
  /** Its manifest went at this tick; null: it is there. */
  removedTickMs(): number | null
  isUnsettled(): boolean
}

export function watchLifecycle(world: World, expected: LifecycleExpectations): string[] {
  const violations: string[] = []
  const endBegun = new Map<string, number>()
  const signalled = new Map<string, number>()
  const hookBegun = new Map<string, number>()
  const unwell = new Set<string>()
  const startedUp = new Set<string>()
  const setUp = new Set<string>()
  const served = new Set<string>()
  const finished = new Set<string>()
  const podStarted = new Map<string, number>()
  let restartAllTickMs = Number.NEGATIVE_INFINITY
  const now = (): number => world.clock.tickMs()
  const violate = (rule: string, facts: ContainerFacts, why: string): void => {
    violations.push(`${rule} at ${String(now())}: ${facts.name} #${String(facts.attempt)}: ${why}`)
  }
  const living = (): ContainerFacts[] => world.engine.containers().filter((one) => one.state === 'running')
  const isRegularRunning = (): boolean => living().some((one) => one.kind === 'container')
  /** What uses a sidecar: whatever starts after it. */
  const isServing = ({ name }: ContainerFacts): boolean =>
    living().some((one) => one.kind === 'container' || sidecars.indexOf(one.name) > sidecars.indexOf(name))
  const specKey = (facts: ContainerFacts): string => [facts.podUid, facts.name, facts.hash, facts.podHash].join(' ')
  const isOverdue = (uid: string): boolean =>
    expected.deadlineMs !== null && now() >= (podStarted.get(uid) ?? now()) + expected.deadlineMs

  const checkPredecessors = (facts: ContainerFacts): void => {
    const place = facts.sandboxId ?? ''
    if (!living().some((one) => one.id === facts.sandboxId)) violate('L2', facts, 'its sandbox does not run')
    const begun = `${place} ${facts.kind === 'container' ? 'regular' : facts.name}`
    if (served.has(begun)) return
    served.add(begun)
    if (!setUp.has(place)) violate('L2', facts, 'setup has not succeeded')
    const before = facts.kind === 'container' ? sidecars : sidecars.slice(0, sidecars.indexOf(facts.name))
    for (const name of before) checkUp(name, facts)
  }
  const checkUp = (name: string, facts: ContainerFacts): void => {
    const here = world.engine.containers().filter((one) => one.name === name && one.sandboxId === facts.sandboxId)
    const up = here.filter((one) => one.startedAtMs !== null && (!expected.hasStartupProbe || startedUp.has(one.id)))
    if (up.length === 0) violate('L2', facts, `${name} is not up`)
    if (world.isRunning && here.some((one) => one.state === 'running' && hookBegun.has(`postStart ${one.id}`)))
      violate('L2', facts, `the postStart hook of ${name} is not over`)
  }
  const onStart = (facts: ContainerFacts): void => {
    if (facts.kind === 'sandbox') return
    if (living().some((one) => one.name === facts.name && one.id !== facts.id)) violate('L1', facts, 'a second one')
    if (isOverdue(facts.podUid) && now() > podStarted.get(facts.podUid)! + expected.deadlineMs! + inFlightMs)
      violate('L6', facts, 'the pod is overdue')
    if (!podStarted.has(facts.podUid)) podStarted.set(facts.podUid, now())
    if (facts.kind === 'container' && expected.policy === 'Never' && finished.has(specKey(facts)))
      violate('L6', facts, 'it had its run')
    if (facts.kind === 'container' || sidecars.includes(facts.name)) checkPredecessors(facts)
  }
  const checkGrace = (facts: ContainerFacts): void => {
    const isUnwell = unwell.has(facts.id)
    const graceMs = Math.min(expected.graceMs, isUnwell ? expected.probeGraceMs : expected.graceMs)
    const members = sidecars.includes(facts.name) ? [...endBegun.values()] : [endBegun.get(facts.id) ?? now()]
    if (graceMs > 0 && restartAllTickMs < 0 && now() - Math.min(now(), ...members) < graceMs)
      violate('L3', facts, 'killed before its grace was over')
  }
  const onKill = (facts: ContainerFacts, signal: string): void => {
    const isFirst = !endBegun.has(facts.id)
    if (facts.kind === 'sandbox') return
    const isAlone = facts.kind === 'init' && !isRegularRunning()
    const mayEnd = expected.isUnsettled() || unwell.has(facts.id) || restartAllTickMs > 0 || isOverdue(facts.podUid)
    if (isFirst && !mayEnd && !isAlone) violate('L7', facts, `got ${signal}`)
    const hookTickMs = hookBegun.get(`preStop ${facts.id}`)
    const graceMs = unwell.has(facts.id) ? Math.min(expected.graceMs, expected.probeGraceMs) : expected.graceMs
    if (hookTickMs !== undefined && restartAllTickMs < 0 && now() < hookTickMs + graceMs)
      violate('L4', facts, `${signal} while its preStop hook ran`)
    const removed = expected.removedTickMs()
    if (sidecars.includes(facts.name) && removed !== null && !unwell.has(facts.id) && restartAllTickMs < 0) {
      const first = Math.min(now(), removed, ...endBegun.values())
      const isStale = signalled.has(facts.id) && signalled.get(facts.id)! <= removed + inFlightMs
      if (isServing(facts) && !isStale && now() > removed + inFlightMs && now() - first < expected.graceMs)
        violate('L5', facts, 'told to stop before what it serves')
    }
    if (isFirst) endBegun.set(facts.id, now())
    if (!signalled.has(facts.id)) signalled.set(facts.id, now())
    if (signal === 'SIGKILL') checkGrace(facts)
  }
  world.engine.witness = ({ call, facts, signal }) => {
    if (call === 'start') onStart(facts)
    if (call === 'kill' && signal !== undefined) onKill(facts, signal)
    if (call === 'remove' && facts.kind !== 'sandbox' && facts.state === 'running')
      violate('L7', facts, 'removed alive')
  }
  world.engine.onEnd = (facts) => {
    if (facts.name === 'setup' && facts.exitCode === 0) setUp.add(facts.sandboxId ?? '')
    const isOwn = !facts.diedWithEngine && !signalled.has(facts.id)
    if (isOwn && facts.exitCode === restartAllCode) {
      restartAllTickMs = now()
      finished.clear()
      served.clear()
    } else if (isOwn && facts.kind === 'container') finished.add(specKey(facts))
  }
  world.handlers.witness = (name, id, result) => {
    const [hook = ''] = name.split(' ')
    const isHook = hook === 'postStart' || hook === 'preStop'
    if (isHook && result === null) {
      if (hook === 'preStop' && !endBegun.has(id)) endBegun.set(id, now())
      // One that a killed podkeep had begun is run again in what is left of its grace.
      hookBegun.set(`${hook} ${id}`, hook === 'preStop' ? endBegun.get(id)! : now())
    }
    if (isHook && result !== null) hookBegun.delete(`${hook} ${id}`)
    if (result === 'failure' && ['postStart', 'live', 'startup'].includes(hook)) unwell.add(id)
    if (result === 'success' && hook === 'startup') startedUp.add(id)
  }
  return violations
}
