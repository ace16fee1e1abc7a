/** Which key of a file of logins opens which image's repository. Source: kubelet pkg/credentialprovider/keyring.go. */

import { dockerHub, isHub, type Repository } from '../pod/index.js'

export interface HostAndPath {
  readonly host: string
  /** Begins with "/"; empty for a whole registry. */
  readonly path: string
}

/** Of `ghcr.io`, `https://ghcr.io/v2/`, `registry.example:5000/team`. All names of Docker Hub become `docker.io`. */
export function hostAndPath(key: string): HostAndPath {
  const bare = key.replace(/^https?:\/\//, '')
  const slash = bare.indexOf('/')
  const host = slash < 0 ? bare : bare.slice(0, slash)
  const path = (slash < 0 ? '' : bare.slice(slash)).replace(/^\/v[12](?=\/)/, '')
  return { host: isHub(host) ? dockerHub : host, path: path === '/' || /^\/v[12]$/.test(path) ? '' : path }
}

/** The longer one first, and what has a wildcard last: descending, as the kubelet sorts them. */
export function moreSpecific(a: HostAndPath, b: HostAndPath): number {
  const [one, other] = [a.host + a.path, b.host + b.path]
  if (one === other) return 0
  return one > other ? -1 : 1
}

/** In a host's parts `*`, `?` and `[a-z]` stand for what they do in a file name; a path stands for all that begin with it. */
export function opens(key: HostAndPath, { registry, path }: Repository): boolean {
  const [wantedName, wantedPort] = nameAndPort(registry)
  const [keyName, keyPort] = nameAndPort(key.host)
  if (keyPort !== wantedPort || !`/${path}`.startsWith(key.path)) return false
  const wanted = wantedName.split('.')
  const patterns = keyName.split('.')
  return patterns.length === wanted.length && patterns.every((pattern, index) => fits(pattern, wanted[index] ?? ''))
}

function nameAndPort(host: string): [string, string] {
  const [, name = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(host) ?? []
  return [name.toLowerCase(), port]
}

/** Source: Go's path/filepath.Match. */
function fits(pattern: string, text: string): boolean {
  const parts = pattern.match(/\*|\?|\[\^?[^\]]+\]|\\?./gs) ?? []
  const source = parts.map((part) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    return part.length > 2 ? part : part.replace(/^\\(?=.)/, '').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  })
  try {
    return new RegExp(`^${source.join('')}$`, 's').test(text)
  } catch {
    // A range such as [z-a]: it fits nothing.
    return false
  }
}
