/**
 * How what is known of a container moves: only forward. An answer may be older than another that overtook it.
 */

import type { ContainerFacts, ContainerState, ObservedContainer } from '../pod/index.js'
import type { Clock } from '../ports/index.js'

const rank: Record<ContainerState, number> = { created: 0, running: 1, exited: 2 }

/** @returns null when `facts` are older than what is known. */
export function observe(
  known: ObservedContainer | undefined,
  facts: ContainerFacts,
  clock: Clock,
): ObservedContainer | null {
  if (known === undefined) return fresh(facts, clock)
  if (known.remembered) return fresh(asJudged(known, facts), clock)
  if (rank[facts.state] > rank[known.state]) return { ...known, ...facts, finishedTickMs: finishedTick(facts, clock) }
  if (rank[facts.state] === rank[known.state]) {
    const { ip, finishedTickMs } = known
    return { ...known, ...asJudged(known, facts), ip: facts.ip ?? ip, finishedTickMs }
  }
  return isNewRun(known, facts) ? fresh(facts, clock) : null
}

/** An end that was known before the engine began again is not the engine's: what was judged of it stands. */
function asJudged(known: ContainerFacts, facts: ContainerFacts): ContainerFacts {
  if (known.endedAlone !== true || facts.endedAlone === true) return facts
  const endedAlone = facts.state === 'exited' && facts.finishedAtMs === known.finishedAtMs
  return { ...facts, endedAlone, ...(endedAlone && { diedWithEngine: false }) }
}

/** Someone started an ended container by hand. */
function isNewRun(known: ObservedContainer, facts: ContainerFacts): boolean {
  return facts.state === 'running' && (facts.startedAtMs ?? 0) > (known.finishedAtMs ?? Number.POSITIVE_INFINITY)
}

function fresh(facts: ContainerFacts, clock: Clock): ObservedContainer {
  return {
    ...facts,
    finishedTickMs: facts.state === 'exited' ? finishedTick(facts, clock) : null,
    stopRequestedTickMs: null,
    killRequestedTickMs: null,
    stoppedAsCrash: false,
    madeHere: false,
    startedHere: false,
    postStart: null,
    preStop: null,
    names: null,
    told: null,
    podStartedTickMs: podStartedTick(facts, clock),
    remembered: false,
  }
}

/** How a container ended that the engine may no longer have; computed once, for it is what a back-off counts from. */
export function remember(facts: ContainerFacts, known: ObservedContainer | undefined, clock: Clock): ObservedContainer {
  return { ...(known ?? fresh(facts, clock)), remembered: true }
}

/** What the record tells of its end is neither read nor judged again. */
export function asRecorded(facts: ContainerFacts, ended: readonly ContainerFacts[]): ContainerFacts {
  const recorded = facts.state === 'exited' ? ended.find((one) => one.id === facts.id) : undefined
  if (recorded === undefined) return facts
  const { message } = recorded
  return { ...asJudged(recorded, facts), ...(message !== undefined && { message }) }
}

/** How containers ended that the engine no longer has. */
export function endedBeside(
  present: readonly ObservedContainer[],
  ended: readonly ObservedContainer[],
): ObservedContainer[] {
  return ended.filter(
    (one) =>
      !present.some(({ name, kind, podUid }) => name === one.name && kind !== 'sandbox' && podUid === one.podUid),
  )
}

function podStartedTick(facts: ContainerFacts, clock: Clock): number | null {
  if (facts.podStartedAtMs <= 0) return null
  return clock.tickMs() - Math.max(0, clock.wallMs() - facts.podStartedAtMs)
}

/** From the engine's wall clock to ours that only goes forward; an end in the future is an end now. */
function finishedTick(facts: ContainerFacts, clock: Clock): number | null {
  if (facts.state !== 'exited') return null
  const agoMs = facts.finishedAtMs === null ? 0 : Math.max(0, clock.wallMs() - facts.finishedAtMs)
  return clock.tickMs() - agoMs
}
