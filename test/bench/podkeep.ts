/** The built program as a process of its own, the way its users run it. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { program } from '../support/program.js'

export interface PodkeepOptions {
  /** `unix:///...` */
  readonly engineHost: string
  readonly manifests: string
  /** State folder and log. */
  readonly folder: string
}

const patienceMs = 60_000

export class Podkeep {
  readonly pid: number
  /** From spawning the process to the first 200 of /readyz. */
  readonly readyAfterMs: number
  readonly #socketPath: string
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, readyAfterMs: number, socketPath: string) {
    this.#process = process
    this.pid = process.pid ?? 0
    this.readyAfterMs = readyAfterMs
    this.#socketPath = socketPath
  }

  static async start({ engineHost, manifests, folder }: PodkeepOptions): Promise<Podkeep> {
    const root = join(folder, 'state')
    const logFile = join(folder, 'podkeep.log')
    const log = openSync(logFile, 'a')
    const words = [
      program,
      'run',
      '--manifests',
      manifests,
      '--root-dir',
      root,
      '--node-name',
      'bench',
      '--port',
      '0',
      '--healthz-port',
      '0',
    ]
    const beganMs = performance.now()
    // It ends with the benchmark, also when that is killed; setpriv becomes the program it is given.
    const child = spawn('setpriv', ['--pdeathsig', 'SIGKILL', process.execPath, ...words], {
      env: { PATH: process.env['PATH'], DOCKER_HOST: engineHost },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    while (!(await isReady(join(root, 'podkeep.sock')))) {
      const isOver = child.exitCode !== null || performance.now() - beganMs > patienceMs
      if (isOver) throw new Error(`podkeep is not ready. The end of its log:\n${lastLines(logFile)}`)
      await sleep(4)
    }
    return new Podkeep(child, performance.now() - beganMs, join(root, 'podkeep.sock'))
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGCONT')
    this.#process.kill(signal)
    await exited
  }

  /** The whole answer to GET, and how long it took. */
  async ask(path: string): Promise<{ readonly text: string; readonly tookMs: number }> {
    const beganMs = performance.now()
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { socketPath: this.#socketPath, path, headers: { host: 'localhost' }, agent: false }
      request(options, resolve).once('error', reject).end()
    })
    let text = ''
    for await (const chunk of answer.setEncoding('utf8')) text += String(chunk)
    return { text, tookMs: performance.now() - beganMs }
  }

  freeze(): void {
    this.#process.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process.kill('SIGCONT')
  }
}

function isReady(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const question = request(
      { socketPath, path: '/readyz', headers: { host: 'localhost' }, agent: false },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode === 200)
      },
    )
    question.on('error', () => resolve(false))
    question.end()
  })
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n')
}
