/** An action from when it was begun until it has ended. */

import type { Action } from '../plan/index.js'

export interface UnderWay {
  readonly action: Action
  readonly startedTickMs: number
}
