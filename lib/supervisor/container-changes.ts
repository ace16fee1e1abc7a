/** What an action that succeeded changes of what is known of its container. */

import type { ContainerFacts, HookName, ObservedContainer, PodRecord } from '../pod/index.js'
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

/** What an earlier podkeep had begun with it, when podkeep sees it first. */
export function begunBefore(facts: ContainerFacts, record: PodRecord | null, clock: Clock): Change {
  return { ...postStartBefore(facts, record, clock), ...stopBefore(facts, record, clock) }
}

function postStartBefore(facts: ContainerFacts, record: PodRecord | null, clock: Clock): Change {
  const hook = record?.postStart?.[facts.id]
  if (hook === undefined || isLaterRun(facts, hook)) return {}
  const nowTickMs = clock.tickMs()
  const { failure } = hook
  return { postStart: { begunTickMs: nowTickMs, endedTickMs: failure === null ? null : nowTickMs, failure } }
}

function stopBefore(facts: ContainerFacts, record: PodRecord | null, clock: Clock): Change {
  const stop = record?.stopping?.stops[facts.id]
  if (stop === undefined || record?.stopping?.bootId !== clock.bootId || isLaterRun(facts, stop)) return {}
  const { preStop, stopRequestedTickMs, asCrash } = stop
  return { preStop, stopRequestedTickMs, stoppedAsCrash: asCrash }
}

/** Someone started it once more by hand. */
function isLaterRun(facts: ContainerFacts, noted: { readonly startedAtMs: number | null }): boolean {
  return noted.startedAtMs !== null && (facts.startedAtMs ?? 0) > noted.startedAtMs + sameRunMs
}
