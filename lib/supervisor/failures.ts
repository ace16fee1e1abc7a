/** Which deeds of one pod failed, how often in a row, and when: what decides about trying again, by action key. */

import { actionKey, type Action, type Failure } from '../plan/index.js'
import type { ContainerId, PodkeepError } from '../pod/index.js'
import type { Clock } from '../ports/index.js'

export class Failures {
  readonly byKey = new Map<string, Failure>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(action: Action, error: PodkeepError): Failure {
    const key = actionKey(action)
    const failure: Failure = {
      count: (this.byKey.get(key)?.count ?? 0) + 1,
      atTickMs: this.#clock.tickMs(),
      code: error.code,
      message: error.message,
      hint: error.hint,
      retry: error.retry,
      isUnseen: action.kind === 'StartContainer',
    }
    this.byKey.set(key, failure)
    return failure
  }

  succeeded(action: Action): void {
    this.byKey.delete(actionKey(action))
  }

  clear(): void {
    this.byKey.clear()
  }

  /** The engine is back: what failed only because it was away is tried again at once. */
  forgetEngines(): void {
    for (const [key, failure] of this.byKey) if (failure.retry === 'engine') this.byKey.delete(key)
  }

  forgetContainer(id: ContainerId): void {
    for (const key of this.byKey.keys()) if (key.includes(id)) this.byKey.delete(key)
  }

  /** What a start that failed did to its container all the same was looked at. */
  startSeen(id: ContainerId): void {
    const key = `StartContainer ${id}`
    const failure = this.byKey.get(key)
    if (failure !== undefined) this.byKey.set(key, { ...failure, isUnseen: false })
  }
}
