/** One random life of pods that want each other's ports of the host; what must hold in it port-moves.test.ts says. */

import { portsClash, type ContainerFacts, type PublishedPort } from '../../lib/pod/index.js'
import { podText } from './manifests.js'
import { Random } from './random.js'
import { World } from './world.js'

const second = 1000
const numbers = [80, 81, 82, 83, 84]

export class PortLife {
  readonly world = new World()
  readonly violations: string[] = []
  readonly #random: Random
  readonly #names: readonly string[]
  readonly #wanted = new Map<string, readonly PublishedPort[]>()
  readonly #told = new Set<string>()

  constructor(seed: number) {
    this.#random = new Random(seed)
    this.#names = ['a', 'b', 'c', 'd'].slice(0, this.#random.between(2, 4))
    this.world.engine.witness = ({ call, facts, signal }) => {
      if (call === 'kill' && signal === 'SIGTERM') this.#stopped(facts)
    }
  }

  async play(): Promise<void> {
    for (const name of this.#names) this.#edit(name, this.#somePorts())
    await this.world.start()
    for (let step = 0; step < 30; step += 1) {
      await this.world.clock.advance(this.#random.pick([0, 3, 50, 700, 2000, 6000, 6000]))
      const name = this.#random.pick(this.#names)
      if (!this.world.isRunning) await this.world.start()
      else if (this.#random.chance(0.1)) this.world.kill()
      else if (this.#random.chance(0.3)) this.#swap(name, this.#random.pick(this.#names))
      else if (this.#random.chance(0.1)) this.#drop(name)
      else this.#edit(name, this.#somePorts())
    }
    if (!this.world.isRunning) await this.world.start()
  }

  /** M4: who does not run as asked, and nobody is in its way. */
  async quiet(): Promise<string[]> {
    await this.world.clock.advance(60 * second)
    return this.unlike().filter((name) => {
      const entry = this.world.pod(`default/${name}`)
      const conflict = /^port .* of the host (is taken by|goes to) pod default\/(\w)/.exec(entry?.status.message ?? '')
      const other = conflict?.[2] ?? ''
      const ports = [...(this.#wanted.get(other) ?? []), ...this.#ports(other)]
      return !(this.#wanted.get(name) ?? []).some((port) => ports.some((one) => portsClash(port, one)))
    })
  }

  /** M3: each gets ports that no other wants, most of them another's. */
  async settle(): Promise<void> {
    const free = [...numbers].sort(() => (this.#random.chance(0.5) ? 1 : -1))
    for (const name of this.#names) this.#edit(name, [aPort(free.pop() ?? 0, null)])
    await this.world.clock.advance(60 * second)
  }

  /** Those that do not run with what they want. */
  unlike(): string[] {
    const text = (ports: readonly PublishedPort[]): string => JSON.stringify(ports)
    return [...this.#wanted]
      .filter(([name, ports]) => this.world.running(name).length !== 1 || text(this.#ports(name)) !== text(ports))
      .map(([name]) => name)
  }

  #somePorts(): PublishedPort[] {
    const random = this.#random
    const first = random.between(0, numbers.length - 1)
    const chosen = [first, ...(random.chance(0.3) ? [(first + random.between(1, 4)) % numbers.length] : [])]
    return chosen.map((index) =>
      aPort(numbers[index] ?? 0, random.chance(0.2) ? random.pick(['127.0.0.1', '127.0.0.2']) : null),
    )
  }

  #edit(name: string, ports: readonly PublishedPort[]): void {
    this.#wanted.set(name, ports)
    const script = this.#random.pick(['run', 'stop in 3', 'trap "" TERM'])
    const containers = [{ name, script, fields: { ports } }]
    this.world.write(`${name}.yaml`, podText({ name, graceSeconds: 5, containers }))
  }

  #swap(a: string, b: string): void {
    const [first, other] = [this.#wanted.get(a), this.#wanted.get(b)]
    if (a === b || first === undefined || other === undefined) return
    this.#edit(a, other)
    this.#edit(b, first)
  }

  #drop(name: string): void {
    this.#wanted.delete(name)
    this.world.remove(`${name}.yaml`)
  }

  /** Of its sandboxes that run. */
  #ports(name: string): readonly PublishedPort[] {
    return this.world.engine
      .containers()
      .filter((one) => one.podName === name && one.kind === 'sandbox' && one.state === 'running')
      .flatMap((one) => one.ports ?? [])
  }

  /** M1 */
  #stopped({ podName, id }: ContainerFacts): void {
    if (!this.#wanted.has(podName) || this.#told.has(id)) return
    this.#told.add(id)
    const holders = this.#reach(podName)
    const outside = [...holders].filter((name) => !this.#reach(name).has(podName))
    if (outside.length > 0) {
      const all = this.#names.map((name) => `${name}: ${JSON.stringify([this.#ports(name), this.#wanted.get(name)])}`)
      this.violations.push(`${podName} was stopped, and ${outside.join(', ')} is in its way: ${all.join(' ')}`)
    }
  }

  /** Those who have what it wants, and who have what they want. */
  #reach(name: string, reached = new Set<string>()): Set<string> {
    const wanted = this.#wanted.get(name) ?? []
    for (const other of this.#names) {
      const isInTheWay = this.#ports(other).some((port) => wanted.some((one) => portsClash(one, port)))
      if (other === name || reached.has(other) || !isInTheWay) continue
      this.#reach(other, reached.add(other))
    }
    return reached
  }
}

function aPort(hostPort: number, hostIP: string | null): PublishedPort {
  return { containerPort: 80, protocol: 'TCP', hostPort, hostIP }
}
