/** Where the engine listens: DOCKER_HOST as Docker's own client reads it. */

export type EngineAddress =
  | { readonly kind: 'socket'; readonly socketPath: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: EngineTls | null }

export interface EngineTls {
  /** Folder with ca.pem, cert.pem and key.pem; null: the system's authorities and no client certificate. */
  readonly certPath: string | null
  /** false: the connection is encrypted, but any certificate is taken. */
  readonly verify: boolean
}

export type ParsedDockerHost = { readonly address: EngineAddress } | { readonly problem: string; readonly hint: string }

const defaultSocket = '/var/run/docker.sock'
const plainPort = 2375
const tlsPort = 2376

/**
 * Source: Docker CLI opts.ParseHost. Differs: `http://` and `https://` are taken, `https://` turning TLS on.
 * @param text DOCKER_HOST; empty means the usual socket
 * @param tls DOCKER_CERT_PATH and DOCKER_TLS_VERIFY (any text but the empty one turns it on)
 */
export function parseDockerHost(
  text: string,
  tls: { readonly certPath?: string; readonly verify?: string } = {},
): ParsedDockerHost {
  const trimmed = text.trim()
  if (trimmed === '') return { address: { kind: 'socket', socketPath: defaultSocket } }
  const scheme = /^([a-z]+):\/\//.exec(trimmed)?.[1] ?? 'tcp'
  const rest = trimmed.replace(/^[a-z]+:\/\//, '')
  switch (scheme) {
    case 'unix':
      return parseSocket(rest)
    case 'tcp':
    case 'http':
    case 'https':
      return parseTcp(rest, scheme, tls)
    case 'ssh':
      return {
        problem: `DOCKER_HOST ${trimmed}: podkeep does not speak ssh`,
        hint: 'forward the socket (ssh -L /tmp/docker.sock:/var/run/docker.sock HOST) and set DOCKER_HOST=unix:///tmp/docker.sock',
      }
    default:
      return {
        problem: `DOCKER_HOST ${trimmed}: unknown scheme "${scheme}"`,
        hint: 'write unix:///PATH or tcp://HOST:PORT',
      }
  }
}

function parseSocket(path: string): ParsedDockerHost {
  const socketPath = path === '' ? defaultSocket : path
  if (!socketPath.startsWith('/')) {
    return { problem: `DOCKER_HOST unix://${path}: not an absolute path`, hint: `did you mean unix:///${path}?` }
  }
  return { address: { kind: 'socket', socketPath } }
}

function parseTcp(
  rest: string,
  scheme: string,
  tls: { readonly certPath?: string; readonly verify?: string },
): ParsedDockerHost {
  const wrong = { problem: `DOCKER_HOST ${rest}: not a host and port`, hint: 'write tcp://HOST:PORT' }
  const parts = /^(\[[0-9a-fA-F:.]+\]|[^:/\s[\]]+)(?::(\d{1,5}))?\/?$/.exec(rest)
  if (parts?.[1] === undefined) return wrong
  const verify = (tls.verify ?? '') !== ''
  const encrypted = scheme === 'https' || (scheme === 'tcp' && (verify || parts[2] === String(tlsPort)))
  const port = parts[2] === undefined ? (encrypted ? tlsPort : plainPort) : Number(parts[2])
  if (port < 1 || port > 65_535) return wrong
  const certPath = tls.certPath === undefined || tls.certPath === '' ? null : tls.certPath
  return {
    address: {
      kind: 'tcp',
      host: parts[1].replace(/^\[|\]$/g, ''),
      port,
      tls: encrypted ? { certPath, verify: verify || scheme === 'https' } : null,
    },
  }
}

/** For people. */
/** As it stands in DOCKER_HOST. */
export function dockerHost(address: EngineAddress): string {
  return address.kind === 'socket' ? `unix://${address.socketPath}` : addressText(address)
}

export function addressText(address: EngineAddress): string {
  if (address.kind === 'socket') return address.socketPath
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return `${address.tls === null ? 'tcp' : 'https'}://${host}:${address.port}`
}
