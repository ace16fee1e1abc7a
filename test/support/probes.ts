/** A prober with a clock that is moved by hand, and a handler runner that answers what it is told to. */

import {
  containerId,
  podKey,
  podUid,
  type ContainerVerdicts,
  type ExecHandler,
  type HandlerAnswer,
  type Probe,
  type ProbeHandler,
} from '../../lib/pod/index.js'
import type { Clock, HandlerPlace, HandlerRunner, ProbedContainer } from '../../lib/ports/index.js'
import { ContainerProber } from '../../lib/probe/index.js'
import { VirtualClock } from '../sim/virtual-clock.js'
import { rememberingLogger, type LoggedLine } from './logger.js'

export const thePod = podKey('default', 'shop')
export const second = 1000

/** A handler whose question can be told from others by `name`. */
export function question(name: string): ExecHandler {
  return { kind: 'exec', command: [name] }
}

export function aProbe(fields: Partial<Probe> = {}): Probe {
  return {
    handler: question('well?'),
    initialDelayMs: 0,
    periodMs: 10 * second,
    timeoutMs: 1 * second,
    successThreshold: 1,
    failureThreshold: 3,
    graceMs: null,
    ...fields,
  }
}

class ScriptedRunner implements HandlerRunner {
  /** By the question's name; success unless set. */
  readonly answers = new Map<string, HandlerAnswer['result']>()
  /** Said with a failure. */
  message = 'it is not well'
  answerAfterMs = 0
  readonly asked: { readonly name: string; readonly atTickMs: number; readonly place: HandlerPlace }[] = []
  underWay = 0
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ask(
    handler: ProbeHandler,
    place: HandlerPlace,
    _timeoutMs: number,
    done: (answer: HandlerAnswer) => void,
  ): () => void {
    const name = handler.kind === 'exec' ? (handler.command[0] ?? '') : handler.kind
    this.asked.push({ name, atTickMs: this.#clock.tickMs(), place })
    this.underWay += 1
    const cancel = this.#clock.timer(this.answerAfterMs, () => {
      this.underWay -= 1
      const result = this.answers.get(name) ?? 'success'
      done({ result, message: result === 'failure' ? this.message : '' })
    })
    return () => {
      this.underWay -= 1
      cancel()
    }
  }

  runHook(): Promise<HandlerAnswer> {
    throw new Error('no hooks here')
  }
}

export interface ProberUnderTest {
  readonly clock: VirtualClock
  readonly runner: ScriptedRunner
  readonly prober: ContainerProber
  readonly lines: readonly LoggedLine[]
  /** How often a changed verdict was told. */
  readonly told: () => number
  /** Watches this one container. Fields left out are those of a container that has just started. */
  watch(fields?: Partial<ProbedContainer>): void
  verdicts(id?: string): ContainerVerdicts | undefined
  /** The names of the questions put since the last call. */
  asked(): string[]
  seconds(count: number): Promise<void>
}

export const noProbes = { startup: null, readiness: null, liveness: null }

export function aProber(options: { readonly random?: number } = {}): ProberUnderTest {
  const clock = new VirtualClock()
  const runner = new ScriptedRunner(clock)
  const { logger, lines } = rememberingLogger()
  let told = 0
  let read = 0
  const prober = new ContainerProber({
    runner,
    clock,
    logger,
    random: () => options.random ?? 0,
    onVerdict: () => (told += 1),
  })
  const startedAtMs = clock.wallMs()
  return {
    clock,
    runner,
    prober,
    lines,
    told: () => told,
    watch: (fields = {}) =>
      prober.watch(thePod, [
        {
          name: 'app',
          id: containerId('one'),
          podUid: podUid('uid'),
          startedAtMs,
          address: '10.0.0.2',
          probes: noProbes,
          isStopping: false,
          known: null,
          ...fields,
        },
      ]),
    verdicts: (id = 'one') => prober.verdicts(thePod).get(containerId(id)),
    asked: () => {
      const names = runner.asked.slice(read).map(({ name }) => name)
      read = runner.asked.length
      return names
    },
    seconds: (count) => clock.advance(count * second),
  }
}
