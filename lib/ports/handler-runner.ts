/** What podkeep needs to ask a container something, for probes and for lifecycle hooks. Implemented by probe/. */

import type { ContainerId, ExecHandler, HandlerAnswer, HttpGetHandler, ProbeHandler } from '../pod/index.js'

export interface HandlerPlace {
  readonly id: ContainerId
  /** Where the pod answers; null: not known yet. */
  readonly address: string | null
}

export interface HandlerRunner {
  /**
   * Asks once. `done` is called exactly once, never before this returns, at the latest when `timeoutMs` have passed; after a
   * call of the answer (which gives the question up) never.
   */
  ask(handler: ProbeHandler, place: HandlerPlace, timeoutMs: number, done: (answer: HandlerAnswer) => void): () => void
  /**
   * Runs a lifecycle hook. Never rejects. Of httpGet any answer at all is success, as in the kubelet.
   * @param timeoutMs null: however long it takes
   */
  runHook(handler: ExecHandler | HttpGetHandler, place: HandlerPlace, timeoutMs: number | null): Promise<HandlerAnswer>
}
