/**
 * /healthz on a port of its own, on this machine only, as the kubelet has it for whoever watches over it. Not to have the port is no
 * reason to end: it is tried again, as the kubelet does.
 */

import type { Logger, StatusBoard } from '../ports/index.js'
import { addHealthRoutes, healthPaths } from './health-routes.js'
import { listenError } from './listen-error.js'
import { ownHostTest } from './own-host.js'
import { guardedApp } from './status-app.js'

const address = '127.0.0.1'
/** Source: kubelet's healthz server. */
const againAfterMs = 5000

export interface HealthzServerOptions {
  readonly board: StatusBoard
  readonly port: number
  readonly logger: Logger
}

export function startHealthzServer({ board, port, logger }: HealthzServerOptions): { close(): Promise<void> } {
  const isOurHost = ownHostTest(address, '')
  const newServer = () => {
    const app = guardedApp({ isOurHost, logger, tokens: null, tls: null }, healthPaths, null)
    addHealthRoutes(app, board, null)
    return app
  }
  let app = newServer()
  let again: NodeJS.Timeout | null = null
  let isClosed = false
  let isTold = false
  let listening: Promise<void> = Promise.resolve()
  const listen = (): void => {
    again = null
    listening = app.listen({ host: address, port }).then(
      () => undefined,
      async (error: unknown) => {
        const err = listenError(`${address}:${port}`, error)
        if (!isTold) logger.warn({ err }, 'no /healthz on its own port (--healthz-port), it is tried again')
        isTold = true
        await app.close()
        if (isClosed) return
        app = newServer()
        again = setTimeout(listen, againAfterMs)
      },
    )
  }
  listen()
  return {
    close: async () => {
      isClosed = true
      if (again !== null) clearTimeout(again)
      await listening
      await app.close()
    },
  }
}
