/** What podkeep needs to ask a container something, for probes and for lifecycle hooks. Implemented by probe/. */

import type { ContainerId, ExecHandler, HandlerAnswer, HttpGetHandler, ProbeHandler } from '../pod/index.js'

export interface HandlerPlace {
  readonly id: ContainerId
  /** Where the pod answers; null: not known yet. */
  readonly address: string | null
}

export interface HandlerRunner {
  /**
   * Asks once. `done` is called exactly once, never before this returns, and not at all after a call of what this returns, which
   * gives the question up. The latest moment is when `timeoutMs` have passed; of exec, when the engine has answered after that.
   */
  ask(handler: ProbeHandler, place: HandlerPlace, timeoutMs: number, done: (answer: HandlerAnswer) => void): () => void
  /**
   * Runs a lifecycle hook. Never rejects. Of httpGet any answer at all is success, as in the kubelet.
   * @param timeoutMs null: however long it takes
   */
  runHook(handler: ExecHandler | HttpGetHandler, place: HandlerPlace, timeoutMs: number | null): Promise<HandlerAnswer>
}
