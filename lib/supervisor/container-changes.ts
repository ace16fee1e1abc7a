/** What an action that succeeded changes of what is known of its container. */

import type { ObservedContainer } from '../pod/index.js'
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

export function hasEndedHook(known: ObservedContainer, { hook, failure }: Of<'hook'>, clock: Clock): Change {
  const run = known[hook]
  return run === null ? {} : { [hook]: { ...run, endedTickMs: clock.tickMs(), failure } }
}
