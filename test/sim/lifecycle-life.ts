/** A seeded life of one pod with sidecars, probes, hooks, rules and a deadline, while answers change and everything fails. */

import { restartAllCode, sidecars, watchLifecycle } from './lifecycle-watch.js'
import { podText, type PodText } from './manifests.js'
import { Random } from './random.js'
import { endTroubles, troubles } from './troubles.js'
import { World } from './world.js'

const second = 1000
const minute = 60 * second
const steps = 25
const questions = ['startup', 'live', 'ready', 'postStart', 'preStop'].flatMap((what) =>
  ['app', ...sidecars].map((who) => `${what} ${who}`),
)

export class LifecycleLife {
  readonly world = new World()
  readonly violations: string[]
  readonly #random: Random
  readonly #fixed
  #removedTickMs: number | null = null
  #unsettledUntilTickMs = 0
  #mayInitFail = true
  #doesInitFail = false

  constructor(seed: number) {
    const random = new Random(seed)
    this.#random = random
    this.#fixed = {
      policy: random.pick(['Always', 'Always', 'OnFailure', 'Never'] as const),
      graceSeconds: random.pick([0, 4, 10, 30]),
      probeGraceSeconds: random.pick([1, 3, 20]),
      deadlineSeconds: random.chance(0.2) ? random.between(20, 600) : null,
      hasStartupProbe: random.chance(0.6),
      hasRule: random.chance(0.25),
    }
    this.world.engine.chaos = troubles(seed)
    const { graceSeconds, probeGraceSeconds, deadlineSeconds, ...rest } = this.#fixed
    this.violations = watchLifecycle(this.world, {
      ...rest,
      graceMs: graceSeconds * second,
      probeGraceMs: probeGraceSeconds * second,
      deadlineMs: deadlineSeconds === null ? null : deadlineSeconds * second,
      removedTickMs: () => this.#removedTickMs,
      isUnsettled: () => this.#unsettledUntilTickMs >= this.world.clock.tickMs(),
    })
  }

  async play(): Promise<void> {
    this.#edit()
    await this.world.start()
    for (let step = 0; step < steps; step += 1) {
      await this.#disturb()
      await this.world.clock.advance(this.#random.pick([0, 50, 300, 2 * second, 15 * second, minute]))
    }
  }

  /** Everything answers well again: what is left runs, and nothing more is done, also after podkeep's own restart. */
  async quiet(): Promise<string[]> {
    const { world } = this
    world.handlers.answers.clear()
    world.handlers.delaysMs.clear()
    await endTroubles(world)
    this.#mayInitFail = false
    if (this.#removedTickMs !== null || this.#doesInitFail) this.#edit()
    await world.clock.advance(30 * minute)
    const status = world.pod('default/web')?.status
    const isReady = status?.conditions.find(({ type }) => type === 'Ready')?.status === 'True'
    const lasts = this.#fixed.policy === 'Always' && this.#fixed.deadlineSeconds === null
    // Where a container may end for good, the pod may run on without it, and is not ready then.
    const problems = isReady || !lasts ? [] : [`the pod is ${status?.phase ?? 'unknown'} and not ready`]
    const before = world.engine.witness
    world.engine.witness = (deed) => {
      before(deed)
      problems.push(`not at rest: ${deed.call} ${deed.facts.name}`)
    }
    await world.clock.advance(10 * minute)
    world.kill()
    await world.start()
    await world.clock.advance(10 * minute)
    return problems
  }

  async #disturb(): Promise<void> {
    const { world } = this
    const random = this.#random
    const deeds: readonly (() => void | Promise<void>)[] = [
      () => this.#edit(),
      () => this.#remove(),
      ...Array.from({ length: 4 }, () => () => this.#answer()),
      () => world.handlers.delaysMs.set(random.pick(questions), random.pick([0, 300, 2 * second, 20 * second])),
      () => this.#crash(),
      () => this.#crash(),
      () => (world.isRunning ? world.kill() : world.start()),
      () => world.engine.dropEvents(),
      () => this.#engine(),
      () => this.#jumpClock(),
    ]
    await random.pick(deeds)()
  }

  #answer(): void {
    const { answers } = this.world.handlers
    answers.set(this.#random.pick(questions), this.#random.pick(['success', 'success', 'failure'] as const))
  }

  #edit(): void {
    this.#removedTickMs = null
    this.#unsettle()
    this.world.write('web.yaml', podText(this.#pod()))
  }

  #remove(): void {
    if (this.#removedTickMs !== null) return
    this.#removedTickMs = this.world.clock.tickMs()
    this.#unsettle()
    this.world.remove('web.yaml')
  }

  #unsettle(): void {
    this.#unsettledUntilTickMs = this.world.clock.tickMs() + 5 * minute
  }

  /** A deadline that a restarted podkeep reads from labels is told in wall-clock time: there a jump does count. */
  #jumpClock(): void {
    if (this.#fixed.deadlineSeconds === null) this.world.clock.jumpWall(this.#random.between(-90, 90) * minute)
  }

  #engine(): void {
    this.#unsettle()
    if (this.world.engine.isUp) this.world.engine.stop()
    else this.world.engine.startAgain()
  }

  #crash(): void {
    const running = this.world.engine.containers().filter((one) => one.state === 'running')
    if (running.length === 0) return
    const victim = this.#random.pick(running)
    if (victim.kind === 'sandbox') this.#unsettle()
    const isRule = this.#fixed.hasRule && victim.name === 'app'
    this.world.engine.crash(victim.id, this.#random.pick([0, 1, 137, ...(isRule ? [restartAllCode] : [])]))
  }

  #pod(): PodText {
    const random = this.#random
    const fixed = this.#fixed
    this.#doesInitFail = this.#mayInitFail && random.chance(0.1)
    const ask = (name: string): object => ({ exec: { command: name.split(' ') } })
    const probe = (name: string): object => ({
      ...ask(name),
      periodSeconds: random.between(1, 5),
      timeoutSeconds: 1,
      failureThreshold: random.between(1, 3),
    })
    const graced = { terminationGracePeriodSeconds: fixed.probeGraceSeconds }
    const fields = (who: string): object => ({
      ...(fixed.hasStartupProbe && { startupProbe: { ...probe(`startup ${who}`), ...graced } }),
      ...(random.chance(0.6) && { livenessProbe: { ...probe(`live ${who}`), ...graced } }),
      ...(random.chance(0.5) && { readinessProbe: probe(`ready ${who}`) }),
      lifecycle: {
        ...(random.chance(0.5) && { postStart: ask(`postStart ${who}`) }),
        ...(random.chance(0.5) && { preStop: ask(`preStop ${who}`) }),
      },
    })
    const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [restartAllCode] } }]
    const rule = fixed.hasRule && { restartPolicy: fixed.policy, restartPolicyRules: rules }
    const scripts = [undefined, undefined, 'trap "" TERM; wait', 'stop in 3']
    const program = (): { script?: string } => {
      const script = random.pick(scripts)
      return script === undefined ? {} : { script }
    }
    return {
      name: 'web',
      restartPolicy: fixed.policy,
      graceSeconds: fixed.graceSeconds,
      ...(fixed.deadlineSeconds !== null && { spec: { activeDeadlineSeconds: fixed.deadlineSeconds } }),
      init: [
        { name: 'setup', script: this.#doesInitFail ? 'exit 1' : 'exit 0' },
        ...sidecars.map((name) => ({ name, ...program(), fields: { ...fields(name), restartPolicy: 'Always' } })),
      ],
      containers: [{ name: 'app', ...program(), fields: { ...fields('app'), ...rule } }, { name: 'other' }],
    }
  }
}
