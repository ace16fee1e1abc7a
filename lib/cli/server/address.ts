/** Where the podkeep that is meant may be asked, and what it is told of who asks. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { usageError } from '../command-error.js'
import { isLoopback } from '../http-options.js'
import { resolveOption, rootDirectoryRow, type Flags } from '../run-options.js'
import type { Surroundings } from '../surroundings.js'
import { accessRows, serverRow } from './options.js'

export type ServerAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'url'; readonly url: URL; readonly access: Access }

/** Files as they were read, PEM; null: not named. */
export interface Access {
  readonly token: string | null
  readonly authority: string | null
  readonly certificate: string | null
  readonly key: string | null
}

const noAccess: Access = { token: null, authority: null, certificate: null, key: null }
const usualPort = 10_255

export function socketPath(rootDirectory: string): string {
  return join(rootDirectory, 'podkeep.sock')
}

/** At the place that was named, or else the user's own, the system's, the default port. Only who was named is told a token. */
export function serverAddresses(flags: Flags, surroundings: Surroundings): ServerAddress[] {
  const server = resolveOption(serverRow, flags, surroundings)
  if (server !== null) return [namedAddress(server, flags, surroundings)]
  const rootDirectory = resolveOption(rootDirectoryRow, flags, surroundings)
  const own: ServerAddress = { kind: 'socket', path: socketPath(rootDirectory) }
  const isNamed = flags['rootDir'] !== undefined || (surroundings.env[rootDirectoryRow.variable] ?? '') !== ''
  if (isNamed) return [own]
  const system: ServerAddress[] = surroundings.isRoot ? [] : [{ kind: 'socket', path: socketPath('/var/lib/podkeep') }]
  return [own, ...system, { kind: 'url', url: new URL(`http://127.0.0.1:${usualPort}`), access: noAccess }]
}

function namedAddress(text: string, flags: Flags, surroundings: Surroundings): ServerAddress {
  if (text.startsWith('unix://')) return { kind: 'socket', path: text.slice('unix://'.length) }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && ['http:', 'https:'].includes(url.protocol)) {
    return { kind: 'url', url, access: accessOf(flags, surroundings) }
  }
  const hint = 'write it as https://box:10255, http://127.0.0.1:10255 or unix:///var/lib/podkeep/podkeep.sock'
  throw usageError(`--server: ${JSON.stringify(text)} is not the URL of a podkeep`, hint)
}

function accessOf(flags: Flags, surroundings: Surroundings): Access {
  const contentOf = (name: keyof typeof accessRows): string | null => {
    const row = accessRows[name]
    const path = resolveOption(row, flags, surroundings)
    return path === null ? null : read(row.flag, path)
  }
  const access = {
    token: tokenIn(contentOf('tokenFile')),
    authority: contentOf('authority'),
    certificate: contentOf('certificate'),
    key: contentOf('key'),
  }
  if ((access.certificate === null) === (access.key === null)) return access
  throw usageError('a client certificate needs its key', 'name both, --client-certificate and --client-key')
}

function read(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw usageError(`${flag.replace(/ .*/, '')}: cannot read ${path}: ${why}`, 'name a file that this user may read')
  }
}

/** The file may be the server's own: of several tokens the first is as good as any. */
function tokenIn(text: string | null): string | null {
  if (text === null) return null
  const token = text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('#'))
  if (token !== undefined) return token
  throw usageError('--token-file: there is no token in it', 'put the token in a line of its own')
}

/** What runs there runs on another machine. */
export function isElsewhere(address: ServerAddress): boolean {
  return address.kind === 'url' && address.url.hostname !== 'localhost' && !isLoopback(hostOf(address.url))
}

export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

export function addressText(address: ServerAddress): string {
  return address.kind === 'socket' ? address.path : address.url.href
}
