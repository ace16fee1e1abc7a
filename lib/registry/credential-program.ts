/**
 * Asking a program docker-credential-NAME. Source: github.com/docker/docker-credential-helpers: `get`, the registry on its
 * input, JSON or a complaint on its output.
 *
 * H1  It is ended, with whatever it started, when its time is over.
 * H2  No message repeats an output that may hold a secret.
 */

import { spawn, type ChildProcess } from 'node:child_process'

import type { Secret } from './config-file.js'

export type HelperAnswer =
  | { readonly kind: 'secret'; readonly secret: Secret }
  /** It works, and has nothing for this registry. */
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly message: string }

export interface HelperSurroundings {
  /** It finds its own settings by these, and is found by PATH. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly patienceMs: number
}

const maxAnswerBytes = 1024 * 1024

/** @param server as `docker login` would name it */
export async function askHelper(name: string, server: string, around: HelperSurroundings): Promise<HelperAnswer> {
  const program = `docker-credential-${name}`
  const ended = await run(program, server, around)
  if (typeof ended === 'string') return { kind: 'fault', message: `${program} ${ended}` }
  if (/credentials not found/i.test(ended.output)) return { kind: 'none' }
  if (ended.exit !== 0) {
    return { kind: 'fault', message: `${program} failed (${ended.exit})${complaintIn(ended.complaint, ended.output)}` }
  }
  const secret = secretIn(ended.output)
  if (secret === null) return { kind: 'fault', message: `${program} answered something that is not credentials` }
  return secret === 'empty' ? { kind: 'none' } : { kind: 'secret', secret }
}

interface Ended {
  /** Exit code, or the signal that ended it. */
  readonly exit: number | string
  readonly output: string
  readonly complaint: string
}

/** @returns what went wrong with the program itself, else how it ended */
function run(program: string, input: string, { env, patienceMs }: HelperSurroundings): Promise<Ended | string> {
  return new Promise((resolve) => {
    // In a process group of its own, so that what it starts can be ended with it.
    const child = spawn(program, ['get'], { env, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    const give = (result: Ended | string): void => {
      clearTimeout(timer)
      resolve(result)
    }
    const giveUp = (why: string): void => {
      endGroup(child)
      for (const stream of [child.stdout, child.stderr]) stream.destroy()
      give(why)
    }
    const timer = setTimeout(() => giveUp(`did not answer within ${patienceMs / 1000} s`), patienceMs)
    const chunks = { output: [] as Buffer[], complaint: [] as Buffer[] }
    let bytes = 0
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxAnswerBytes) giveUp('answered far too much')
      else into.push(chunk)
    }
    child.stdout.on('data', collect(chunks.output))
    child.stderr.on('data', collect(chunks.complaint))
    child.on('error', (error: NodeJS.ErrnoException) =>
      give(error.code === 'ENOENT' ? 'is not in PATH' : `cannot be run (${error.code ?? error.message})`),
    )
    child.on('close', (code, signal) => {
      const [output, complaint] = [chunks.output, chunks.complaint].map((all) => Buffer.concat(all).toString().trim())
      give({ exit: code ?? signal ?? 'no exit code', output: output ?? '', complaint: complaint ?? '' })
    })
    // One that ends without reading closes the pipe; how it ended tells enough.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

function complaintIn(complaint: string, output: string): string {
  const [line = ''] = (complaint === '' ? output : complaint).split('\n')
  return line === '' || /[{}"]|secret|password|token/i.test(line) ? '' : `: ${line.slice(0, 200)}`
}

function secretIn(output: string): Secret | 'empty' | null {
  let answer: unknown
  try {
    answer = JSON.parse(output)
  } catch {
    return null
  }
  if (typeof answer !== 'object' || answer === null) return null
  const { Username: username, Secret: secret } = answer as Readonly<Record<string, unknown>>
  if (typeof username !== 'string' || typeof secret !== 'string') return null
  if (secret === '') return 'empty'
  return username === '<token>'
    ? { kind: 'identity', username: '', token: secret }
    : { kind: 'password', username, password: secret }
}
