/**
 * An engine in memory that keeps the promises of ports/container-runtime.ts; the contract suite holds it to them. Chaos, off
 * unless set, makes calls slow, makes them fail before or after their effect, and delivers events late and out of order.
 */

import {
  containerId,
  PodkeepError,
  portsClash,
  portText,
  type Claim,
  type ContainerFacts,
  type ContainerId,
  type ContainerIdentity,
  type ContainerSpec,
  type ErrorCode,
  type HostEntry,
  type LinuxResources,
  type MountSpec,
  type Owner,
  type PublishedPort,
  type SandboxSpec,
  type PullSecret,
} from '../../lib/pod/index.js'
import type {
  Clock,
  ContainerRuntime,
  EngineInfo,
  ExecResult,
  ImageFacts,
  RuntimeEvent,
} from '../../lib/ports/index.js'
import { programOf, type Program } from './program.js'
import type { Random } from './random.js'

interface ModelContainer {
  facts: ContainerFacts
  /** Whose it is. */
  readonly owner: Owner
  readonly program: Program
  readonly env: readonly string[]
  readonly user: string | null
  readonly joins: ContainerId | null
  readonly ports: readonly PublishedPort[]
  /** NFS servers that it mounts from. */
  readonly servers: readonly string[]
  readonly sources: readonly string[]
  readonly hasAddress: boolean
  /** What its hosts file says of others. */
  names: readonly HostEntry[]
  /** Bumped at every start and end, so that a timer of an earlier life does nothing. */
  life: number
  /** What runs in it beside its program; ends with it. */
  readonly execs: Set<(exitCode: number) => void>
}

interface ModelDetails {
  readonly owner: Owner
  readonly program: Program
  readonly env: readonly string[]
  /** null: the image's. */
  readonly user: string | null
  readonly image: string
  readonly resources: LinuxResources
  readonly ports: readonly PublishedPort[]
  readonly claims: readonly string[]
  readonly servers: readonly string[]
  readonly sources: readonly string[]
  readonly stopSignal: string
  /** A sandbox on the pod network. */
  readonly hasAddress: boolean
}

interface Listener {
  readonly node: string
  readonly push: (event: RuntimeEvent) => void
  readonly end: () => void
}

export interface Chaos {
  readonly random: Random
  readonly maxLatencyMs: number
  readonly maxEventDelayMs: number
  /** Per call. */
  readonly failBefore: number
  readonly failAfter: number
}

export type Witness = (what: {
  readonly call: 'create' | 'start' | 'kill' | 'remove' | 'update'
  readonly facts: ContainerFacts
  readonly signal?: string
}) => void

/** The engine itself: outlives every podkeep that talks to it. */
export class ModelEngine {
  readonly clock: Clock
  readonly images = new Set<string>()
  readonly registry = new Set<string>()
  runtimes = ['runc']
  /** Behind claims: by node, namespace and claim. */
  readonly volumes = new Set<string>()
  /** That answer. */
  readonly nfsServers = new Set<string>()
  /** USER of images, here or in the registry; others have none. */
  readonly imageUsers = new Map<string, string>()
  /** What containers have written meanwhile. */
  readonly diskBytes = new Map<ContainerId, number>()
  readonly #containers = new Map<ContainerId, ModelContainer>()
  readonly #listeners = new Set<Listener>()
  #nextId = 1
  #isUp = true
  #addresses = 1
  chaos: Chaos | null = null
  /** Hears of each pull, and of the logins that a pod brings to it. */
  onPull: (image: string, secrets: readonly PullSecret[]) => void = () => undefined
  witness: Witness = () => undefined
  onEnd: (facts: ContainerFacts) => void = () => undefined
  /** Chaos made a call take effect and lost its answer. */
  onLostAnswer: () => void = () => undefined
  onNames: (id: ContainerId, entries: readonly HostEntry[]) => void = () => undefined

  constructor(clock: Clock) {
    this.clock = clock
  }

  get isUp(): boolean {
    return this.#isUp
  }

  containers(): ContainerFacts[] {
    return [...this.#containers.values()].map((one) => one.facts)
  }

  /** What a container mounts: a path, `SERVER:PATH` or `claim NAMESPACE/NAME`. */
  mounts(id: ContainerId): readonly string[] {
    return this.#containers.get(id)?.sources ?? []
  }

  /** `NAME=value`, as its process finds them. */
  environment(id: ContainerId): readonly string[] {
    return this.#containers.get(id)?.env ?? []
  }

  /** As whom its process runs. */
  userOf(id: ContainerId): string {
    const one = this.#containers.get(id)
    return one?.user ?? this.imageUsers.get(one?.facts.image ?? '') ?? ''
  }

  containersOf(owner: Owner): ContainerFacts[] {
    return [...this.#containers.values()]
      .filter((one) => one.owner.node === owner.node)
      .map((one) => factsFor(owner, one))
  }

  /** The daemon goes away and takes every container with it. */
  stop(): void {
    this.#isUp = false
    for (const one of this.#containers.values())
      if (one.facts.state === 'running') this.#end(one, 137, { withEngine: true })
    for (const listener of this.#listeners) listener.end()
    this.#listeners.clear()
  }

  /** Like a real one it tells ends shortly before its start for its own; see lib/docker/died-with-engine.ts. */
  startAgain(): void {
    this.#isUp = true
    for (const one of this.#containers.values()) {
      const { finishedAtMs } = one.facts
      const isLate = finishedAtMs !== null && this.clock.wallMs() - finishedAtMs <= 300_000
      one.facts = { ...one.facts, diedWithEngine: isLate }
    }
  }

  /** The event stream breaks, nothing else. */
  dropEvents(): void {
    for (const listener of this.#listeners) listener.end()
    this.#listeners.clear()
  }

  /** The process dies, or someone kills it, behind podkeep's back. */
  crash(id: ContainerId, exitCode: number): void {
    const one = this.#containers.get(id)
    if (one?.facts.state === 'running') this.#end(one, exitCode)
  }

  /** `docker pause` and `docker unpause`. */
  pauseByHand(id: ContainerId, paused: boolean): void {
    const one = this.#containers.get(id)
    if (one?.facts.state !== 'running') return
    one.facts = { ...one.facts, paused }
    this.#tell('changed', one, paused ? 'pause' : 'unpause')
  }

  /** `docker rm -f`, `docker container prune`. */
  removeByHand(id: ContainerId): void {
    const one = this.#containers.get(id)
    if (one === undefined) return
    this.#containers.delete(id)
    this.#tell('removed', one, 'destroy')
  }

  runtime(node = 'model', stateFolderId = 'folder-1'): ContainerRuntime {
    return new ModelRuntime(this, { node, stateFolderId })
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  find(id: ContainerId, node: string): ModelContainer | undefined {
    const one = this.#containers.get(id)
    return one?.owner.node === node ? one : undefined
  }

  create(identity: ContainerIdentity, details: ModelDetails): ContainerFacts {
    const name = nameOf(identity)
    const taken = [...this.#containers.values()].find(
      (one) => one.owner.node === details.owner.node && nameOf(one.facts) === name,
    )
    if (taken !== undefined && isSame(taken.facts, identity)) return factsFor(details.owner, taken)
    if (taken !== undefined && (taken.facts.startedAtMs !== null || taken.facts.state !== 'created')) {
      throw new PodkeepError('NAME_TAKEN', `creating ${name}: an older container has this name`)
    }
    if (taken !== undefined) this.#containers.delete(taken.facts.id)
    const id = containerId(String(this.#nextId++).padStart(64, '0'))
    const facts: ContainerFacts = {
      ...identity,
      id,
      isForeign: false,
      state: 'created',
      paused: false,
      createdAtMs: this.clock.wallMs(),
      startedAtMs: null,
      finishedAtMs: null,
      exitCode: null,
      oomKilled: false,
      error: '',
      diedWithEngine: false,
      image: details.image,
      imageId: `sha256:${details.image}`,
      ip: null,
      stopSignal: details.stopSignal,
      resources: details.resources,
      ...(details.ports.length > 0 && { ports: details.ports }),
      ...(details.claims.length > 0 && { claims: details.claims }),
    }
    const made: ModelContainer = {
      facts,
      program: details.program,
      env: details.env,
      user: details.user,
      owner: details.owner,
      joins: identity.sandboxId,
      ports: details.ports,
      servers: details.servers,
      sources: details.sources,
      hasAddress: details.hasAddress,
      names: [],
      life: 0,
      execs: new Set(),
    }
    this.witness({ call: 'create', facts })
    this.#containers.set(id, made)
    return facts
  }

  start(id: ContainerId, node: string): void {
    const one = this.find(id, node)
    if (one === undefined) throw new PodkeepError('CONTAINER_GONE', `starting ${id}: no such container`)
    if (one.facts.state === 'running') return
    if (one.joins !== null && this.#containers.get(one.joins)?.facts.state !== 'running') {
      this.#failStart(one, 'SANDBOX_NOT_RUNNING', 'cannot join network of a non running container', 128)
    }
    const away = one.servers.find((server) => !this.nfsServers.has(server))
    if (away !== undefined) throw new PodkeepError('NFS_FAILED', `starting a container: no NFS server ${away}`)
    this.witness({ call: 'start', facts: one.facts })
    const rival = this.#portRival(one)
    if (rival !== undefined) this.#failStart(one, 'PORT_IN_USE', `port ${portText(rival)} is already allocated`, 128)
    const { missing } = one.program
    if (missing !== null)
      this.#failStart(one, 'COMMAND_CANNOT_RUN', `exec: "${missing}": executable file not found in $PATH`, 127)
    one.life += 1
    one.facts = {
      ...one.facts,
      state: 'running',
      startedAtMs: this.clock.wallMs(),
      finishedAtMs: null,
      exitCode: null,
      diedWithEngine: false,
      ip: one.hasAddress ? `172.30.0.${String(++this.#addresses % 250)}` : null,
    }
    this.#tell('changed', one, 'start')
    const { exits } = one.program
    const life = one.life
    if (exits !== null) {
      this.clock.timer(exits.afterMs, () => {
        if (one.life === life) this.#end(one, exits.code)
      })
    }
  }

  kill(id: ContainerId, signal: string, node: string): boolean {
    const one = this.find(id, node)
    if (one?.facts.state !== 'running') return false
    this.witness({ call: 'kill', facts: one.facts, signal })
    const life = one.life
    const endSoon = (delayMs: number, code: number): void => {
      this.clock.timer(delayMs, () => {
        if (one.life === life) this.#end(one, code)
      })
    }
    if (signal === 'SIGKILL') endSoon(1, 137)
    else if (signal === one.program.hears?.signal) endSoon(5, one.program.hears.code)
    // Any other is nothing to a program that does not know it: in its namespace it is the first process.
    else if (signal === one.facts.stopSignal && !one.program.ignoresTerm)
      endSoon(one.program.stopMs, one.facts.kind === 'sandbox' ? 0 : one.program.stopCode)
    return true
  }

  remove(id: ContainerId, force: boolean, node: string): void {
    const one = this.find(id, node)
    if (one === undefined) return
    if (one.facts.state === 'running' && !force)
      throw new PodkeepError('CONTAINER_RUNNING', 'removing a container: it runs')
    this.witness({ call: 'remove', facts: one.facts })
    if (one.facts.state === 'running') this.#end(one, 137)
    this.#containers.delete(id)
    this.#tell('removed', one, 'destroy')
  }

  exec(id: ContainerId, command: readonly string[], timeoutMs: number | null, node: string): Promise<ExecResult> {
    const one = this.find(id, node)
    if (one?.facts.state !== 'running') throw new PodkeepError('CONTAINER_GONE', `exec in ${id}: it does not run`)
    if (command.join(' ') === 'cat /etc/hosts') return Promise.resolve({ exitCode: 0, output: this.#hostsText(id) })
    const { exits, missing, output } = programOf(command, null)
    if (missing !== null)
      return Promise.resolve({ exitCode: 126, output: `exec: "${missing}": executable file not found in $PATH` })
    return new Promise((resolve) => {
      const end = (exitCode: number | null): void => {
        one.execs.delete(end)
        for (const cancel of timers) cancel()
        resolve({ exitCode, output })
      }
      const timers = [
        ...(exits === null ? [] : [this.clock.timer(exits.afterMs, () => end(exits.code))]),
        ...(timeoutMs === null ? [] : [this.clock.timer(timeoutMs, () => end(null))]),
      ]
      one.execs.add(end)
    })
  }

  #hostsText(id: ContainerId): string {
    return this.hosts(id)
      .map(({ ip, names }) => `${ip}\t${names.join(' ')}\n`)
      .join('')
  }

  /** What a program says, it says at its end. */
  lastLog(id: ContainerId, node: string): string {
    const one = this.find(id, node)
    if (one === undefined) throw new PodkeepError('CONTAINER_GONE', `reading the log of ${id}: no such container`)
    return one.facts.state === 'exited' ? one.program.output : ''
  }

  diskUse(id: ContainerId, node: string): number | null {
    const one = this.find(id, node)
    if (one === undefined) return null
    return this.diskBytes.get(id) ?? (one.facts.startedAtMs === null ? 0 : one.program.writtenBytes)
  }

  update(id: ContainerId, resources: LinuxResources, node: string): void {
    const one = this.find(id, node)
    if (one === undefined) throw new PodkeepError('CONTAINER_GONE', `updating ${id}: no such container`)
    this.witness({ call: 'update', facts: one.facts })
    one.facts = { ...one.facts, resources }
  }

  updateNames(id: ContainerId, entries: readonly HostEntry[], node: string): void {
    const one = this.find(id, node)
    if (one === undefined) throw new PodkeepError('CONTAINER_GONE', `naming ${id}: no such container`)
    one.names = entries
    this.onNames(id, entries)
  }

  /** As a program in the container, or in one that is joined to it, finds others. */
  hosts(id: ContainerId): readonly HostEntry[] {
    const one = this.#containers.get(id)
    const holder = one?.joins === null || one?.joins === undefined ? one : this.#containers.get(one.joins)
    return holder?.names ?? []
  }

  #portRival(one: ModelContainer): PublishedPort | undefined {
    const inUse = [...this.#containers.values()]
      .filter((other) => other !== one && other.facts.state === 'running')
      .flatMap((other) => other.ports)
    return one.ports.find((port) => inUse.some((other) => portsClash(port, other)))
  }

  #failStart(one: ModelContainer, code: ErrorCode, text: string, exitCode: number): never {
    one.facts = { ...one.facts, state: 'exited', exitCode, error: text, finishedAtMs: one.facts.createdAtMs }
    this.#tell('changed', one, 'die')
    throw new PodkeepError(code, `starting a container: ${text}`)
  }

  #end(one: ModelContainer, exitCode: number, { withEngine = false } = {}): void {
    one.life += 1
    one.facts = {
      ...one.facts,
      state: 'exited',
      paused: false,
      exitCode,
      finishedAtMs: this.clock.wallMs(),
      diedWithEngine: withEngine,
      ip: null,
    }
    for (const endExec of one.execs) endExec(137)
    this.onEnd(one.facts)
    if (!withEngine) this.#tell('changed', one, 'die')
  }

  #tell(kind: RuntimeEvent['kind'], one: ModelContainer, what: string): void {
    const event: RuntimeEvent = { kind, id: one.facts.id, identity: one.facts, what }
    const listeners = [...this.#listeners]
    const deliver = (): void => {
      for (const listener of listeners) {
        if (listener.node === one.owner.node && this.#listeners.has(listener)) listener.push(event)
      }
    }
    const { chaos } = this
    if (chaos === null) deliver()
    else this.clock.timer(chaos.random.between(0, chaos.maxEventDelayMs), deliver)
  }
}

/** Roughly what an engine accepts: enough for the contract. */
function validImage(image: string): string {
  const isValid = /^[a-z0-9][a-z0-9._:/-]*[a-z0-9]$/.test(image) && image.length < 256
  if (!isValid) throw new PodkeepError('IMAGE_NAME_INVALID', `no image can be called ${image}`)
  return image
}

/** As the podkeep that asks sees it. */
function factsFor({ stateFolderId }: Owner, { facts, owner }: ModelContainer): ContainerFacts {
  const isAlone = facts.state === 'exited' && !facts.diedWithEngine
  return {
    ...facts,
    ...(isAlone && { endedAlone: true }),
    ...(owner.stateFolderId !== stateFolderId && { isForeign: true }),
  }
}

function isSame(a: ContainerIdentity, b: ContainerIdentity): boolean {
  return a.kind === b.kind && a.hash === b.hash && a.podHash === b.podHash && a.sandboxId === b.sandboxId
}

function nameOf(identity: ContainerIdentity): string {
  const { namespace, podName, podUid, name, attempt } = identity
  return [name, podName, namespace, podUid, attempt].join('_')
}

/** One podkeep's connection. */
class ModelRuntime implements ContainerRuntime {
  readonly #engine: ModelEngine
  readonly #owner: Owner
  readonly #streams = new Set<() => void>()
  #isClosed = false

  constructor(engine: ModelEngine, owner: Owner) {
    this.#engine = engine
    this.#owner = owner
  }

  connect(): Promise<EngineInfo> {
    return this.#call(() => ({
      name: 'model',
      version: '1',
      apiVersion: '1.41',
      memoryBytes: 8 * 2 ** 30,
      cpus: 2,
      cgroupDriver: 'cgroupfs',
      hasAppArmor: true,
      runtimes: this.#engine.runtimes,
    }))
  }

  async *events(signal: AbortSignal, onOpen: () => void): AsyncIterable<RuntimeEvent> {
    if (!this.#engine.isUp || this.#isClosed || signal.aborted) return
    const queue: RuntimeEvent[] = []
    let ended = false
    const isOver = (): boolean => ended || signal.aborted
    let wake = (): void => undefined
    const unlisten = this.#engine.listen({
      node: this.#owner.node,
      push: (event) => {
        queue.push(event)
        wake()
      },
      end: () => {
        ended = true
        wake()
      },
    })
    const stop = (): void => {
      ended = true
      wake()
    }
    signal.addEventListener('abort', stop)
    this.#streams.add(stop)
    onOpen()
    try {
      for (;;) {
        const event = queue.shift()
        if (event !== undefined) {
          yield event
          continue
        }
        if (isOver()) return
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    } finally {
      unlisten()
      this.#streams.delete(stop)
      signal.removeEventListener('abort', stop)
    }
  }

  list(): Promise<ContainerFacts[]> {
    return this.#call(() => this.#engine.containersOf(this.#owner))
  }

  inspect(id: ContainerId): Promise<ContainerFacts | null> {
    return this.#call(() => {
      const one = this.#engine.find(id, this.#owner.node)
      return one === undefined ? null : factsFor(this.#owner, one)
    })
  }

  createSandbox(spec: SandboxSpec): Promise<ContainerFacts> {
    const resources = { cpuShares: 2, cpuQuotaMicros: 0, memoryBytes: 0 }
    return this.#call(() =>
      this.#engine.create(spec.identity, {
        owner: this.#owner,
        program: programOf(['sleep'], null),
        env: [],
        user: null,
        image: 'pause',
        resources,
        ports: spec.hostNetwork ? [] : spec.ports,
        claims: [...new Set((spec.claims ?? []).map(({ name }) => name))],
        servers: [],
        sources: [],
        stopSignal: 'SIGTERM',
        hasAddress: !spec.hostNetwork,
      }),
    )
  }

  createContainer(spec: ContainerSpec): Promise<ContainerFacts> {
    return this.#call(() => {
      if (!this.#engine.images.has(spec.image)) throw new PodkeepError('IMAGE_ABSENT', `no image ${spec.image}`)
      const program = programOf(spec.command, spec.args)
      return this.#engine.create(spec.identity, {
        owner: this.#owner,
        program,
        env: spec.env,
        user: spec.security.user,
        image: spec.image,
        resources: spec.resources,
        ports: [],
        claims: [],
        servers: spec.mounts.flatMap((mount) => ('share' in mount ? [mount.share.server] : [])),
        sources: spec.mounts.map(sourceOf),
        stopSignal: spec.stopSignal ?? 'SIGTERM',
        hasAddress: false,
      })
    })
  }

  ensureClaim({ namespace, name }: Claim): Promise<string> {
    return this.#call(() => {
      const volume = [this.#owner.node, namespace, name].join('_')
      this.#engine.volumes.add(volume)
      return `/engine/volumes/${volume}`
    })
  }

  claims(): Promise<Claim[]> {
    return this.#call(() =>
      [...this.#engine.volumes].flatMap((volume) => {
        const [node, namespace = '', name = ''] = volume.split('_')
        return node === this.#owner.node ? [{ namespace, name }] : []
      }),
    )
  }

  start(id: ContainerId): Promise<void> {
    return this.#call(() => this.#engine.start(id, this.#owner.node))
  }

  kill(id: ContainerId, signal: string): Promise<boolean> {
    return this.#call(() => this.#engine.kill(id, signal, this.#owner.node))
  }

  remove(id: ContainerId, force: boolean): Promise<void> {
    return this.#call(() => this.#engine.remove(id, force, this.#owner.node))
  }

  async exec(id: ContainerId, command: readonly string[], timeoutMs: number | null): Promise<ExecResult> {
    const { end } = await this.#call(() => ({ end: this.#engine.exec(id, command, timeoutMs, this.#owner.node) }))
    return end
  }

  lastLog(id: ContainerId): Promise<string> {
    return this.#call(() => this.#engine.lastLog(id, this.#owner.node))
  }

  diskUse(id: ContainerId): Promise<number | null> {
    return this.#call(() => this.#engine.diskUse(id, this.#owner.node))
  }

  updateResources(id: ContainerId, resources: LinuxResources): Promise<void> {
    return this.#call(() => this.#engine.update(id, resources, this.#owner.node))
  }

  updateNames(id: ContainerId, entries: readonly HostEntry[]): Promise<void> {
    return this.#call(() => this.#engine.updateNames(id, entries, this.#owner.node))
  }

  inspectImage(image: string): Promise<ImageFacts | null> {
    return this.#call(() => (this.#engine.images.has(validImage(image)) ? this.#imageFacts(image) : null))
  }

  /** An image here has no files. */
  async *imageFiles(id: string): AsyncGenerator<Uint8Array> {
    await this.#call(() => {
      const isThere = [...this.#engine.images].some((image) => this.#imageFacts(image).id === id)
      if (!isThere) throw new PodkeepError('IMAGE_ABSENT', `reading the files of ${id}: not found`)
    })
    yield new Uint8Array(1024)
  }

  pullImage(...[image, , secrets = []]: Parameters<ContainerRuntime['pullImage']>): Promise<ImageFacts> {
    this.#engine.onPull(image, secrets)
    return this.#call(() => {
      if (!this.#engine.registry.has(validImage(image)))
        throw new PodkeepError('IMAGE_NOT_FOUND', `pulling ${image}: not found`)
      this.#engine.images.add(image)
      return this.#imageFacts(image)
    })
  }

  #imageFacts(image: string): ImageFacts {
    return { id: `sha256:${image}`, user: this.#engine.imageUsers.get(image) ?? '' }
  }

  close(): Promise<void> {
    this.#isClosed = true
    for (const stop of this.#streams) stop()
    return Promise.resolve()
  }

  /** With chaos: late, and now and then failing before or after it took effect. */
  async #call<T>(effect: () => T): Promise<T> {
    const { chaos, clock } = this.#engine
    if (chaos !== null) {
      await new Promise<void>((resolve) => clock.timer(chaos.random.between(0, chaos.maxLatencyMs), resolve))
    }
    if (this.#isClosed) throw new PodkeepError('ENGINE_UNREACHABLE', 'the connection was closed')
    if (!this.#engine.isUp) throw new PodkeepError('ENGINE_UNREACHABLE', 'the engine does not answer')
    if (chaos?.random.chance(chaos.failBefore) === true)
      throw new PodkeepError('ENGINE_FAULT', 'the engine had a fault')
    const answer = effect()
    if (chaos !== null) {
      await new Promise<void>((resolve) => clock.timer(chaos.random.between(0, chaos.maxLatencyMs), resolve))
      if (chaos.random.chance(chaos.failAfter)) {
        this.#engine.onLostAnswer()
        throw new PodkeepError('ENGINE_TIMEOUT', 'the answer was lost')
      }
    }
    return answer
  }
}

function sourceOf(mount: MountSpec): string {
  if ('claim' in mount) return `claim ${mount.claim.namespace}/${mount.claim.name}`
  return 'share' in mount ? `${mount.share.server}:${mount.share.path}` : mount.hostPath
}
