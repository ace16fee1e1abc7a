/** HTTPS from files that may change: a renewed certificate counts from the next connection on. */

import type { Server } from 'node:http'
import { createSecureContext, Server as TlsServer } from 'node:tls'

import type { Logger } from '../ports/index.js'
import { ChangingFiles } from './changing-file.js'

export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
  /** null: clients need no certificate. */
  readonly clientCAFile: string | null
}

export interface TlsSettings {
  readonly cert: string
  readonly key: string
  readonly ca?: string
}

export class TlsContext {
  readonly #files: ChangingFiles<TlsSettings>
  readonly isMutual: boolean

  /** @throws ACCESS_FILE_UNUSABLE */
  constructor({ certFile, keyFile, clientCAFile }: TlsFiles, logger: Logger) {
    this.isMutual = clientCAFile !== null
    const paths = [certFile, keyFile, ...(clientCAFile === null ? [] : [clientCAFile])]
    this.#files = new ChangingFiles(paths, settingsOf, logger)
  }

  get options(): TlsSettings & { readonly requestCert: boolean; readonly rejectUnauthorized: boolean } {
    return { ...this.#files.content, requestCert: this.isMutual, rejectUnauthorized: this.isMutual }
  }

  /** Looks before each handshake. */
  follow(server: Server): void {
    if (!(server instanceof TlsServer)) return
    let current = this.#files.content
    server.prependListener('connection', () => {
      const now = this.#files.content
      if (now === current) return
      current = now
      server.setSecureContext(now)
    })
  }
}

/** A certificate that does not fit its key is found here, not at the next handshake. */
function settingsOf([cert = '', key = '', ca]: readonly string[]): TlsSettings {
  const settings = { cert, key, ...(ca !== undefined && { ca }) }
  createSecureContext(settings)
  return settings
}
