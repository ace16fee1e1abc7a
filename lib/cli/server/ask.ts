/**
 * Asks a running podkeep. Every question settles: an answer, or a CommandError that says where podkeep was looked for, or what it
 * said to it.
 */

import type { IncomingMessage } from 'node:http'

import { CommandError, unavailable } from '../command-error.js'
import { exitCode } from '../exit-code.js'
import type { Flags } from '../run-options.js'
import type { Surroundings } from '../surroundings.js'
import { addressText, serverAddresses, type ServerAddress } from './address.js'
import { connect, wholeText, whyText } from './connection.js'

/** A whole answer, decoded. @throws CommandError */
export async function ask(path: string, flags: Flags, surroundings: Surroundings): Promise<unknown> {
  const failures: string[] = []
  const addresses = serverAddresses(flags, surroundings)
  for (const address of addresses) {
    const opened = await openAt(address, path)
    if ('why' in opened) {
      failures.push(opened.why)
      continue
    }
    const answer = await decoded(opened.response)
    if ('value' in answer) return answer.value
    failures.push(`${addressText(address)}: ${answer.why}`)
  }
  throw notRunning(addresses, failures)
}

export interface Opened {
  readonly address: ServerAddress
  readonly response: IncomingMessage
}

/** An answer that comes bit by bit. @throws CommandError */
export async function open(
  path: string,
  flags: Flags,
  surroundings: Surroundings,
  headers: Readonly<Record<string, string>> = {},
): Promise<Opened> {
  const failures: string[] = []
  const addresses = serverAddresses(flags, surroundings)
  for (const address of addresses) {
    const opened = await openAt(address, path, headers)
    if (!('why' in opened)) return opened
    failures.push(opened.why)
  }
  throw notRunning(addresses, failures)
}

async function openAt(
  address: ServerAddress,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Opened | { readonly why: string }> {
  const answer = await connect(address, path, headers)
  if (answer.kind === 'answer') return { address, response: answer.response }
  if (answer.kind === 'refusal') throw refused(answer.code, answer.message)
  return { why: `${addressText(address)}: ${answer.why}` }
}

async function decoded(response: IncomingMessage): Promise<{ readonly value: unknown } | { readonly why: string }> {
  try {
    const text = await wholeText(response)
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    if (error instanceof SyntaxError) return { why: 'what answers there is not podkeep' }
    return { why: whyText(error instanceof Error ? error : new Error(String(error))) }
  }
}

function refused(code: number, message: string): CommandError {
  if (code === 401)
    return unavailable(`podkeep says: ${message}`, 'name it and its token: --server URL --token-file FILE')
  if (code === 429 || code >= 500) return unavailable(`podkeep says: ${message}`)
  return new CommandError(exitCode.problem, message)
}

function notRunning(addresses: readonly ServerAddress[], failures: readonly string[]): CommandError {
  if (addresses.some(({ kind }) => kind === 'url'))
    return unavailable(
      ['no podkeep answers there', ...failures].join('\n  '),
      'is --server (PODKEEP_SERVER) its address, and does it run and listen there ("podkeep run --address --port")?',
    )
  const hint = 'start it with "podkeep run"; if it runs with another --root-dir, name that one here too'
  return unavailable(['no podkeep answers here', ...failures].join('\n  '), hint)
}
