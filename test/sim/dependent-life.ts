/**
 * A seeded life of pods that wait for each other (`podkeep.io/depends-on`): web for api and cache, api for db.
 *
 * D1  A pod that comes, or comes back, begins only when every pod it depends on is there and has been ready.
 * D2  What runs is not stopped because a pod it depends on is not ready, has crashed or is gone.
 * D3  When everything is well, every pod is ready, and then nothing more is done.
 */

import type { ContainerFacts } from '../../lib/pod/index.js'
import { podText } from './manifests.js'
import { Random } from './random.js'
import { endTroubles, troubles } from './troubles.js'
import { World } from './world.js'

const second = 1000
const minute = 60 * second
const steps = 25
/** Longer than any call takes, and than a plan is old when its calls arrive. */
const inFlightMs = 2 * second

const dependencies: Readonly<Record<string, readonly string[]>> = {
  web: ['api', 'cache'],
  api: ['db'],
  cache: [],
  db: [],
}
const names = Object.keys(dependencies)

export class DependentLife {
  readonly world = new World()
  readonly violations: string[] = []
  readonly #random: Random
  readonly #present = new Set(names)
  /** When a probe of it last answered well. */
  readonly #wellTickMs = new Map<string, number>()
  /** Those that have begun since they came. */
  readonly #begun = new Set<string>()
  /** Until when what runs of it may be stopped. */
  readonly #unsettledUntilTickMs = new Map<string, number>()

  constructor(seed: number) {
    this.#random = new Random(seed)
    const { engine, handlers, clock } = this.world
    engine.chaos = troubles(seed)
    engine.witness = ({ call, facts }) => {
      if (call === 'start' && facts.kind === 'container') this.#onStart(facts)
      if (call === 'kill' && !this.#mayStop(facts.podName)) this.#violate('D2', facts, 'was told to stop')
    }
    handlers.witness = (question, _id, result) => {
      const [, name = ''] = question.split(' ')
      if (result === 'success') this.#wellTickMs.set(name, clock.tickMs())
    }
  }

  async play(): Promise<void> {
    for (const name of names) this.#write(name)
    await this.world.start()
    for (let step = 0; step < steps; step += 1) {
      await this.#disturb()
      await this.world.clock.advance(this.#random.pick([0, 50, 300, 2 * second, 15 * second, minute]))
    }
  }

  async quiet(): Promise<string[]> {
    const { world } = this
    world.handlers.answers.clear()
    await endTroubles(world)
    for (const name of names) if (!this.#present.has(name)) this.#write(name)
    await world.clock.advance(30 * minute)
    const unready = names.filter((name) => !this.#isReady(name)).map((name) => `${name} is not ready`)
    const restless: string[] = []
    world.engine.witness = ({ call, facts }) => restless.push(`not at rest: ${call} ${facts.podName}/${facts.name}`)
    await world.clock.advance(10 * minute)
    world.kill()
    await world.start()
    await world.clock.advance(10 * minute)
    return [...unready, ...restless]
  }

  async #disturb(): Promise<void> {
    const { world } = this
    const random = this.#random
    const name = random.pick(names)
    const deeds: readonly (() => void | Promise<void>)[] = [
      () => this.#write(name),
      () => this.#remove(name),
      ...Array.from({ length: 3 }, () => () => void world.handlers.answers.set(`ready ${name}`, 'failure')),
      ...Array.from({ length: 3 }, () => () => void world.handlers.answers.delete(`ready ${name}`)),
      ...Array.from({ length: 3 }, () => () => this.#crash(name)),
      () => (world.isRunning ? world.kill() : world.start()),
      () => world.engine.dropEvents(),
      () => this.#engine(),
      () => world.clock.jumpWall(random.between(-90, 90) * minute),
    ]
    await random.pick(deeds)()
  }

  #write(name: string): void {
    this.#present.add(name)
    this.#unsettle(name)
    const dependsOn = dependencies[name] ?? []
    this.world.write(
      `${name}.yaml`,
      podText({
        name,
        ...(dependsOn.length > 0 && { annotations: { 'podkeep.io/depends-on': dependsOn.join(', ') } }),
        graceSeconds: 2,
        containers: [
          {
            name: 'app',
            env: { V: String(this.#random.between(1, 2)) },
            fields: { readinessProbe: { exec: { command: ['ready', name] }, periodSeconds: 1, failureThreshold: 1 } },
          },
        ],
      }),
    )
  }

  #remove(name: string): void {
    if (!this.#present.delete(name)) return
    this.#unsettle(name)
    // Should it be back before podkeep is, it was never away.
    if (this.world.isRunning) this.#begun.delete(name)
    this.world.remove(`${name}.yaml`)
  }

  #crash(name: string): void {
    const living = this.#living(name)
    if (living.length === 0) return
    const victim = this.#random.pick(living)
    // Its sandbox takes the pod with it.
    if (victim.kind === 'sandbox') this.#unsettle(name)
    this.world.engine.crash(victim.id, 1)
  }

  #engine(): void {
    for (const name of names) this.#unsettle(name)
    if (this.world.engine.isUp) this.world.engine.stop()
    else this.world.engine.startAgain()
  }

  #onStart(facts: ContainerFacts): void {
    const name = facts.podName
    // What has begun restarts whatever becomes of the others.
    if (this.#begun.has(name)) return
    this.#begun.add(name)
    const nowTickMs = this.world.clock.tickMs()
    for (const other of dependencies[name] ?? []) {
      const wellTickMs = this.#wellTickMs.get(other)
      if (wellTickMs === undefined) this.#violate('D1', facts, `${other} was never ready`)
      else if (this.#living(other).length === 0 && nowTickMs - wellTickMs > inFlightMs)
        this.#violate('D1', facts, `${other} is not there`)
    }
  }

  #living(name: string): ContainerFacts[] {
    return this.world.engine.containers().filter((one) => one.podName === name && one.state === 'running')
  }

  #isReady(name: string): boolean {
    const conditions = this.world.pod(`default/${name}`)?.status.conditions ?? []
    return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  }

  #unsettle(name: string): void {
    this.#unsettledUntilTickMs.set(name, this.world.clock.tickMs() + 5 * minute)
  }

  #mayStop(name: string): boolean {
    return (this.#unsettledUntilTickMs.get(name) ?? 0) >= this.world.clock.tickMs()
  }

  #violate(rule: string, facts: ContainerFacts, why: string): void {
    this.violations.push(`${rule} at ${String(this.world.clock.tickMs())}: ${facts.podName}/${facts.name}: ${why}`)
  }
}
