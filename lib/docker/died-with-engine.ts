/**
 * Whether a container ended because the engine or the machine did.
 *
 * The default network `bridge` is made anew at each start of dockerd, so its creation time is the daemon's start. Containers
 * a daemon took along when it stopped have ended shortly before; those that a killed daemon or a power cut left behind are
 * marked as ended while the next daemon starts, before it makes the bridge (tried with both, on 20.10).
 *
 * An engine without that network (`--bridge=none`) does not tell. Then the moment podkeep reaches it again, after having
 * lost it, stands for its start; a podkeep that was not there calls every end a crash.
 *
 * An end that podkeep saw, and after which the engine was still at work, is known not to be the engine's; a dockerd that is told to
 * stop takes no connection any more before it ends the first container, so one that answers on a new connection has not begun to.
 *
 * Of ends that nobody saw, one within five minutes before the engine's start is counted as the engine's doing, whatever the exit code:
 * a program may answer the engine's SIGTERM with any. Longer ago it could have crashed by itself; five minutes are the longest back-off,
 * so nothing is lost by calling it a crash then. The other error, a real crash in that time, skips one back-off. A container that
 * could not be started counts too: an engine on its way out still tells of the ends it causes, and fails the starts that answer them.
 */

import { PodkeepError, type ContainerFacts } from '../pod/index.js'
import type { Engine } from './engine.js'

const shortBeforeMs = 300_000
/** A connection that the system takes for an engine on its way out (systemd's socket) is not answered. */
const atWorkMs = 2_000

export function diedWithEngine(finishedAtMs: number | null, engineStartedAtMs: number | null): boolean {
  if (finishedAtMs === null || engineStartedAtMs === null) return false
  return finishedAtMs <= engineStartedAtMs && engineStartedAtMs - finishedAtMs <= shortBeforeMs
}

/** The published types do not know the signal. */
interface Pinging {
  ping(options: { readonly abortSignal: AbortSignal }): Promise<unknown>
}

/** To be asked after the end was seen, while the engine's events are heard: an engine that began anew in between answers, too. */
export async function isAtWork(engine: Engine): Promise<boolean> {
  const abortSignal = AbortSignal.timeout(atWorkMs)
  try {
    await engine.call('look', 'ask whether the engine is at work', (docker) =>
      (docker as Pinging).ping({ abortSignal }),
    )
    return true
  } catch (error) {
    if (error instanceof PodkeepError) return false
    throw error
  }
}

export function mayHaveEndedAlone({ state, diedWithEngine: withEngine }: ContainerFacts): boolean {
  return state === 'exited' && !withEngine
}
