/** The built program as a child process, asked and watched as its users would. */

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'

import { program } from '../support/program.js'
import type { V1ContainerStatus, V1PodStatus } from '../../lib/pod/index.js'
import type { ManifestsStatus, ManifestStatus } from '../../lib/ports/index.js'
import { until } from './until.js'

/** A node of its own: manifests, state folder and node name, so that tests on one engine never meet. */
export class Node {
  readonly directory = mkdtempSync(join(tmpdir(), 'pk-'))
  readonly manifests = join(this.directory, 'manifests')
  readonly root = join(this.directory, 'root')
  /** For hostPath volumes. */
  readonly shared = join(this.directory, 'shared')
  readonly name: string
  readonly #running = new Set<PodkeepProcess>()

  constructor(t: Test, name: string) {
    this.name = `${name}-${process.pid}`
    mkdirSync(this.manifests)
    mkdirSync(this.shared)
    t.teardown(async () => {
      await Promise.all([...this.#running].map((one) => one.kill('SIGKILL')))
      rmSync(this.directory, { recursive: true, force: true })
    })
  }

  /** Arrives whole, as a careful program writes it. */
  put(file: string, text: string): void {
    writeFileSync(join(this.directory, file), text)
    renameSync(join(this.directory, file), join(this.manifests, file))
  }

  drop(file: string): void {
    rmSync(join(this.manifests, file))
  }

  async start(dockerHost: string, ...flags: string[]): Promise<PodkeepProcess> {
    const podkeep = new PodkeepProcess(this, dockerHost, flags)
    this.#running.add(podkeep)
    await podkeep.listening()
    return podkeep
  }
}

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: string
  readonly msg: string
}

export interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly annotations: Record<string, string> }
  readonly status: V1PodStatus
}

export class PodkeepProcess {
  readonly log: LogLine[] = []
  stderr = ''
  readonly #child: ChildProcess
  readonly #ended: Promise<number | string>
  #port = 0

  constructor(node: Node, dockerHost: string, flags: readonly string[]) {
    const settings = [
      '--manifests',
      node.manifests,
      '--root-dir',
      node.root,
      '--port',
      '0',
      '--healthz-port',
      '0',
      '--node-name',
      node.name,
    ]
    this.#child = spawn(process.execPath, [program, 'run', ...settings, ...flags], {
      env: { PATH: process.env['PATH'], HOME: node.directory, DOCKER_HOST: dockerHost },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.log.push(JSON.parse(line) as LogLine))
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve(code ?? signal ?? 'nothing'))
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get port(): number {
    return this.#port
  }

  async listening(): Promise<void> {
    const url = await until('the status server listens', () => {
      if (this.#child.exitCode !== null) throw new Error(`podkeep ended: ${this.stderr}`)
      return this.log.find((line) => 'url' in line)?.['url'] as string | undefined
    })
    this.#port = Number(new URL(url).port)
  }

  /** @returns the exit code, or the signal that ended it. */
  kill(signal: NodeJS.Signals): Promise<number | string> {
    this.#child.kill(signal)
    return this.#ended
  }

  /** @returns the exit code, or the signal that ended it, once it has ended by itself. */
  ended(): Promise<number | string> {
    return this.#ended
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Nobody reads the log any more. */
  closeLog(): void {
    this.#child.stdout?.destroy()
  }

  async pods(): Promise<Pod[]> {
    const { body } = await get({ port: this.#port }, '/pods')
    return (JSON.parse(body) as { items: Pod[] }).items
  }

  async manifests(): Promise<ManifestsStatus> {
    const { body } = await get({ port: this.#port }, '/manifests')
    return JSON.parse(body) as ManifestsStatus
  }

  async manifest(file: string): Promise<ManifestStatus | undefined> {
    return (await this.manifests()).files.find((one) => one.file === file)
  }

  /** Waits until a pod's only container is as `isSo` wants it. */
  container(name: string, isSo: (status: V1ContainerStatus) => boolean): Promise<V1ContainerStatus> {
    let seen: Pod | undefined
    return until(
      `container of ${name}`,
      async () => {
        seen = (await this.pods()).find((pod) => pod.metadata.name === name)
        const status = seen?.status.containerStatuses[0]
        return status !== undefined && isSo(status) ? status : undefined
      },
      () => `${JSON.stringify(seen?.status)}\n${this.tail()}`,
    )
  }

  async running(name: string, restartCount = 0): Promise<V1ContainerStatus> {
    return this.container(name, (one) => one.state.running !== undefined && one.restartCount === restartCount)
  }

  async file(name: string, state: ManifestStatus['state']): Promise<ManifestStatus> {
    return until(`${name} is ${state}`, async () => {
      const status = await this.manifest(name)
      return status?.state === state ? status : undefined
    })
  }

  async gone(name: string): Promise<void> {
    await until(
      `${name} is gone`,
      async () => ((await this.pods()).some((pod) => pod.metadata.name === name) ? undefined : true),
      () => this.tail(),
    )
  }

  async said(phrase: string): Promise<LogLine> {
    return until(
      `the log says "${phrase}"`,
      () => this.log.find((line) => line.msg.includes(phrase)),
      () => this.tail(),
    )
  }

  async ready(): Promise<void> {
    await until('podkeep is ready', async () =>
      (await get({ port: this.#port }, '/readyz')).status === 200 ? true : undefined,
    )
  }

  tail(): string {
    return this.log
      .slice(-12)
      .map((line) => JSON.stringify(line))
      .join('\n')
  }
}

export interface CommandResult {
  readonly code: number | string
  readonly out: string
  readonly err: string
}

/** One command, to its end. */
export function podkeep(
  words: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  // A command that has seen enough closes its input.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code: code ?? signal ?? 'nothing', out, err }))
  })
}

export interface Answer {
  readonly status: number
  readonly body: string
}

export function get(
  place: { readonly port: number } | { readonly socketPath: string },
  path: string,
  options: { readonly method?: string; readonly host?: string } = {},
): Promise<Answer> {
  const { method = 'GET', host = 'localhost' } = options
  return new Promise((resolve, reject) => {
    const question = request({ ...place, path, method, agent: false, headers: { host }, timeout: 30_000 }, (answer) => {
      let body = ''
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
      answer.on('error', reject)
    })
    question.on('timeout', () => question.destroy(new Error(`no answer to ${method} ${path}`)))
    question.on('error', reject)
    question.end()
  })
}
