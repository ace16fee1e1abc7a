/** What containers answer to probes and hooks in the simulation: what a test says, after as long as it says, by the question's name. */

import type { HandlerAnswer, HookHandler, ProbeHandler } from '../../lib/pod/index.js'
import type { Clock, HandlerPlace, HandlerRunner } from '../../lib/ports/index.js'

type Result = HandlerAnswer['result']

export class ModelHandlers implements HandlerRunner {
  /** Success unless set. */
  readonly answers = new Map<string, Result>()
  readonly delaysMs = new Map<string, number>()
  /** `postStart of container 00001 at 1000`, in order. */
  readonly hooks: { readonly name: string; readonly id: string; readonly atTickMs: number }[] = []
  /** Hears of every answer to a probe, and of every hook that begins (null) and ends. */
  witness: (name: string, id: string, result: Result | null) => void = () => undefined
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ask(
    handler: ProbeHandler,
    { id }: HandlerPlace,
    timeoutMs: number,
    done: (answer: HandlerAnswer) => void,
  ): () => void {
    const name = nameOf(handler)
    const delayMs = this.delaysMs.get(name) ?? 0
    const isLate = delayMs > timeoutMs
    return this.#clock.timer(Math.min(delayMs, timeoutMs), () => {
      const result = isLate ? 'failure' : (this.answers.get(name) ?? 'success')
      this.witness(name, id, result)
      done(answer(result))
    })
  }

  async runHook(
    handler: Exclude<HookHandler, { kind: 'sleep' }>,
    { id }: HandlerPlace,
    timeoutMs: number | null,
  ): Promise<HandlerAnswer> {
    const name = nameOf(handler)
    this.hooks.push({ name, id, atTickMs: this.#clock.tickMs() })
    this.witness(name, id, null)
    const delayMs = this.delaysMs.get(name) ?? 0
    const isLate = timeoutMs !== null && delayMs > timeoutMs
    await new Promise<void>((resolve) => this.#clock.timer(isLate ? timeoutMs : delayMs, resolve))
    const result = isLate ? 'failure' : (this.answers.get(name) ?? 'success')
    this.witness(name, id, result)
    return answer(result)
  }
}

function nameOf(handler: ProbeHandler | HookHandler): string {
  return handler.kind === 'exec' ? handler.command.join(' ') : handler.kind
}

function answer(result: Result): HandlerAnswer {
  return { result, message: result === 'failure' ? 'it said no' : '' }
}
