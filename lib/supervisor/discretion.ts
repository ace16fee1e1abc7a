/**
 * The one way in for what is said about containers: what the engine, a hook or a probe tells goes through here before it is kept,
 * logged, recorded or shown, so that no value of a Secret is. Containers stay in memory as the engine shows them, and are discreet
 * whenever they are looked at: after podkeep's start they are seen before the manifests are.
 */

import { toldOfMade, toldOfNew, type Action, type ConfigView, type Told } from '../plan/index.js'
import { PodkeepError, type ContainerFacts, type DesiredPod, type ObservedContainer } from '../pod/index.js'
import type { ProbeAnswer } from '../ports/index.js'
import { execute, type World } from './execute.js'
import type { Outcome } from './outcome.js'

/** What there is to know of a pod's Secrets. */
export interface Confidant {
  /** As last known. */
  readonly pod: DesiredPod | null
  readonly config: ConfigView
}

/** A container as it may be told of. */
export type Discreet = (container: ObservedContainer) => ObservedContainer

export function discreetContainer<Seen extends ContainerFacts>(container: Seen, { pod, config }: Confidant): Seen {
  if (container.error === '') return container
  const told = toldOfMade(pod, container, config)
  return told === null ? container : { ...container, error: told(container.error) }
}

export function discreetAnswer(answer: ProbeAnswer, { pod, config }: Confidant): ProbeAnswer {
  const told = toldOfNew(pod, answer.container, config)
  return told === null ? answer : { ...answer, message: told(answer.message) }
}

/**
 * What Secrets say when it begins is what counts: they may change before it ends.
 * @param made the container that it is about; undefined: none, or none that is known
 */
export async function executeDiscreetly(
  action: Action,
  world: World,
  { made, ...confidant }: Confidant & { readonly made: ObservedContainer | undefined },
): Promise<Outcome> {
  const told = toldOf(action, made, confidant)
  if (told === null) return execute(action, world)
  try {
    const outcome = await execute(action, world)
    if (outcome.kind !== 'hook' || outcome.failure === null) return outcome
    return { ...outcome, failure: told(outcome.failure) }
  } catch (error) {
    if (!(error instanceof PodkeepError)) throw error
    // Its cause says it once more.
    throw new PodkeepError(error.code, told(error.message))
  }
}

/** Of all that is asked about a container that was made, only its start has the engine look at what it was made from. */
function toldOf(action: Action, made: ObservedContainer | undefined, { pod, config }: Confidant): Told {
  if (action.kind === 'CreateContainer') return toldOfNew(pod, action.spec.identity.name, config)
  if (action.kind === 'StartContainer' && made !== undefined) return toldOfMade(pod, made, config)
  return 'container' in action ? toldOfNew(pod, action.container, config) : null
}
