/**
 * What a person does with a single container: run a command in it, attach to it, read its log, copy files. Used by the command
 * line only; the supervisor's way is ContainerRuntime.
 *
 * D1  Only containers that podkeep made are found.
 * D2  What is opened ends with close(), whatever it waits for.
 */

import { Duplex, type Readable } from 'node:stream'

import {
  containerId,
  decodeLabels,
  invariant,
  nodeLabel,
  PodkeepError,
  shortId,
  type ContainerId,
  type ContainerIdentity,
} from '../pod/index.js'
import type { LogQuery } from '../ports/index.js'
import type { EngineAddress } from './address.js'
import { agreeOnVersion } from './connect.js'
import { containerLog } from './container-log.js'
import type { Dockerode } from './dockerode.js'
import { Engine, orNull } from './engine.js'
import { alarm, exitCodeOf } from './exec.js'
import type { Piece } from './frames.js'
import { defaultDeadlines } from './modem.js'
import { readPathStat, type PathStat } from './path-stat.js'
import { piecesOf } from './pieces.js'

export interface FoundContainer {
  readonly id: ContainerId
  readonly node: string
  readonly identity: ContainerIdentity
  /** The engine's word: created, running, paused, exited ... */
  readonly state: string
}

export interface TerminalSize {
  readonly rows: number
  readonly columns: number
}

export interface ExecRequest {
  readonly command: readonly string[]
  readonly stdin: boolean
  readonly tty: boolean
}

/** A program's input and output over one connection. */
export interface Conversation {
  /** Ending it closes the program's input and nothing else. */
  readonly input: NodeJS.WritableStream
  /** To its end: the program's, or the connection's. */
  output(): AsyncIterable<Piece>
  resize(size: TerminalSize): Promise<void>
  /** After the output's end; null: the container only, which has an end of its own. */
  exitCode(): Promise<number | null>
}

/** A key that nobody types by accident: the engine would swallow its usual one, Ctrl-P, which shells need. */
const noDetachKeys = 'ctrl-@,ctrl-^'

export class ContainerDoor {
  readonly #engine: Engine

  private constructor(engine: Engine) {
    this.#engine = engine
  }

  static async open(address: EngineAddress): Promise<ContainerDoor> {
    const engine = new Engine(address, defaultDeadlines)
    try {
      await agreeOnVersion(engine)
    } catch (error) {
      engine.close()
      throw error
    }
    return new ContainerDoor(engine)
  }

  close(): void {
    this.#engine.close()
  }

  /** Newest first. */
  async find(): Promise<FoundContainer[]> {
    const listed = await this.#engine.call('look', 'list the containers of pods', (docker) =>
      docker.listContainers({ all: true, filters: { label: [nodeLabel] } }),
    )
    return [...listed]
      .sort((a, b) => b.Created - a.Created)
      .flatMap(({ Id, Labels, State }) => {
        const identity = decodeLabels(Labels)
        if (identity === null) return []
        return [{ id: containerId(Id), node: Labels[nodeLabel] ?? '', identity, state: State }]
      })
  }

  async exec(id: ContainerId, { command, stdin, tty }: ExecRequest): Promise<Conversation> {
    const doing = `run ${command[0] ?? 'nothing'} in container ${shortId(id)}`
    const { id: execId } = await this.#engine.call('exec', doing, (docker) =>
      docker.getContainer(id).exec({
        Cmd: [...command],
        AttachStdin: stdin,
        AttachStdout: true,
        AttachStderr: true,
        Tty: tty,
        DetachKeys: noDetachKeys,
      }),
    )
    const socket = await this.#engine.call('exec', doing, (docker) =>
      docker.getExec(execId).start({ hijack: true, stdin, Tty: tty, Detach: false }),
    )
    return {
      ...conversation(socket, tty),
      resize: ({ rows, columns }) =>
        this.#resized(doing, (docker) => docker.getExec(execId).resize({ h: rows, w: columns })),
      exitCode: () => exitCodeOf(this.#engine, doing, execId, alarm(null)),
    }
  }

  async attach(id: ContainerId, stdin: boolean): Promise<Conversation & { readonly tty: boolean }> {
    const doing = `attach to container ${shortId(id)}`
    const { Config } = await this.#engine.call('exec', doing, (docker) => docker.getContainer(id).inspect())
    if (stdin && !Config.OpenStdin) {
      throw new PodkeepError('ENGINE_REFUSED', `${doing}: it has no input: its manifest does not say "stdin: true"`)
    }
    const query = { stream: true, stdin, stdout: true, stderr: true }
    const socket = await this.#engine.call('exec', doing, (docker) =>
      docker.getContainer(id).attach({ ...query, hijack: true, _query: query } as typeof query),
    )
    return {
      ...conversation(socket, Config.Tty),
      tty: Config.Tty,
      resize: ({ rows, columns }) =>
        this.#resized(doing, (docker) => docker.getContainer(id).resize({ h: rows, w: columns })),
      exitCode: () => Promise.resolve(null),
    }
  }

  /** To the end of what was written, or of the container. */
  async *logs(id: ContainerId, query: LogQuery): AsyncGenerator<Piece> {
    yield* await containerLog(this.#engine, id, query, null)
  }

  /** null when there is no such path. */
  async pathStat(id: ContainerId, path: string): Promise<PathStat | null> {
    const answer: unknown = await orNull(
      this.#engine.call<unknown>('look', `look at ${path} in container ${shortId(id)}`, (docker) =>
        docker.getContainer(id).infoArchive({ path }),
      ),
    )
    return answer === null ? null : readPathStat(answer)
  }

  /** A tar archive; its first entry is the path's last name. */
  async getArchive(id: ContainerId, path: string): Promise<Readable> {
    const doing = `read ${path} in container ${shortId(id)}`
    const stream = await this.#engine.call('look', doing, (docker) => docker.getContainer(id).getArchive({ path }))
    return stream as unknown as Readable
  }

  /** Unpacks it in `folder`, which is there. */
  async putArchive(id: ContainerId, folder: string, tar: Readable): Promise<void> {
    const doing = `write into ${folder} in container ${shortId(id)}`
    await this.#engine.call('change', doing, (docker) =>
      docker.getContainer(id).putArchive(tar, { path: folder, noOverwriteDirNonDir: 'true' }),
    )
  }

  /** A terminal that is gone by now is nobody's loss. */
  async #resized(doing: string, resize: (docker: Dockerode) => Promise<unknown>): Promise<void> {
    try {
      await this.#engine.call('exec', doing, resize)
    } catch (error) {
      if (!(error instanceof PodkeepError)) throw error
    }
  }
}

function conversation(stream: unknown, tty: boolean): Pick<Conversation, 'input' | 'output'> {
  invariant(stream instanceof Duplex, 'an engine of API 1.41 and newer upgrades the connection')
  return { input: stream, output: () => piecesOf(stream, tty) }
}
