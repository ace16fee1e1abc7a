/**
 * What a file of logins says: Docker's config.json and the .dockercfg before it. Source: docker/cli cli/config/configfile and
 * kubelet pkg/credentialprovider/config.go.
 *
 * F1  No message repeats anything of the file but registries' and fields' names: the rest may be a password.
 */

import { hostAndPath } from './keyring.js'

export interface Entry {
  /** As in the file: `ghcr.io`, `https://index.docker.io/v1/`, `*.example.com/team`. */
  readonly key: string
  readonly secret: Secret
}

export type Secret =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** Of an OAuth login: what a password is traded for. */
  | { readonly kind: 'identity'; readonly username: string; readonly token: string }
  | { readonly kind: 'bearer'; readonly token: string }

export interface LoginsFile {
  readonly entries: readonly Entry[]
  /** Registry's host, as docker.io's is written here: the program docker-credential-NAME to ask. */
  readonly helpers: ReadonlyMap<string, string>
  /** For every other registry; null: none. */
  readonly store: string | null
  readonly faults: readonly string[]
}

export type FileForm = 'config.json' | '.dockercfg'

export function decodeLogins(text: string, form: FileForm): LoginsFile {
  const content = objectIn(text)
  if (content === null) return { entries: [], helpers: new Map(), store: null, faults: ['is not a JSON object'] }
  const auths = form === '.dockercfg' ? content : (asObject(content['auths']) ?? {})
  const faults: string[] = []
  const entries = Object.entries(auths).flatMap(([key, value]): Entry[] => {
    const secret = secretOf(asObject(value) ?? {})
    if (secret === 'damaged') faults.push(`the auth of ${JSON.stringify(key)} is not base64 of username:password`)
    return secret === null || secret === 'damaged' ? [] : [{ key, secret }]
  })
  if (form === '.dockercfg') return { entries, helpers: new Map(), store: null, faults }
  const helpers = Object.entries(asObject(content['credHelpers']) ?? {}).flatMap(([key, name]): [string, string][] => {
    if (isProgramName(name)) return [[hostAndPath(key).host, name]]
    faults.push(`the credHelpers entry of ${JSON.stringify(key)} is not the name of a program`)
    return []
  })
  const store = content['credsStore'] ?? ''
  if (store !== '' && !isProgramName(store)) faults.push('credsStore is not the name of a program')
  return { entries, helpers: new Map(helpers), store: isProgramName(store) ? store : null, faults }
}

/** null: nothing is said, as `docker login` leaves it when a helper keeps the secret. */
function secretOf(entry: Readonly<Record<string, unknown>>): Secret | 'damaged' | null {
  const text = (name: string): string => (typeof entry[name] === 'string' ? entry[name] : '')
  const auth = text('auth')
  const named = { username: text('username'), password: text('password') }
  const pair = auth === '' ? named : decodeAuth(auth)
  if (pair === null) return 'damaged'
  if (text('registrytoken') !== '') return { kind: 'bearer', token: text('registrytoken') }
  const token = text('identitytoken')
  if (token !== '') return { kind: 'identity', username: pair.username, token }
  return pair.username === '' && pair.password === '' ? null : { kind: 'password', ...pair }
}

function decodeAuth(auth: string): { readonly username: string; readonly password: string } | null {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(auth)) return null
  const text = Buffer.from(auth, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon <= 0) return null
  // Old Docker versions padded with zeros.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/^\0+|\0+$/g, '') }
}

/** It becomes part of a program's name: no way out of PATH. */
function isProgramName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return asObject(JSON.parse(text))
  } catch {
    // Node's own words quote the text.
    return null
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | null {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : null
}
