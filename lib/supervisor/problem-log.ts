/**
 * What is wrong with the manifests, and what is accepted and not all that it might seem: told once, when it comes; that it is gone
 * shows at the pod.
 */

import { problemText, type PodKey, type Problem } from '../pod/index.js'
import type { EventRecorder, Logger } from '../ports/index.js'

export class ProblemLog {
  readonly #logger: Logger
  readonly #events: EventRecorder
  #told = new Set<string>()
  #toldWarnings = new Set<string>()

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

  warn(warnings: readonly Problem[]): void {
    for (const warning of warnings) {
      const text = problemText(warning)
      if (this.#toldWarnings.has(text)) continue
      const { file, line, column, field, message } = warning
      this.#logger.info({ file, line, column, field, warning: message }, text)
    }
    this.#toldWarnings = new Set(warnings.map(problemText))
  }

  /** @param problem of the directory as a whole; null: there is none */
  tellDirectory(problem: string | null, isUnreadable: boolean): void {
    if (problem === null) return
    const what = isUnreadable ? 'cannot be read' : 'is empty'
    this.#logger.warn({ reason: problem }, `the manifests directory ${what}, every pod is kept as it is`)
  }
}
