/** Whether an event of the engine says anything that is not known. */

import { isUnderWay } from '../plan/index.js'
import type { RuntimeEvent } from '../ports/index.js'
import type { PodMemory } from './pod-memory.js'

/**
 * A start that podkeep made itself tells nothing, but for the address a sandbox got with it. Its event often comes before
 * the answer to the call, which tells the same; should that answer be lost, the failed call looks at the container.
 */
export function isNews(memory: PodMemory | undefined, event: RuntimeEvent & { kind: 'changed' }): boolean {
  const known = memory?.container(event.id)
  if (event.what !== 'start' || memory === undefined || known === undefined) return true
  if (known.kind === 'sandbox' && known.ip === null) return true
  return known.state !== 'running' && !isUnderWay(memory.inFlight, 'StartContainer', event.id)
}
