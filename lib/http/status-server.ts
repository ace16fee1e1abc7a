/** The status endpoint, on a TCP address and, when a path is given, on a unix socket: both, or one of them. */

import { chmod } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'

import { listenError } from './listen-error.js'
import { ownHostTest } from './own-host.js'
import { statusApp, type StatusAppOptions } from './status-app.js'
import { BearerTokens } from './bearer-token.js'
import { TlsContext, type TlsFiles } from './tls.js'
import { clearSocketPath } from './unix-socket.js'

export interface StatusServerOptions extends Omit<StatusAppOptions, 'isOurHost' | 'tokens' | 'tls'> {
  readonly address: string
  /** 0 takes a free one. */
  readonly port: number | 'none'
  /** Of the port; the socket is guarded by its mode. null: plain HTTP. */
  readonly tls: TlsFiles | null
  readonly tokenFile: string | null
  readonly socketPath: string | null
}

export interface StatusServer {
  /** null: none. */
  readonly port: number | null
  close(): Promise<void>
}

/** @throws PORT_IN_USE, STATUS_SERVER_FAILED, ACCESS_FILE_UNUSABLE; then nothing is left listening. */
export async function startStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const { address, nodeName, socketPath, tokenFile, logger } = options
  const newTcp = (): FastifyInstance => {
    const tokens = tokenFile === null ? null : new BearerTokens(tokenFile, logger)
    const tls = options.tls === null ? null : new TlsContext(options.tls, logger)
    return statusApp({ ...options, tokens, tls, isOurHost: ownHostTest(address, nodeName) })
  }
  const tcp = options.port === 'none' ? null : newTcp()
  const unix = socketPath === null ? null : statusApp({ ...options, tokens: null, tls: null, isOurHost: () => true })
  const close = async (): Promise<void> => {
    await Promise.all([tcp?.close(), unix?.close()])
  }
  try {
    const port = tcp === null || options.port === 'none' ? null : await listenOnPort(tcp, address, options.port)
    if (unix !== null && socketPath !== null) await listenOnSocket(unix, socketPath)
    return { port, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function listenOnPort(app: FastifyInstance, address: string, port: number): Promise<number> {
  try {
    await app.listen({ host: address, port })
  } catch (error) {
    throw listenError(`${address.includes(':') ? `[${address}]` : address}:${port}`, error)
  }
  const bound = app.server.address()
  return typeof bound === 'object' && bound !== null ? bound.port : port
}

async function listenOnSocket(app: FastifyInstance, path: string): Promise<void> {
  await clearSocketPath(path)
  try {
    await app.listen({ path })
    await chmod(path, 0o660)
  } catch (error) {
    throw listenError(path, error)
  }
}
