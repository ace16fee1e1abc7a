/**
 * `podkeep run`: puts the rooms together, and takes them apart when asked to end.
 *
 * U1  The state folder is locked before anything else is touched, and given back last; so is the node on its engine, once that is there.
 * U2  Whatever ends podkeep, the pods keep running, unless --stop-pods was said.
 * U3  Ending never waits for ever: for the pods until asked a second time, for the rest `closePatienceMs`.
 */

import { randomUUID } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { addressText, dockerHost, DockerRuntime, type EngineAddress } from '../docker/index.js'
import { Tally } from '../http/index.js'
import { bytesIn } from '../manifest/index.js'
import { nodeIdentity, PodkeepError } from '../pod/index.js'
import { ContainerProber, NetworkHandlers } from '../probe/index.js'
import type { ContainerRuntime, Logger } from '../ports/index.js'
import { LocalMachine, LocalPodCgroups, LocalSecurityProfiles } from '../node/index.js'
import { DockerCredentials } from '../registry/index.js'
import { DirectorySource, trustedWriters, type Writers } from '../source/index.js'
import { LocalNodeClaim, rememberRun, StateFolder } from '../state/index.js'
import { Supervisor } from '../supervisor/index.js'
import { LocalVolumeStore } from '../volume/index.js'
import { systemClock } from './clock.js'
import { unavailable, usageError } from './command-error.js'
import { credentialFiles } from './credential-files.js'
import { engineAddress } from './engine-address.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { checkHttp, isLoopback } from './http-options.js'
import { openLog, type Log } from './log.js'
import { unknownVariables, type RunConfig } from './run-options.js'
import { listenForEndRequests, type EndRequests } from './signals.js'
import { socketPath } from './server/address.js'
import { serviceManager } from './service-manager.js'
import type { ReadSettings } from './settings-file.js'
import { startStatusServers } from './status-servers.js'
import type { Surroundings } from './surroundings.js'
import { podkeepVersion } from './version.js'

const closePatienceMs = 10_000
const impatientCloseMs = 1000
/** Linux' sun_path, without the closing zero. */
const longestSocketPath = 107

export async function run(
  config: RunConfig,
  surroundings: Surroundings,
  settings: ReadSettings | null,
): Promise<ExitCode> {
  const engine = engineAddress(surroundings)
  const socket = socketPath(config.rootDirectory)
  if (Buffer.byteLength(socket) > longestSocketPath) {
    throw usageError(`--root-dir: ${socket} is too long for a unix socket`, `at most ${longestSocketPath} bytes`)
  }
  checkHttp(config)
  const isTerminal = process.stdout.isTTY
  const { logFormat: format, logLevel: level } = config
  const log = openLog({ format, level, isTerminal, env: surroundings.env, to: 1 })
  endOnBugs(log)
  settings?.tellIgnored(log.logger)
  const requests = listenForEndRequests({
    logger: log.logger,
    isOnTerminal: isTerminal,
    clock: systemClock,
    signals: process,
  })
  try {
    const code = await runUntilAsked({ config, surroundings, engine, socket, logger: log.logger, requests })
    log.logger.info({}, 'podkeep ends')
    return code
  } finally {
    await log.flush()
  }
}

interface Running {
  readonly config: RunConfig
  readonly surroundings: Surroundings
  readonly engine: EngineAddress
  readonly socket: string
  readonly logger: Logger
  readonly requests: EndRequests
}

async function runUntilAsked(parts: Running): Promise<ExitCode> {
  const { config, logger, surroundings } = parts
  const { manifestsDirectory: manifests, nodeName: node } = config
  logger.info({ version: podkeepVersion(), manifests, node }, 'podkeep starts')
  for (const name of unknownVariables(surroundings)) {
    logger.warn({ variable: name }, 'variable means nothing to podkeep: "podkeep help run" lists those that do')
  }
  const state = await needed(StateFolder.open({ directory: config.rootDirectory, logger, clock: systemClock }))
  try {
    await tellCommands(parts)
    const { nodeName: node, sandboxImage } = config
    const owner = { node, stateFolderId: state.id }
    const files = credentialFiles(config.rootDirectory, surroundings)
    const credentials = new DockerCredentials({ files, env: surroundings.env, logger })
    const logLimits = { maxBytes: bytesIn(config.containerLogMaxSize) ?? 0, maxFiles: config.containerLogMaxFiles }
    const claim = new LocalNodeClaim({ node, directory: config.rootDirectory })
    const engine = { address: parts.engine, owner, claim, credentials }
    const runtime = new DockerRuntime({ ...engine, sandboxImage, logLimits, logger })
    try {
      return await superviseUntilAsked(parts, { runtime, state, refused: claim.refused })
    } finally {
      await runtime.close()
      await claim.release()
    }
  } finally {
    await state.close()
  }
}

interface Ground {
  readonly runtime: ContainerRuntime
  readonly state: StateFolder
  /** Another podkeep keeps this node: settles when that is known. */
  readonly refused: Promise<PodkeepError>
}

async function superviseUntilAsked(parts: Running, { runtime, state, refused }: Ground): Promise<ExitCode> {
  const { config, logger, requests, surroundings } = parts
  const isEngineHere = parts.engine.kind === 'socket'
  const machine = new LocalMachine({ directory: config.rootDirectory })
  const node = nodeIdentity(config.nodeName, machine.facts().architecture, config.nodeLabels)
  const handlers = new NetworkHandlers(runtime)
  const tally = new Tally()
  const supervisor = new Supervisor({
    runtime,
    source: new DirectorySource({ directory: config.manifestsDirectory, writers: writersOf(parts), logger }),
    policy: { ...config, node },
    profiles: new LocalSecurityProfiles({ seccompDirectory: join(config.rootDirectory, 'seccomp'), isEngineHere }),
    podCgroups: new LocalPodCgroups({ stateFolderId: state.id, isEngineHere }),
    podPidsLimit: Math.max(0, config.podPidsLimit),
    volumes: new LocalVolumeStore({ podsDirectory: join(config.rootDirectory, 'pods'), logger }),
    records: state.records,
    cronRecords: state.cronRecords,
    believedDirectory: state.believedDirectory,
    configs: state.configs,
    services: state.services,
    claims: state.claims,
    volumeRecords: state.volumeRecords,
    digestKey: state.digestKey,
    clock: systemClock,
    handlers,
    newProber: (listener) =>
      new ContainerProber({ runner: handlers, clock: systemClock, logger, random: Math.random, ...listener }),
    logger,
    events: state.events,
    revisions: state.revisions,
    tally,
    nodeName: config.nodeName,
    hostIP: surroundings.hostIP,
    hostDns: surroundings.hostDns,
    diskCapacityBytes: await capacityOf(config.rootDirectory),
    newUid: randomUUID,
  })
  const { board } = supervisor
  const { engine, socket: socketPath } = parts
  const { hostIP } = surroundings
  const { history } = state
  const answered = { board, history, tally, machine, node }
  const server = await needed(startStatusServers({ ...answered, config, engine, socketPath, hostIP, logger }))
  tellWhere(parts, server.port)
  const manager = serviceManager({ env: surroundings.env, logger, clock: systemClock })
  const started = needed(supervisor.start()).then(() => manager.ready())
  const signal = await Promise.race([started.then(() => requests.asked), requests.asked, refused])
  manager.stopping()
  const close = async (): Promise<void> => {
    const closed = supervisor.close().then(() => server.close())
    if (!(await isDoneBefore(closed, endOfPatience(requests)))) logger.warn({}, 'not waited for what was under way')
  }
  if (signal instanceof PodkeepError) {
    await close()
    throw unavailable(signal.message, signal.hint)
  }
  let areStopped = true
  if (config.stopPods) {
    logger.info({ signal }, 'stopping the pods; a second signal gives up waiting')
    areStopped = await isDoneBefore(supervisor.stopPods(), requests.askedAgain)
    if (areStopped) logger.info({}, 'all pods are stopped')
    else logger.warn({}, 'not waited for all pods to stop')
  } else {
    logger.info({ signal }, 'pods keep running, the next start takes them over')
  }
  await close()
  return areStopped ? exitCode.ok : exitCode.problem
}

/** For those that are typed while podkeep is down. Without it they look for the engine themselves. */
async function tellCommands({ config, engine, logger }: Running): Promise<void> {
  const { rootDirectory, nodeName } = config
  await rememberRun(rootDirectory, { engine: dockerHost(engine), nodeName }).catch((error: unknown) => {
    logger.warn({ err: error }, 'cannot remember the engine: while podkeep is down, exec, logs and cp need DOCKER_HOST')
  })
}

/** null: anybody. */
function writersOf({ config, surroundings }: Running): Writers | null {
  return config.allowWritableManifests ? null : trustedWriters(surroundings.env)
}

async function isDoneBefore(work: Promise<void>, end: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), end.then(() => false)])
}

/** Who asks again, or has done so, still lets what is at hand close in order: else its end would be logged as a fault. */
async function endOfPatience({ askedAgain }: EndRequests): Promise<void> {
  await Promise.race([sleep(closePatienceMs), askedAgain.then(() => sleep(impatientCloseMs))])
}

/** Of the disk that the folder is on; the folder is there by now. */
async function capacityOf(directory: string): Promise<number> {
  const { blocks, bsize } = await statfs(directory)
  return blocks * bsize
}

/** The first lines teach: where the manifests go, where to ask, which engine is used. */
function tellWhere({ config, engine, socket, logger }: Running, port: number | null): void {
  logger.info({ directory: config.manifestsDirectory }, 'watching manifests')
  logger.info({ directory: config.rootDirectory }, 'state folder')
  if (port === null) logger.info({ socket }, 'no status server on a port; "podkeep get pods" asks the socket')
  else logger.info({ url: urlOf(config, port) }, 'status server; also "podkeep get pods"')
  logger.info({ engine: addressText(engine) }, 'looking for the engine')
  if (port === null || isLoopback(config.address)) return
  const { address } = config
  if (config.clientCAFile === null && config.tokenFile === null) {
    logger.warn({ address }, 'everybody who reaches this address can read the pod specs')
  } else if (config.tlsCertFile === null) {
    logger.warn({ address }, 'tokens and answers go over the network in the clear: --tls-cert-file hides them')
  }
}

function urlOf({ address, tlsCertFile }: RunConfig, port: number): string {
  const host = address.includes(':') ? `[${address}]` : address
  return `${tlsCertFile === null ? 'http' : 'https'}://${host}:${port}/`
}

/** What podkeep cannot start without. */
async function needed<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (error) {
    throw error instanceof PodkeepError ? unavailable(error.message, error.hint) : error
  }
}

/** A bug ends the process at once: the engine keeps the pods running, and the next start adopts them. */
function endOnBugs(log: Log): void {
  const end = (error: unknown): void => {
    log.fatal({ err: error }, 'podkeep ends because of a bug; pods keep running, the next start takes them over')
    const exit = (): never => process.exit(exitCode.bug)
    log.flush().then(exit, exit)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
