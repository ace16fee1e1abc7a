/**
 * What must hold at every moment of every run, checked from the engine's side.
 *
 * S1  Never two living instances of one container.
 * S2  A container starts only in a running sandbox, a regular one only after every init container of its pod succeeded.
 * S3  SIGKILL comes only after the grace period, counted from the first stop signal.
 * S4  What finished by itself under a policy that does not restart it does not run again.
 * S5  A pod whose manifest is broken loses no running container to podkeep.
 * S6  A running container of a pod whose manifest did not change is not told to stop.
 * S7  A pod keeps its uid, and with it its volumes, until its manifest is removed or sets another.
 * S8  The volumes of a pod are not removed while a container of it runs.
 */

import type { ContainerFacts, ContainerId, PodUid } from '../../lib/pod/index.js'
import type { Witness } from './model-engine.js'
import type { World } from './world.js'

/** Longer than any call takes. */
const inFlightMs = 2000

export interface Expectations {
  /** Seconds between the stop signal and SIGKILL that some version of the pod asked for, at least. */
  graceMsOf(podName: string): number
  restartPolicyOf(podName: string): string
  /** Of the pod with this sandboxHash. */
  initNamesOf(podHash: string): readonly string[]
  /** podkeep has a reason to stop containers of this pod now. */
  mayStop(podName: string): boolean
}

export interface Watcher {
  readonly violations: readonly string[]
  /** The pod's manifest asks for something else now, perhaps for what ran before. */
  edited(podName: string): void
  /** The pod was removed, or is to have another uid: what comes is another pod. */
  replaced(podName: string): void
}

export function watch(world: World, expectations: Expectations): Watcher {
  const violations: string[] = []
  const stopAskedTickMs = new Map<ContainerId, number>()
  const finished = new Map<string, ContainerFacts>()
  const initsDone = new Set<string>()
  const uidOf = new Map<string, { uid: PodUid; atTickMs: number }>()
  const replacedTickMs = new Map<string, number>()
  const uidsSeen = new Set<PodUid>()
  const violate = (rule: string, facts: ContainerFacts, why: string): void => {
    violations.push(
      `${rule} at ${String(world.clock.tickMs())}: ${facts.podName}/${facts.name} #${String(facts.attempt)}: ${why}`,
    )
  }
  const siblings = (facts: ContainerFacts): ContainerFacts[] =>
    world.engine.containers().filter((one) => one.podName === facts.podName && one.id !== facts.id)

  const onStart = (facts: ContainerFacts): void => {
    const rival = siblings(facts).find((one) => one.name === facts.name && one.state === 'running')
    if (rival !== undefined && facts.kind !== 'sandbox') violate('S1', facts, 'started beside a living instance')
    const key = specKey(facts)
    const policy = expectations.restartPolicyOf(facts.podName)
    const end = finished.get(key)
    if (
      facts.kind === 'container' &&
      end !== undefined &&
      (policy === 'Never' || (policy === 'OnFailure' && end.exitCode === 0))
    ) {
      violate('S4', facts, `ran before and ended with ${String(end.exitCode)} under ${policy}`)
    }
    if (facts.kind !== 'container') return
    for (const name of expectations.initNamesOf(facts.podHash)) {
      if (!initsDone.has(`${facts.sandboxId ?? ''} ${name}`)) violate('S2', facts, `started before ${name} succeeded`)
    }
  }
  const onCreate = (facts: ContainerFacts): void => {
    const { podName, podUid } = facts
    if (uidsSeen.has(podUid)) return
    uidsSeen.add(podUid)
    const before = uidOf.get(podName)
    // A creation that was under way at that time may still be of the earlier pod.
    const settledTickMs = (replacedTickMs.get(podName) ?? 0) + inFlightMs
    if (before !== undefined && before.atTickMs > settledTickMs) {
      violate('S7', facts, `is of ${podUid}, the pod was ${before.uid}`)
    }
    uidOf.set(podName, { uid: podUid, atTickMs: world.clock.tickMs() })
  }
  const onKill = (facts: ContainerFacts, signal: string): void => {
    const askedTickMs = stopAskedTickMs.get(facts.id)
    if (!expectations.mayStop(facts.podName) && askedTickMs === undefined) violate('S5/S6', facts, `got ${signal}`)
    if (signal !== 'SIGKILL') {
      if (askedTickMs === undefined) stopAskedTickMs.set(facts.id, world.clock.tickMs())
      return
    }
    const graceMs = expectations.graceMsOf(facts.podName)
    if (graceMs > 0 && (askedTickMs === undefined || world.clock.tickMs() - askedTickMs < graceMs)) {
      violate('S3', facts, 'killed before its grace was over')
    }
  }
  const witness: Witness = ({ call, facts, signal }) => {
    if (call === 'create') onCreate(facts)
    if (call === 'start') onStart(facts)
    if (call === 'kill' && signal !== undefined) onKill(facts, signal)
    if (call === 'remove' && facts.state === 'running' && facts.kind !== 'sandbox')
      violate('S5/S6', facts, 'removed while it ran')
    if (call === 'remove' && facts.kind === 'sandbox' && facts.state === 'running') {
      const live = siblings(facts).filter((one) => one.sandboxId === facts.id && one.state === 'running')
      if (live.length > 0) violate('S2', facts, 'sandbox removed under living containers')
    }
  }
  world.engine.witness = witness
  world.engine.onEnd = (facts) => {
    if (facts.kind === 'init' && facts.exitCode === 0) initsDone.add(`${facts.sandboxId ?? ''} ${facts.name}`)
    const isOwnEnd = !facts.diedWithEngine && !stopAskedTickMs.has(facts.id)
    if (facts.kind === 'container' && isOwnEnd) finished.set(specKey(facts), facts)
  }
  world.onVolumesRemoved = (uid) => {
    const member = world.engine.containers().find((one) => one.podUid === uid && one.state === 'running')
    if (member !== undefined) violate('S8', member, 'its volumes were removed under it')
  }
  return {
    violations,
    replaced: (podName) => replacedTickMs.set(podName, world.clock.tickMs()),
    edited: (podName) => {
      for (const [key, facts] of finished) if (facts.podName === podName) finished.delete(key)
    },
  }
}

function specKey(facts: ContainerFacts): string {
  return [facts.podUid, facts.name, facts.hash, facts.podHash].join(' ')
}
