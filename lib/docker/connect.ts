/** What podkeep finds out about an engine, claims of it and makes in it, before the first pod. */

import { PodkeepError, type Owner } from '../pod/index.js'
import type { EngineInfo, NodeClaim } from '../ports/index.js'
import { isOlder } from './api-version.js'
import { limitedLog, type LogLimits, type Surroundings } from './body.js'
import type { Dockerode } from './dockerode.js'
import { orNull, type Engine } from './engine.js'
import { timeMs } from './facts.js'
import { ensureNetwork } from './network.js'
import { ensureSandboxImage } from './sandbox.js'

/** The oldest and the newest API podkeep was written for. */
const oldestApi = '1.41'
const newestApi = '1.51'

export interface Connection {
  readonly info: EngineInfo
  readonly around: Surroundings
  readonly sandboxImageId: string
  /** null when the engine does not tell. */
  readonly engineStartedAtMs: number | null
}

export interface ConnectOptions {
  readonly owner: Owner
  readonly networkName: string | null
  readonly sandboxImage: string | null
  readonly logLimits: LogLimits
  /** Nothing is made before it is had. */
  readonly claim: NodeClaim
}

export async function connectTo(engine: Engine, options: ConnectOptions): Promise<Connection> {
  const { version, apiVersion } = await agreeOnVersion(engine)
  const asked = engine.call(
    'look',
    'ask the engine about its machine',
    (docker) => docker.info() as Promise<MachineInfo>,
  )
  // Before Docker 23 all engines of a machine have one ID.
  const engineId = (): Promise<string> => asked.then(({ ID, DockerRootDir }) => `${ID ?? ''} ${DockerRootDir ?? ''}`)
  await options.claim.take(isPodman(version) ? podmanId(await asked) : await engineId())
  const [info, network, image, engineStartedAtMs] = await Promise.all([
    asked,
    ensureNetwork(engine, { node: options.owner.node, engineId }, options.networkName),
    ensureSandboxImage(engine, options.sandboxImage, version.Arch),
    startOf(engine),
  ])
  return {
    info: {
      name: info.Name,
      version: version.Version,
      apiVersion,
      memoryBytes: info.MemTotal,
      cpus: info.NCPU,
      cgroupDriver: info.CgroupDriver ?? null,
      hasAppArmor: info.SecurityOptions?.includes('name=apparmor') ?? null,
      runtimes: runtimesOf(info, isPodman(version)),
    },
    around: {
      owner: options.owner,
      network,
      sandboxImage: image.reference,
      logConfig: limitedLog(info.LoggingDriver, options.logLimits, isPodman(version)),
      isPodman: isPodman(version),
    },
    sandboxImageId: image.id,
    engineStartedAtMs,
  }
}

/** @throws ENGINE_TOO_OLD */
export async function agreeOnVersion(engine: Engine): Promise<{ version: VersionAnswer; apiVersion: string }> {
  const version = await engine.call('look', 'ask the engine for its version', (docker) => docker.version())
  const apiVersion = agreeOnApi(version.ApiVersion, version.MinAPIVersion)
  engine.useApiVersion(apiVersion)
  return { version, apiVersion }
}

type VersionAnswer = Awaited<ReturnType<Dockerode['version']>>

/** Only its own list of parts says so. */
function isPodman(version: Partial<VersionAnswer>): boolean {
  return version.Components?.some(({ Name: name }) => name === 'Podman Engine') ?? false
}

/** Podman lists what it was told of, and takes the usual one whatever a container asks for. */
function runtimesOf({ Runtimes, DefaultRuntime }: MachineInfo, isPodman: boolean): readonly string[] | null {
  if (isPodman) return DefaultRuntime === undefined ? [] : [DefaultRuntime]
  return Runtimes === undefined ? null : Object.keys(Runtimes).sort()
}

/** Its ID is another in each answer. */
function podmanId({ Name, DockerRootDir }: MachineInfo): string {
  return `${Name} ${DockerRootDir ?? ''}`
}

/** The part of GET /info that podkeep reads. */
interface MachineInfo {
  readonly ID?: string
  readonly DockerRootDir?: string
  readonly Name: string
  readonly MemTotal: number
  readonly NCPU: number
  readonly LoggingDriver?: string
  readonly CgroupDriver?: string
  readonly SecurityOptions?: readonly string[]
  readonly DefaultRuntime?: string
  readonly Runtimes?: Readonly<Record<string, unknown>>
}

/** The newest API that both sides know. Engine 29 refuses what is older than its minimum. */
function agreeOnApi(engineNewest: string, engineOldest: string | undefined): string {
  if (isOlder(engineNewest, oldestApi)) {
    throw new PodkeepError(
      'ENGINE_TOO_OLD',
      `the engine speaks API ${engineNewest}, podkeep needs ${oldestApi} or newer`,
    )
  }
  const agreed = isOlder(engineNewest, newestApi) ? engineNewest : newestApi
  // An engine newer than anything known here: its oldest API is the nearest to what was tried.
  return engineOldest !== undefined && isOlder(agreed, engineOldest) ? engineOldest : agreed
}

/** See died-with-engine.ts. Without a default bridge (`--bridge=none`) nobody can tell. */
async function startOf(engine: Engine): Promise<number | null> {
  const bridge = await orNull(
    engine.call('look', 'ask when the engine started', (docker) => inspectBridge(docker.getNetwork('bridge'))),
  )
  return bridge === null ? null : timeMs(bridge.Created)
}

function inspectBridge(network: { inspect(): Promise<unknown> }): Promise<{ readonly Created?: string }> {
  return network.inspect() as Promise<{ readonly Created?: string }>
}
