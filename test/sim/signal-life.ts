/**
 * A seeded life of a pod whose containers are told of changed ConfigMaps by a signal (`podkeep.io/on-config-change`).
 *
 * N1  Nobody is told unless its volumes were written anew since it was made, once for each change; once more for each podkeep that
 *     was killed and each answer that was lost, for nobody knows then.
 * N2  A change stops nobody, and tells nobody who is known to be frozen.
 * N3  When it gets quiet everyone who runs knows what it mounts, and then nobody is told anything.
 */

import type { ContainerFacts, ContainerId } from '../../lib/pod/index.js'
import { podText } from './manifests.js'
import { Random } from './random.js'
import { endTroubles, troubles } from './troubles.js'
import { World } from './world.js'

const second = 1000
const minute = 60 * second
const steps = 30
/** Longer than a call takes, and than the engine's news. */
const inFlightMs = 3 * second

const maps = ['one', 'two'] as const
/** Which maps a container mounts, and how it is told. */
const containers: Readonly<Record<string, { readonly mounts: readonly string[]; readonly signal: string }>> = {
  both: { mounts: ['one', 'two'], signal: 'SIGHUP' },
  single: { mounts: ['two'], signal: 'SIGUSR1' },
  none: { mounts: [], signal: '' },
}

interface Known {
  readonly atFirst: number
  /** Of the volumes, when it was told last. */
  content: string
  signals: number
  excuses: number
}

export class SignalLife {
  readonly world = new World()
  readonly violations: string[] = []
  readonly #random: Random
  readonly #known = new Map<ContainerId, Known>()
  /** How often each volume was written with something new. */
  readonly #changes = new Map<string, number>()
  readonly #pausedTickMs = new Map<ContainerId, number>()
  #version = 0

  constructor(seed: number) {
    this.#random = new Random(seed)
    const { engine, writtenVolumes } = this.world
    engine.chaos = troubles(seed, seed % 2 === 0 ? 0.04 : 0)
    engine.witness = ({ call, facts, signal }) => {
      if (call === 'create') this.#known.set(facts.id, this.#asMade(facts))
      if (call === 'start') this.#hears(facts)
      if (call === 'kill') this.#onSignal(facts, signal ?? '')
    }
    engine.onLostAnswer = () => this.#excuse()
    const set = writtenVolumes.set.bind(writtenVolumes)
    writtenVolumes.set = (key, files) => {
      const name = key.slice(key.indexOf('/') + 1)
      if (textOf(files) !== textOf(writtenVolumes.get(key))) this.#changes.set(name, (this.#changes.get(name) ?? 0) + 1)
      return set(key, files)
    }
  }

  async play(): Promise<void> {
    for (const name of maps) this.#edit(name)
    this.world.files.set('pod.yaml', thePod)
    await this.world.start()
    for (let step = 0; step < steps; step += 1) {
      await this.#disturb()
      await this.world.clock.advance(this.#random.pick([0, 50, 300, 2 * second, 15 * second, minute]))
    }
  }

  async quiet(): Promise<string[]> {
    const { world } = this
    const { engine } = world
    await endTroubles(world)
    for (const one of engine.containers()) if (one.paused) engine.pauseByHand(one.id, false)
    await world.clock.advance(20 * minute)
    const running = engine.containers().filter((one) => one.state === 'running' && one.kind === 'container')
    const ignorant = running.filter((one) => this.#known.get(one.id)?.content !== this.#content(one))
    const restless: string[] = []
    engine.witness = ({ call, facts }) => restless.push(`not at rest: ${call} ${facts.name}`)
    await world.clock.advance(10 * minute)
    return [
      ...(running.length === Object.keys(containers).length ? [] : [`${String(running.length)} containers run`]),
      ...ignorant.map((one) => `${one.name} was not told`),
      ...restless,
    ]
  }

  async #disturb(): Promise<void> {
    const { world } = this
    const { engine } = world
    const random = this.#random
    const weighted: readonly (readonly [number, () => void | Promise<void>])[] = [
      [6, () => this.#edit(random.pick(maps))],
      [2, () => maps.forEach((name) => this.#edit(name))],
      [2, () => this.#crash()],
      [3, () => (world.isRunning ? this.#kill() : world.start())],
      [1, () => (engine.isUp ? engine.stop() : engine.startAgain())],
      [1, () => engine.dropEvents()],
      [2, () => this.#pause()],
    ]
    await random.pick(weighted.flatMap(([weight, deed]) => Array.from({ length: weight }, () => deed)))()
  }

  #edit(name: string): void {
    const data = { version: String(++this.#version) }
    this.world.write(`${name}.yaml`, JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }))
  }

  #crash(): void {
    const { engine } = this.world
    const running = engine.containers().filter((one) => one.state === 'running')
    if (running.length > 0) engine.crash(this.#random.pick(running).id, 1)
  }

  #kill(): void {
    this.world.kill()
    this.#excuse()
  }

  #pause(): void {
    const { engine } = this.world
    const running = engine.containers().filter((one) => one.state === 'running' && one.kind === 'container')
    if (running.length === 0) return
    const { id, paused } = this.#random.pick(running)
    this.#pausedTickMs.set(id, this.world.clock.tickMs())
    engine.pauseByHand(id, !paused)
  }

  #asMade(facts: ContainerFacts): Known {
    return { atFirst: this.#changesOf(facts), content: this.#content(facts), signals: 0, excuses: 0 }
  }

  #onSignal(facts: ContainerFacts, signal: string): void {
    const { name } = facts
    const known = this.#known.get(facts.id)
    if (signal !== containers[name]?.signal) {
      // Told to end: what belongs to a sandbox that is gone.
      if (this.#isSandboxAlive(facts)) this.#violate('N2', facts, `got ${signal}`)
      return
    }
    if (known === undefined) return
    if (facts.paused && this.world.clock.tickMs() > (this.#pausedTickMs.get(facts.id) ?? 0) + inFlightMs)
      this.#violate('N2', facts, 'told while it is frozen')
    known.signals += 1
    const changes = this.#changesOf(facts) - known.atFirst
    if (known.signals > changes + known.excuses)
      this.#violate('N1', facts, `signal ${String(known.signals)} after ${String(changes)} changes`)
    this.#hears(facts)
  }

  #isSandboxAlive(facts: ContainerFacts): boolean {
    return this.world.engine.containers().some((one) => one.id === facts.sandboxId && one.state === 'running')
  }

  #hears(facts: ContainerFacts): void {
    const known = this.#known.get(facts.id)
    if (known !== undefined) known.content = this.#content(facts)
  }

  #excuse(): void {
    for (const known of this.#known.values()) known.excuses += 1
  }

  #changesOf({ name }: ContainerFacts): number {
    return (containers[name]?.mounts ?? []).reduce((sum, map) => sum + (this.#changes.get(map) ?? 0), 0)
  }

  #content({ name, podUid }: ContainerFacts): string {
    const { writtenVolumes } = this.world
    return (containers[name]?.mounts ?? []).map((map) => textOf(writtenVolumes.get(`${podUid}/${map}`))).join()
  }

  #violate(rule: string, { name, attempt }: ContainerFacts, why: string): void {
    this.violations.push(`${rule} at ${String(this.world.clock.tickMs())}: ${name} #${String(attempt)}: ${why}`)
  }
}

function textOf(files: ReadonlyMap<string, string> = new Map()): string {
  return [...files].flat().join(' ')
}

const thePod = podText({
  name: 'web',
  annotations: { 'podkeep.io/on-config-change': 'SIGHUP, single=SIGUSR1' },
  volumes: maps.map((name) => ({ name, configMap: { name } })),
  containers: Object.entries(containers).map(([name, { mounts }]) => ({
    name,
    mounts: mounts.map((map) => ({ name: map, mountPath: `/${map}` })),
  })),
})
