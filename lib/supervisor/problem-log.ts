/** What is wrong with the manifests, told once, when it comes; that it is gone shows at the pod. */

import { problemText, type PodKey, type Problem } from '../pod/index.js'
import type { EventRecorder, Logger } from '../ports/index.js'

export class ProblemLog {
  readonly #logger: Logger
  readonly #events: EventRecorder
  #told = new Set<string>()

  constructor(logger: Logger, events: EventRecorder) {
    this.#logger = logger
    this.#events = events
  }

  /** @param isThere of a pod that is there its own worker tells that it is held */
  tell(problems: readonly Problem[], isThere: (pod: PodKey) => boolean): void {
    for (const problem of problems) {
      const text = problemText(problem)
      if (this.#told.has(text)) continue
      const { file, line, column, field, message, pod } = problem
      this.#logger.warn({ file, line, column, field, problem: message }, text)
      if (pod !== null && isThere(pod)) continue
      const subject =
        pod === null ? ({ kind: 'Manifest', file } as const) : ({ kind: 'Pod', key: pod, uid: '' } as const)
      const event = { type: 'Warning', reason: 'FailedValidation', message: text, fieldPath: '' } as const
      this.#events.record(subject, event)
    }
    this.#told = new Set(problems.map(problemText))
  }
}
