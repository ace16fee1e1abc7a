/**
 * ContainerRuntime on a Docker Engine. Each method says what podkeep is doing, dials, and turns the answer into podkeep's
 * words; what needs more than a screen stands in a file of its own.
 *
 * A container that is not this node's is, for every method, not there.
 */

import {
  PodkeepError,
  shortId,
  type Claim,
  type ContainerFacts,
  type ContainerId,
  type ContainerIdentity,
  type ContainerSpec,
  type HostEntry,
  type LinuxResources,
  type SandboxSpec,
} from '../pod/index.js'
import type {
  ContainerRuntime,
  EngineInfo,
  ExecResult,
  ImageFacts,
  Logger,
  RegistryCredentials,
  RuntimeEvent,
} from '../ports/index.js'
import { addressText, type EngineAddress } from './address.js'
import { containerBody, sandboxBody, sandboxResources } from './body.js'
import { claimsWithVolume, ensureClaimVolume } from './claims.js'
import { connectTo, type Connection, type ConnectOptions } from './connect.js'
import { createOrFind, justCreated, withSeenMounts, type AskedFacts, type Created } from './create.js'
import type { EngineContainer } from './engine-container.js'
import { Engine, statusOf } from './engine.js'
import { isAtWork, mayHaveEndedAlone } from './died-with-engine.js'
import { diskUse } from './disk-use.js'
import { requireDevices } from './devices.js'
import { engineEvents } from './events.js'
import { exec } from './exec.js'
import { defaultStopSignal, type Viewpoint } from './facts.js'
import { HostsFiles } from './hosts-file.js'
import { imageFiles, removeExports } from './image-files.js'
import { Images, requireImageName, type LocalImage } from './images.js'
import { lastLog } from './last-log.js'
import { endLeftExecs, execsOf, type LeftExec } from './left-execs.js'
import { Limits } from './limits.js'
import { lookAt, lookAtAll } from './look.js'
import { defaultDeadlines } from './modem.js'
import { requireMountable } from './mount-body.js'
import { Notices } from './notices.js'
import { OomScores } from './oom-scores.js'
import { makeOnPodman } from './podman.js'
import { pullWithLogins } from './pull.js'
import { hasEnded, isGone, isMissingGround, isPaused } from './refusals.js'
import { Removal } from './removal.js'
import { connectOptionsOf, noCredentials, type DockerRuntimeOptions } from './runtime-options.js'

export class DockerRuntime implements ContainerRuntime {
  readonly #engine: Engine
  readonly #address: EngineAddress
  readonly #options: ConnectOptions
  readonly #logger: Logger
  readonly #notices: Notices
  readonly #credentials: RegistryCredentials
  readonly #images: Images
  readonly #limits: Limits
  readonly #removal: Removal
  readonly #hostsFiles: HostsFiles
  readonly #oomScores: OomScores
  /** Known to be this node's, so that acting on them needs no look first. */
  readonly #own = new Set<ContainerId>()
  #connection: Connection | null = null
  /** As far as anyone can tell; see died-with-engine.ts. */
  #engineStartedAtMs: number | null = null
  #wasLost = false
  #hasListed = false
  /** Stands for the event stream that is open; null: none is. */
  #hearing: object | null = null

  constructor(options: DockerRuntimeOptions) {
    this.#engine = new Engine(options.address, { ...defaultDeadlines, ...options.deadlines })
    this.#address = options.address
    this.#logger = options.logger
    this.#notices = new Notices(options.logger)
    this.#credentials = options.credentials ?? noCredentials
    this.#images = new Images(this.#engine)
    this.#limits = new Limits(this.#engine)
    this.#removal = new Removal(this.#engine)
    this.#hostsFiles = new HostsFiles(this.#engine, options.logger)
    this.#oomScores = new OomScores(this.#engine, options.logger)
    this.#options = connectOptionsOf(options)
  }

  async connect(): Promise<EngineInfo> {
    const connection = await connectTo(this.#engine, this.#options).catch((error: unknown) => {
      if (error instanceof PodkeepError && error.code === 'ENGINE_UNREACHABLE') this.#wasLost = true
      throw error
    })
    if (this.#connection === null) await removeExports(this.#engine, this.#options.owner.node)
    await this.#oomScores.sweep(this.#options.owner.node)
    this.#connection = connection
    this.#engineStartedAtMs = connection.engineStartedAtMs ?? (this.#wasLost ? Date.now() : this.#engineStartedAtMs)
    this.#wasLost = false
    const { version, apiVersion } = connection.info
    this.#logger.debug({ engine: addressText(this.#address), version, apiVersion }, 'connected to the engine')
    return connection.info
  }

  async *events(signal: AbortSignal, onOpen: () => void): AsyncGenerator<RuntimeEvent> {
    const hearing = {}
    const hears = (): void => {
      this.#hearing = hearing
      onOpen()
    }
    try {
      for await (const event of engineEvents(this.#engine, this.#options.owner.node, this.#logger, signal, hears)) {
        if (event.kind === 'removed') this.#own.delete(event.id)
        yield event
      }
    } finally {
      if (this.#hearing === hearing) this.#hearing = null
      if (!signal.aborted) this.#wasLost = true
    }
  }

  async list(): Promise<ContainerFacts[]> {
    const left: LeftExec[] = []
    const listed = await lookAtAll(this.#engine, this.#viewpoint(), (seen) => left.push(...execsOf(seen)))
    if (!this.#hasListed) endLeftExecs(this.#engine, left)
    this.#hasListed = true
    const all = listed.filter(({ id }) => !this.#removal.isWaiting(id))
    this.#own.clear()
    for (const { id } of all) this.#own.add(id)
    return Promise.all((await this.#judged(all)).map((facts) => this.#images.named(this.#limits.shown(facts))))
  }

  async inspect(id: ContainerId): Promise<ContainerFacts | null> {
    const facts = this.#removal.isWaiting(id) ? null : await lookAt(this.#engine, this.#viewpoint(), id)
    if (facts === null) this.#own.delete(id)
    else this.#own.add(id)
    if (facts === null) return null
    const [judged = facts] = await this.#judged([facts])
    return this.#images.named(this.#limits.shown(judged))
  }

  async createSandbox(spec: SandboxSpec): Promise<ContainerFacts> {
    const make = (): Promise<Created> => {
      const { around } = this.#connected()
      return createOrFind(this.#engine, this.#viewpoint(), spec.identity, sandboxBody(spec, around))
    }
    await this.#removal.clear(this.#viewpoint(), spec.identity.podUid)
    const created = await make().catch(async (error: unknown) => {
      if (!isMissingGround(error)) throw error
      await this.connect()
      return make()
    })
    const { around, sandboxImageId } = this.#connected()
    return this.#factsOf(created, spec.identity, {
      image: around.sandboxImage,
      imageId: sandboxImageId,
      stopSignal: defaultStopSignal,
      resources: sandboxResources,
      ...(spec.ports.length > 0 && { ports: spec.ports }),
      ...(spec.claims !== undefined && { claims: [...new Set(spec.claims.map(({ name }) => name))] }),
    })
  }

  async createContainer(spec: ContainerSpec): Promise<ContainerFacts> {
    const { around, info } = this.#connected()
    requireImageName(spec.image)
    requireMountable(spec, info.apiVersion, around.isPodman)
    requireDevices(spec, info.apiVersion, around.isPodman)
    const oomScoreAdj = await this.#oomScores.allowed(spec.oomScoreAdj, around)
    const create = (one: ContainerSpec): Promise<Created> =>
      createOrFind(this.#engine, this.#viewpoint(), spec.identity, containerBody(one, around, oomScoreAdj))
    const isHere = this.#address.kind === 'socket'
    const make = around.isPodman ? (one: ContainerSpec) => makeOnPodman(one, isHere, create) : create
    // Side by side: what the image is does not depend on the container, and costs nothing beside a creation.
    const [made, image] = await Promise.allSettled([
      withSeenMounts(spec, make, () => this.#tellOfUnseen()),
      this.#images.inspectedLately(spec.image),
    ])
    if (made.status === 'rejected') throw made.reason
    const local: LocalImage | null = image.status === 'fulfilled' ? image.value : null
    const facts = this.#factsOf(made.value, spec.identity, {
      image: spec.image,
      imageId: local?.id ?? '',
      stopSignal: spec.stopSignal ?? local?.stopSignal ?? defaultStopSignal,
      resources: spec.resources,
    })
    return this.#images.named(facts)
  }

  async start(id: ContainerId): Promise<void> {
    const doing = `start container ${shortId(id)}`
    if (!(await this.#isOwn(id))) throw new PodkeepError('CONTAINER_GONE', `${doing}: it is not there`)
    const start = (): Promise<unknown> => this.#change('start', doing, id, (container) => container.start())
    try {
      await start()
    } catch (error) {
      if (statusOf(error) === 304) return
      if (isMissingGround(error)) {
        await this.connect()
        await start()
      } else if (isPaused(error)) {
        await this.#unpause(id)
      } else throw error
    }
  }

  async kill(id: ContainerId, signal: string): Promise<boolean> {
    if (!(await this.#isOwn(id))) return false
    const doing = `send ${signal} to container ${shortId(id)}`
    try {
      await this.#change('change', doing, id, (container) => container.kill({ signal }))
      // Docker lets a paused one go on, so that it hears the signal; podman does not.
      if (this.#isPodman && (await this.inspect(id))?.paused === true) await this.#unpause(id)
      return true
    } catch (error) {
      if (!isGone(error) && !hasEnded(error)) throw error
      return false
    }
  }

  async remove(id: ContainerId, force: boolean): Promise<void> {
    if (!(await this.#isOwn(id))) return
    await this.#removal.remove(this.#viewpoint(), id, force)
    this.#own.delete(id)
    this.#limits.forget(id)
  }

  async exec(id: ContainerId, command: readonly string[], timeoutMs: number | null): Promise<ExecResult> {
    if (!(await this.#isOwn(id))) throw new PodkeepError('CONTAINER_GONE', `exec in ${shortId(id)}: it is not there`)
    const { exitCode, output, isLeftBehind } = await exec(this.#engine, id, command, timeoutMs)
    const reason = 'podkeep does not see the processes of the engine’s machine, or may not kill them'
    if (isLeftBehind)
      this.#notices.warn(
        { containerId: id, reason },
        'a command in a container outlived its timeout and goes on running',
      )
    return { exitCode, output }
  }

  async lastLog(id: ContainerId): Promise<string> {
    if (await this.#isOwn(id)) return lastLog(this.#engine, id, this.#isPodman)
    throw new PodkeepError('CONTAINER_GONE', `read the log of container ${shortId(id)}: it is not there`)
  }

  async diskUse(id: ContainerId): Promise<number | null> {
    return (await this.#isOwn(id)) ? diskUse(this.#engine, id) : null
  }

  async updateResources(id: ContainerId, resources: LinuxResources): Promise<void> {
    if (!(await this.#isOwn(id)))
      throw new PodkeepError('CONTAINER_GONE', `change the limits of container ${shortId(id)}: it is not there`)
    await this.#limits.change(id, resources, this.#isPodman)
  }

  async updateNames(id: ContainerId, entries: readonly HostEntry[]): Promise<void> {
    await this.#hostsFiles.update(id, entries, await this.#isOwn(id))
  }

  async ensureClaim(claim: Claim): Promise<string> {
    return ensureClaimVolume(this.#engine, this.#options.owner, claim, this.#isPodman)
  }

  async claims(): Promise<Claim[]> {
    return claimsWithVolume(this.#engine, this.#options.owner)
  }

  async inspectImage(image: string): Promise<ImageFacts | null> {
    requireImageName(image)
    const local = await this.#images.inspectTogether(image)
    return local === null ? null : { id: local.id, user: local.user }
  }

  imageFiles(id: string): AsyncIterable<Uint8Array> {
    return imageFiles(this.#engine, this.#options.owner.node, id)
  }

  async pullImage(
    ...[image, onProgress, secrets = []]: Parameters<ContainerRuntime['pullImage']>
  ): Promise<ImageFacts> {
    const pull = { image, name: requireImageName(image), onProgress, secrets }
    await pullWithLogins(this.#engine, pull, { credentials: this.#credentials, logger: this.#logger })
    const local = await this.#images.inspect(image)
    if (local === null)
      throw new PodkeepError('IMAGE_ABSENT', `pull ${image}: pulled, and removed again by someone else`)
    return { id: local.id, user: local.user }
  }

  async close(): Promise<void> {
    this.#engine.close()
  }

  #change(
    call: 'start' | 'change',
    doing: string,
    id: ContainerId,
    dial: (container: EngineContainer) => Promise<unknown>,
  ): Promise<unknown> {
    return this.#engine.call(call, doing, (docker) => dial(docker.getContainer(id)))
  }

  async #unpause(id: ContainerId): Promise<void> {
    await this.#change('change', `unpause container ${shortId(id)}`, id, (container) => container.unpause())
  }

  #tellOfUnseen(): void {
    const reason = 'the engine does not see podkeep’s files: is it on another machine?'
    this.#notices.warn({ reason }, 'containers are made without a file for their termination message')
  }

  async #isOwn(id: ContainerId): Promise<boolean> {
    return this.#own.has(id) || (await this.inspect(id)) !== null
  }

  #factsOf(created: Created, identity: ContainerIdentity, asked: AskedFacts): ContainerFacts {
    if (created.kind === 'found') {
      this.#own.add(created.facts.id)
      return created.facts
    }
    this.#own.add(created.id)
    return justCreated(created.id, identity, asked)
  }

  /** See died-with-engine.ts. */
  async #judged(seen: readonly ContainerFacts[]): Promise<readonly ContainerFacts[]> {
    const hearing = this.#hearing
    if (hearing === null || !seen.some(mayHaveEndedAlone)) return seen
    if (!(await isAtWork(this.#engine)) || this.#hearing !== hearing) return seen
    return seen.map((facts) => (mayHaveEndedAlone(facts) ? { ...facts, endedAlone: true } : facts))
  }

  get #isPodman(): boolean {
    return this.#connection?.around.isPodman === true
  }

  #viewpoint(): Viewpoint {
    return { owner: this.#options.owner, engineStartedAtMs: this.#engineStartedAtMs }
  }

  #connected(): Connection {
    if (this.#connection === null) {
      throw new PodkeepError('ENGINE_UNREACHABLE', `the engine at ${addressText(this.#address)} was not reached yet`)
    }
    return this.#connection
  }
}
