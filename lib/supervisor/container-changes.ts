/** What an action that succeeded changes of what is known of its container. */

import type { ContainerFacts, HookName, ObservedContainer, StopsUnderWay } from '../pod/index.js'
import type { Clock } from '../ports/index.js'
import type { Outcome } from './outcome.js'

type Change = Partial<ObservedContainer>
type Of<Kind extends Outcome['kind']> = Extract<Outcome, { kind: Kind }>

/** The engine's own news of it may have come first. */
export function hasStarted({ state }: ObservedContainer, { told }: Of<'started'>, clock: Clock): Change {
  return { told, ...(state === 'created' && { state: 'running', startedAtMs: clock.wallMs() }) }
}

export function wasSignalled(known: ObservedContainer, { signal, asCrash }: Of<'signalled'>, clock: Clock): Change {
  const nowTickMs = clock.tickMs()
  return signal === 'SIGKILL'
    ? { killRequestedTickMs: nowTickMs, stoppedAsCrash: asCrash }
    : { stopRequestedTickMs: known.stopRequestedTickMs ?? nowTickMs, stoppedAsCrash: asCrash }
}

/** One that begins again, for it may have been cut short, has no more time than it had. */
export function hasBegunHook(known: ObservedContainer, hook: HookName, clock: Clock): Change {
  const begunTickMs = known[hook]?.begunTickMs ?? clock.tickMs()
  return { [hook]: { begunTickMs, endedTickMs: null, failure: null } }
}

export function hasEndedHook(known: ObservedContainer, { hook, failure }: Of<'hook'>, clock: Clock): Change {
  const run = known[hook]
  return run === null ? {} : { [hook]: { ...run, endedTickMs: clock.tickMs(), failure } }
}

/** A run begins a little later by the engine than podkeep says that it asked for it. */
const sameRunMs = 10_000

/** What an earlier podkeep did to end it, when podkeep sees it first. @param facts another run of it was never told to stop */
export function wasStoppedBefore(facts: ContainerFacts, stopping: StopsUnderWay | undefined, clock: Clock): Change {
  const stop = stopping?.stops[facts.id]
  if (stop === undefined || stopping?.bootId !== clock.bootId) return {}
  if ((facts.startedAtMs ?? 0) > (stop.startedAtMs ?? 0) + sameRunMs) return {}
  const { preStop, stopRequestedTickMs, asCrash } = stop
  return { preStop, stopRequestedTickMs, stoppedAsCrash: asCrash }
}
