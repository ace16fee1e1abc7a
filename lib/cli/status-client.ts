/**
 * Asks a running podkeep: over the unix socket in its state folder, or at a URL.
 *
 * Every question settles: an answer, or a CommandError that says where podkeep was looked for.
 */

import { request } from 'node:http'
import { join } from 'node:path'

import { unavailable, usageError, type CommandError } from './command-error.js'

export type StatusAddress =
  { readonly kind: 'socket'; readonly path: string } | { readonly kind: 'url'; readonly url: URL }

const patienceMs = 10_000

export function socketPath(rootDirectory: string): string {
  return join(rootDirectory, 'podkeep.sock')
}

export function parseServer(text: string): StatusAddress {
  if (text.startsWith('unix://')) return { kind: 'socket', path: text.slice('unix://'.length) }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol === 'http:') return { kind: 'url', url }
  const hint = 'write it as http://127.0.0.1:10255 or unix:///var/lib/podkeep/podkeep.sock'
  throw usageError(`--server: ${JSON.stringify(text)} is not the URL of a podkeep`, hint)
}

/** Asks the first of the addresses at which a podkeep listens. @throws CommandError */
export async function ask(addresses: readonly StatusAddress[], path: string): Promise<unknown> {
  const failures: string[] = []
  for (const address of addresses) {
    const answer = await askOne(address, path)
    if (answer.kind === 'answer') return answer.value
    failures.push(`${addressText(address)}: ${answer.why}`)
  }
  throw notRunning(failures)
}

function notRunning(failures: readonly string[]): CommandError {
  const hint = 'start it with "podkeep run"; if it runs with another --root-dir, name that one here too'
  return unavailable(['no podkeep answers here', ...failures].join('\n  '), hint)
}

type Answer = { readonly kind: 'answer'; readonly value: unknown } | { readonly kind: 'silence'; readonly why: string }

function askOne(address: StatusAddress, path: string): Promise<Answer> {
  return new Promise((resolve) => {
    const silence = (why: string): void => {
      resolve({ kind: 'silence', why })
    }
    const place =
      address.kind === 'socket'
        ? { socketPath: address.path, path, headers: { host: 'localhost' } }
        : { host: address.url.hostname.replace(/^\[|\]$/g, ''), port: address.url.port || 80, path }
    const question = request({ ...place, signal: AbortSignal.timeout(patienceMs) }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', (error) => {
        silence(whyText(error))
      })
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        if (response.statusCode === 200) resolve(parsedAnswer(text))
        else silence(`answered ${response.statusCode ?? 'nothing'}: ${text.slice(0, 300)}`)
      })
    })
    question.on('error', (error) => {
      silence(whyText(error))
    })
    question.end()
  })
}

function parsedAnswer(text: string): Answer {
  try {
    return { kind: 'answer', value: JSON.parse(text) as unknown }
  } catch {
    return { kind: 'silence', why: 'what answers there is not podkeep' }
  }
}

function whyText(error: Error): string {
  const code = 'code' in error ? error.code : ''
  switch (code) {
    case 'ENOENT':
      return 'there is no such socket'
    case 'ECONNREFUSED':
      return 'nothing listens there'
    case 'EACCES':
    case 'EPERM':
      return 'no permission: run this as the user podkeep runs as'
    case 'ABORT_ERR':
      return `no answer within ${patienceMs / 1000} s`
    default:
      return error.message
  }
}

function addressText(address: StatusAddress): string {
  return address.kind === 'socket' ? address.path : address.url.href
}
