/** The pods of the podkeep that is meant. */

import { CommandError } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import type { ListedPod } from '../pod-summary.js'
import type { Flags } from '../run-options.js'
import { ask } from '../server/ask.js'
import type { Surroundings } from '../surroundings.js'

export interface PodList {
  readonly kind: 'PodList'
  readonly items: readonly ListedPod[]
}

export async function askPods(flags: Flags, surroundings: Surroundings): Promise<PodList> {
  return podList(await ask('/pods', flags, surroundings))
}

export function podList(answer: unknown): PodList {
  if (typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'PodList') {
    return answer as PodList
  }
  throw new CommandError(exitCode.problem, 'what answers is not podkeep: no PodList came back')
}

/** null: there is no podkeep to be asked. What else goes wrong is thrown. */
export async function askPodsIfRunning(flags: Flags, surroundings: Surroundings): Promise<PodList | null> {
  try {
    return await askPods(flags, surroundings)
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === exitCode.unavailable) return null
    throw error
  }
}
