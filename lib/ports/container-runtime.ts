/**
 * What podkeep needs from a container engine. Implemented by docker/ on a real engine and by test/sim's model engine; both
 * pass the same contract suite (test/contract).
 *
 * R1  Every promise settles, at the latest when the call's deadline passes.
 * R2  Every rejection is a PodkeepError.
 * R3  What is already so is success: starting what runs, killing what has ended, removing what is gone.
 * R4  Creating is idempotent: the container's name follows from its identity, and creating it again returns the one that is there.
 * R5  Only containers with podkeep's labels and this node's name are ever returned or touched.
 * R6  What is looked at while the engine's events are heard, and ended before the engine began to stop, is told as `endedAlone`.
 */

import type {
  Claim,
  ContainerFacts,
  ContainerId,
  ContainerIdentity,
  ContainerSpec,
  HostEntry,
  LinuxResources,
  PullProgress,
  PullSecret,
  SandboxSpec,
} from '../pod/index.js'

export interface ImageFacts {
  readonly id: string
  /** What its USER says; empty: nothing. */
  readonly user: string
}

export type RuntimeEvent =
  /** Look at this container again. `identity` is what its labels say. */
  | { readonly kind: 'changed'; readonly id: ContainerId; readonly identity: ContainerIdentity; readonly what: string }
  /** The engine says it is gone. */
  | { readonly kind: 'removed'; readonly id: ContainerId; readonly identity: ContainerIdentity }

export interface EngineInfo {
  readonly name: string
  readonly version: string
  readonly apiVersion: string
  readonly memoryBytes: number
  readonly cpus: number
  /** `cgroupfs`, `systemd` or `none`; null: it does not tell. */
  readonly cgroupDriver: string | null
  /** null: it does not tell. */
  readonly hasAppArmor: boolean | null
  /** What it can run containers with; null: it does not tell. */
  readonly runtimes: readonly string[] | null
}

export interface ExecResult {
  /** null: it was still running when its time was over, and has been ended. */
  readonly exitCode: number | null
  /** What it wrote to stdout and stderr, cut off after 10 KiB. */
  readonly output: string
}

export interface ContainerRuntime {
  /**
   * Finds out what engine is there, agrees on an API version and makes what all pods need (network, sandbox image).
   * Called again after every interruption. Rejects while the engine is away.
   */
  connect(): Promise<EngineInfo>

  /**
   * Events from now on, until `signal` fires. Yields nothing before the stream is open; `onOpen` is called when it is, so a
   * `list()` made after that misses nothing. Ends, without throwing, when the engine goes away.
   * @throws ENGINE_TIMEOUT when the engine keeps the connection and answers nothing
   */
  events(signal: AbortSignal, onOpen: () => void): AsyncIterable<RuntimeEvent>

  /** Every container of this node, in any state. */
  list(): Promise<ContainerFacts[]>

  /** null when it is gone. */
  inspect(id: ContainerId): Promise<ContainerFacts | null>

  /** The answer's facts come from the request and the engine's 2xx, not from another look. State `created`. */
  createSandbox(spec: SandboxSpec): Promise<ContainerFacts>

  /** As createSandbox. @throws IMAGE_ABSENT when the image is not on the machine. */
  createContainer(spec: ContainerSpec): Promise<ContainerFacts>

  /** @throws PORT_IN_USE, MOUNT_FAILED, COMMAND_CANNOT_RUN, SANDBOX_NOT_RUNNING, CONTAINER_GONE ... */
  start(id: ContainerId): Promise<void>

  /** Returns when the signal was sent, not when the container has ended; false when it had ended before, so nobody was told. */
  kill(id: ContainerId, signal: string): Promise<boolean>

  /** @throws CONTAINER_RUNNING when it runs, unless `force`. */
  remove(id: ContainerId, force: boolean): Promise<void>

  /**
   * Runs a command in a running container and waits for its end. A command that cannot be run ends with 126 or 127, as in a
   * shell. After `timeoutMs` it is killed with everything it has started, so that nothing of it is left; null: no limit.
   * @throws CONTAINER_GONE also when the container does not run
   */
  exec(id: ContainerId, command: readonly string[], timeoutMs: number | null): Promise<ExecResult>
  /** The end of what it wrote to stdout and stderr: at most 80 lines and 2048 bytes. Empty when the engine does not keep it. */
  lastLog(id: ContainerId): Promise<string>

  /** How many bytes of the disk are its own: what it changed of its image's files, and its log where that can be seen. null when it is gone. */
  diskUse(id: ContainerId): Promise<number | null>

  updateResources(id: ContainerId, resources: LinuxResources): Promise<void>

  /**
   * What the hosts file of a running container, and of all that are joined to it, says of others; replaces what was said so before
   * and leaves the rest of the file alone. Where the engine's files cannot be reached it is told once, and done without.
   * @throws CONTAINER_GONE, HOST_DISK_FULL
   */
  updateNames(id: ContainerId, entries: readonly HostEntry[]): Promise<void>

  /**
   * Makes the claim's volume, empty, unless it is there; the engine keeps it until someone removes it by hand. Returns where its
   * files are on the engine's machine. @throws VOLUME_NAME_TAKEN
   */
  ensureClaim(claim: Claim): Promise<string>

  /** The claims that have such a volume, in no order. */
  claims(): Promise<Claim[]>

  /** null when the image is not on the machine. @throws IMAGE_NAME_INVALID */
  inspectImage(image: string): Promise<ImageFacts | null>

  /** All files of an image, as a tar archive. @throws IMAGE_ABSENT */
  imageFiles(id: string): AsyncIterable<Uint8Array>

  /**
   * With whatever login the pod brings along, then those the node has for the image. One that makes no progress for a while is given up.
   * @throws IMAGE_NOT_FOUND, IMAGE_FORBIDDEN, REGISTRY_UNAVAILABLE, REGISTRY_THROTTLED, PULL_STALLED, DISK_FULL ...
   */
  pullImage(
    image: string,
    onProgress: (progress: PullProgress) => void,
    secrets?: readonly PullSecret[],
  ): Promise<ImageFacts>

  /** Ends every connection; running calls reject. */
  close(): Promise<void>
}
