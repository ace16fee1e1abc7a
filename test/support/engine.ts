/**
 * A real Docker Engine for one test file: its own daemons, sockets, images and networks, side by side with those of other
 * test files. Published ports are proxied (no iptables rules): a starting dockerd flushes the chains of all others.
 * With PODKEEP_TEST_ENGINE=podman it is podman's socket instead.
 */

import { join } from 'node:path'
import { programPath } from '../../bin/debian-packages.mjs'
import { startEngine, stopDockerd } from '../../bin/private-engine.mjs'
import { signal, waitUntilGone } from '../../bin/processes.mjs'
import * as podman from './podman.js'
import { sweptFolder } from './swept-folder.js'

export interface TestEngine {
  readonly socketPath: string
  /** For `DOCKER_HOST`. */
  readonly host: string
  /** What dockerd logs. */
  readonly logFile: string
  /** Stops dockerd as an operator would (its containers get their signal) and starts it again. */
  restart(): Promise<void>
  /** SIGTERM to dockerd; returns when it has ended. */
  stop(): Promise<void>
  /** SIGKILL to dockerd; its containers go on running. */
  kill(): Promise<void>
  /** After kill() or stop(). */
  startAgain(): Promise<void>
  /** dockerd keeps its connections and answers nothing. */
  pause(): void
  resume(): void
  /** Ends everything of it and removes it. */
  close(): Promise<void>
}

/** Why engine tests cannot run here, for tap's `skip`; false when they can. */
export function engineMissing({ kind = usualKind }: TestEngineOptions = {}): string | false {
  const told = process.env['PODKEEP_NO_TEST_ENGINE']
  if (told !== undefined && told !== '') return told
  if (process.getuid?.() !== 0) return 'only root can run a private Docker Engine'
  const missing = ['dockerd', 'containerd', 'busybox'].filter((program) => programPath(program) === null)
  if (kind === 'podman') missing.push(...podman.missingPrograms())
  return missing.length === 0 ? false : `not installed: ${missing.join(', ')}`
}

const usualKind = podman.isWanted ? 'podman' : 'docker'

export interface TestEngineOptions {
  /** Docker, unless PODKEEP_TEST_ENGINE says otherwise. */
  readonly kind?: 'docker' | 'podman'
  /** With docker0 and iptables rules, for measuring; only when no other engine runs on the machine. */
  readonly alone?: boolean
  /** How often it tries a layer whose download breaks off. */
  readonly downloadAttempts?: number
  /** Beside its own. */
  readonly runtimes?: Readonly<Record<string, { readonly path: string }>>
}

export async function startTestEngine({ kind = usualKind, ...options }: TestEngineOptions = {}): Promise<TestEngine> {
  const isPodman = kind === 'podman'
  const folder = sweptFolder('engine')
  const folders = { data: folder.path, run: folder.path }
  const addressPool = addressPoolOf(folder.id)
  const start = () =>
    isPodman ? podman.startPodman(folder.path, addressPool) : startEngine(folders, { ...options, addressPool })
  const close = async () => {
    engine.resume()
    if (isPodman) await podman.clearPodman(folder.path)
    await folder.sweep()
  }

  let dockerd = 0
  const engine: TestEngine = {
    socketPath: join(folder.path, 'docker.sock'),
    host: `unix://${join(folder.path, 'docker.sock')}`,
    logFile: join(folder.path, 'dockerd.log'),
    async restart() {
      await engine.stop()
      await engine.startAgain()
    },
    async stop() {
      // podman's containers are nobody's children, and run on.
      if (isPodman) await engine.kill()
      else await stopDockerd(folders)
    },
    async kill() {
      signal(dockerd, 'SIGKILL')
      await waitUntilGone([dockerd], 10_000)
    },
    async startAgain() {
      dockerd = await start()
    },
    pause: () => signal(dockerd, 'SIGSTOP'),
    resume: () => signal(dockerd, 'SIGCONT'),
    close,
  }
  try {
    await engine.startAgain()
  } catch (error) {
    await close()
    throw error
  }
  return engine
}

/** One of the 512 pools in 10.128.0.0/9; the engine itself avoids what the machine has routes for. */
function addressPoolOf(id: number): string {
  const block = id % 512
  return `10.${128 + (block >> 2)}.${(block & 3) << 6}.0/18`
}
