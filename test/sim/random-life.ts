/** A seeded life: pods are edited, renamed, moved, broken, removed and brought back while everything around them fails. */

import { decodeFile } from '../../lib/manifest/index.js'
import {
  containerHash,
  podKey,
  podUid,
  sandboxHash,
  type ContainerFacts,
  type DesiredPod,
} from '../../lib/pod/index.js'
import { watch, type Watcher } from './invariants.js'
import { podText, type PodText } from './manifests.js'
import { absentImage, fixedPart, randomPod, sharedUid, unsteadyPath } from './random-pod.js'
import { Random } from './random.js'
import { endTroubles, troubles } from './troubles.js'
import { World } from './world.js'

const second = 1000
const minute = 60 * second
const steps = 30

const podNames = ['alpha', 'beta', 'gamma'] as const
type PodName = (typeof podNames)[number]
/** Some pods live in a file of their own, some together. */
const sharedFile = 'shared.yaml'

export class RandomLife {
  readonly world = new World()
  readonly watcher: Watcher
  readonly #random: Random
  readonly #seed: number
  readonly #pods = new Map<PodName, { text: PodText; file: string }>()
  readonly #brokenFiles = new Set<string>()
  /** Until when (tick) containers of a pod may be told to stop: an edit waits for its image, a removal for its grace. */
  readonly #unsettled = new Map<string, number>()
  readonly #initNames = new Map<string, readonly string[]>()

  constructor(seed: number) {
    this.#seed = seed
    this.#random = new Random(seed)
    this.world.engine.registry.add('app:2')
    this.world.engine.chaos = troubles(seed)
    this.watcher = watch(this.world, {
      graceMsOf: (name) => fixedPart(name, seed).graceSeconds * second,
      restartPolicyOf: (name) => fixedPart(name, seed).restartPolicy,
      initNamesOf: (podHash) => this.#initNames.get(podHash) ?? [],
      mayStop: (name) => (this.#unsettled.get(name) ?? 0) >= this.world.clock.tickMs(),
    })
  }

  async play(): Promise<void> {
    for (const name of podNames.slice(0, this.#random.between(1, 3))) this.#edit(name)
    await this.world.start()
    for (let step = 0; step < steps; step += 1) {
      await this.#disturb()
      await this.world.clock.advance(this.#random.pick([0, 50, 300, 2 * second, 15 * second, 2 * minute]))
    }
  }

  /** Everything works again; then everything is as asked, and nothing may be left to do. */
  async quiet(): Promise<string[]> {
    const { world } = this
    await endTroubles(world)
    this.#brokenFiles.clear()
    this.#takeEffect()
    world.missingPaths.clear()
    world.isDirectoryReadable = true
    this.#writeFiles()
    this.#unsettleAll()
    await world.clock.advance(25 * minute)
    return [...this.#strays(), ...this.#misfits(), ...(await this.#restlessness())]
  }

  async #disturb(): Promise<void> {
    const { world } = this
    const random = this.#random
    const name = random.pick(podNames)
    const weighted: readonly (readonly [number, () => void | Promise<void>])[] = [
      [4, () => this.#edit(name)],
      [2, () => this.#remove(name)],
      [1, () => this.#removeAndBringBack(name)],
      [2, () => this.#break(random.pick([sharedFile, `${name}.yaml`]))],
      [1, () => this.#mend()],
      [4, () => this.#crash()],
      [2, () => this.#removeByHand()],
      [2, () => this.#loseRecord(name)],
      [3, () => (world.isRunning ? world.kill() : world.start())],
      [1, () => this.#stopPods()],
      [2, () => this.#engine()],
      [1, () => world.engine.dropEvents()],
      [1, () => world.clock.jumpWall(random.between(-90, 90) * minute)],
      [1, () => this.#unmountDirectory()],
      [1, () => this.#togglePath()],
    ]
    await random.pick(weighted.flatMap(([weight, deed]) => Array.from({ length: weight }, () => deed)))()
  }

  #edit(name: PodName): void {
    const random = this.#random
    const text = randomPod(random, name, this.#seed)
    const before = this.#pods.get(name)
    if (before?.text.uid !== text.uid) this.watcher.replaced(name)
    this.#put(name, text, random.chance(0.3) ? sharedFile : `${name}.yaml`)
  }

  #put(name: PodName, text: PodText, file: string): void {
    this.#pods.set(name, { text, file })
    this.watcher.edited(name)
    const pod = desired(text)
    this.#initNames.set(
      sandboxHash(pod),
      pod.initContainers.map((one) => one.name),
    )
    this.#writeFiles()
    this.#unsettleAll()
  }

  #remove(name: PodName): void {
    this.#pods.delete(name)
    this.watcher.replaced(name)
    this.#writeFiles()
    this.#unsettleAll()
  }

  async #removeAndBringBack(name: PodName): Promise<void> {
    const known = this.#pods.get(name)
    if (known === undefined) return
    this.#remove(name)
    await this.world.clock.advance(this.#random.pick([0, 100, 3 * second]))
    this.#put(name, known.text, known.file)
  }

  #break(file: string): void {
    if (!this.world.files.has(file)) return
    this.#brokenFiles.add(file)
    this.#writeFiles()
  }

  #mend(): void {
    this.#brokenFiles.clear()
    this.#takeEffect()
    this.#writeFiles()
    this.#unsettleAll()
  }

  /** Edits that podkeep could not see until now may have asked for another uid. */
  #takeEffect(): void {
    for (const name of podNames) this.watcher.replaced(name)
  }

  /** All at once, as a move of a pod from one file to another is one look at the directory. */
  #writeFiles(): void {
    const { files } = this.world
    files.clear()
    for (const { text, file } of this.#pods.values()) {
      files.set(file, [...(files.has(file) ? [files.get(file)] : []), podText(text)].join('\n---\n'))
    }
    for (const file of this.#brokenFiles) {
      const text = files.get(file)
      if (text === undefined) this.#brokenFiles.delete(file)
      else files.set(file, `${text}\n---\n{ "apiVersion": "v1", "kind": "Pod", "metadata": `)
    }
    this.world.rescan()
  }

  #unsettle(name: string): void {
    this.#unsettled.set(name, this.world.clock.tickMs() + 10 * minute)
  }

  #unsettleAll(): void {
    for (const name of podNames) this.#unsettle(name)
  }

  #crash(): void {
    const running = this.world.engine.containers().filter((one) => one.state === 'running')
    if (running.length === 0) return
    const victim = this.#random.pick(running)
    if (victim.kind === 'sandbox') this.#unsettle(victim.podName)
    this.world.engine.crash(victim.id, this.#random.pick([0, 1, 137]))
  }

  /** `docker rm -f`; of what ended for good only once podkeep could note it. */
  #removeByHand(): void {
    const noted = new Set([...this.world.records.values()].flatMap((record) => record.ended).map((one) => one.id))
    const removable = this.world.engine
      .containers()
      .filter(
        (one) =>
          one.state !== 'exited' || noted.has(one.id) || fixedPart(one.podName, this.#seed).restartPolicy === 'Always',
      )
    if (removable.length === 0) return
    const victim = this.#random.pick(removable)
    this.#unsettle(victim.podName)
    this.world.engine.removeByHand(victim.id)
  }

  /** As a damaged one: podkeep sets it aside at its start. */
  #loseRecord(name: PodName): void {
    if (this.world.isRunning) return
    this.world.records.delete(podKey('default', name))
    this.watcher.edited(name)
    this.watcher.replaced(name)
  }

  async #stopPods(): Promise<void> {
    const { world } = this
    if (!world.isRunning) return
    this.#unsettleAll()
    const stopping = world.supervisor.stopPods()
    await world.clock.advance(this.#random.pick([0, second, 40 * second]))
    world.kill()
    await world.clock.advance(2 * second)
    await stopping
  }

  #engine(): void {
    const { engine } = this.world
    this.#unsettleAll()
    if (engine.isUp) engine.stop()
    else engine.startAgain()
  }

  #unmountDirectory(): void {
    this.world.isDirectoryReadable = !this.world.isDirectoryReadable
    this.#takeEffect()
    this.world.rescan()
  }

  #togglePath(): void {
    const { missingPaths } = this.world
    if (!missingPaths.delete(unsteadyPath)) missingPaths.add(unsteadyPath)
  }

  #strays(): string[] {
    const { world } = this
    const containers = world.engine.containers()
    const known = new Set<string>(this.#pods.keys())
    const uids = new Set<string>([
      ...containers.map((one) => one.podUid),
      ...[...world.records.values()].map((one) => one.uid),
    ])
    return [
      ...containers.filter((one) => !known.has(one.podName)).map((one) => `stray container ${one.podName}/${one.name}`),
      ...[...world.records.keys()]
        .filter((key) => !known.has(key.replace('default/', '')))
        .map((key) => `stray record ${key}`),
      ...[...world.volumes].filter((uid) => !uids.has(uid)).map((uid) => `stray volumes ${uid}`),
    ]
  }

  #misfits(): string[] {
    return [...this.#pods].flatMap(([name, { text }]) => {
      const phase = this.world.pod(`default/${name}`)?.status.phase
      if (phase === undefined) return [`${name} is not on the board`]
      if (phase === 'Succeeded' || phase === 'Failed')
        return text.restartPolicy === 'Always' ? [`${name} is ${phase}`] : []
      return this.#isWaitingForOthers(text) ? [] : this.#misfitsOf(name, text)
    })
  }

  /** For an image that will never come, a uid that another pod has, or a port. */
  #isWaitingForOthers(text: PodText): boolean {
    const containers = text.containers ?? []
    return text.uid === sharedUid || containers.some((one) => one.image === absentImage || one.hostPort !== undefined)
  }

  /** What runs for ever runs now, as the manifest says, and once. */
  #misfitsOf(name: string, text: PodText): string[] {
    const pod = desired(text)
    const present = this.world.engine.containers().filter((one) => one.podName === name)
    const uids = new Set(present.map((one) => one.podUid))
    const lasting = pod.containers.filter(
      (one) => text.containers?.find((t) => t.name === one.name)?.script?.includes('exit') !== true,
    )
    const missing = lasting.filter((one) => {
      const running = present.filter((each) => each.name === one.name && each.state === 'running')
      const [only] = running
      const hasDone = text.restartPolicy === 'OnFailure' && newestOf(present, one.name)?.exitCode === 0
      if (hasDone) return false
      return running.length !== 1 || only?.hash !== containerHash(pod, one) || only.podHash !== sandboxHash(pod)
    })
    const names = new Set(['POD', ...[...pod.initContainers, ...pod.containers].map((one) => one.name)])
    const isNever = text.restartPolicy === 'Never'
    return [
      ...(isNever ? [] : missing.map((one) => `${name}/${one.name} does not run as its manifest says`)),
      ...present.filter((one) => !names.has(one.name)).map((one) => `${name}/${one.name} is in no manifest`),
      ...(uids.size > 1 ? [`${name} has containers of ${String(uids.size)} uids`] : []),
      ...(text.uid !== undefined && uids.size > 0 && !uids.has(podUid(text.uid))
        ? [`${name} has not the uid it asks for`]
        : []),
    ]
  }

  /** A converged world: nothing but restarts after crashes, completed runs and tries for ports that are taken. */
  async #restlessness(): Promise<string[]> {
    const calls: string[] = []
    const before = this.world.engine.witness
    this.world.engine.witness = (what) => {
      before(what)
      const text = [...this.#pods].find(([name]) => name === what.facts.podName)?.[1].text
      const all = [...(text?.containers ?? []), ...(text?.init ?? [])]
      if (all.some((one) => one.hostPort !== undefined)) return
      if (all.find((one) => one.name === what.facts.name)?.script?.includes('exit') === true) return
      calls.push(`${what.call} ${what.facts.podName}/${what.facts.name}`)
    }
    await this.world.clock.advance(20 * minute)
    return calls.map((call) => `not at rest: ${call}`)
  }
}

function newestOf(present: readonly ContainerFacts[], name: string): ContainerFacts | undefined {
  return present.filter((one) => one.name === name).sort((a, b) => b.attempt - a.attempt)[0]
}

function desired(text: PodText): DesiredPod {
  const { pods, problems } = decodeFile('a.yaml', Buffer.from(podText(text)))
  const [decoded] = pods
  if (decoded === undefined) throw new Error(`a random pod is refused: ${problems[0]?.message ?? ''}`)
  return decoded.pod
}
